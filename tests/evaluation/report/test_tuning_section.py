import json

from mmzoo.evaluation import Report, environment, metric_definitions, validate_report
from mmzoo.evaluation.report.page import report_text
from mmzoo.evaluation.report.tuning_section import tuning_lines
from tests.evaluation.rows import NUM_SAMPLES, make_row

SPACE = {"learning_rate": {"low": 0.001, "high": 0.1, "log": True}, "cell": ["a", "b"]}


def trial(number, scores, chosen=False, **more):
    options = {"learning_rate": 0.01 + number, "cell": "a"}
    score = sum(scores) / len(scores) if "fault" not in more else None
    told = {"number": number, "options": options, "score": score, "scores": scores}
    told["epochs"] = 2
    return told | {"seconds": 1.0, "chosen": chosen, **more}


TRIALS = [
    trial(0, [0.75, 0.75]),
    trial(1, [], fault="it | diverged"),
    trial(2, [0.5, 0.25], chosen=True),
    trial(3, [0.875]),
]
TUNING = {"space": SPACE, "seeds": [70, 71], "trials": TRIALS}


def test_a_report_tells_trials_and_space():
    rows = [make_row(tuning=TUNING), make_row(control="untrained encoder")]
    report = Report(rows, {}, {}, environment(), (-3, 3), range(NUM_SAMPLES))
    content = json.loads(json.dumps(report.to_dict()))
    validate_report(content)
    assert content["rows"][0]["tuning"] == TUNING
    assert "tuning" not in content["rows"][1]
    text = report_text(content, metric_definitions())
    section = text.partition("## Tuning\n")[2].partition("## Pictures")[0]
    assert "Trials a row: 4;" in section
    line = (
        "| `learning_rate` | 0.001 to 0.1, its logarithm drawn evenly | `text->audio`"
    )
    assert line in section
    assert "| `cell` | a, b | `text->audio` |" in section
    assert "with the next one, and so on: 70, 71; none of these seeds is r" in section
    assert "| 0 | 0.7500 ±0.0000 | 2 | 0.01 | a | 2 |" in section
    deviation = 0.25 / 2**0.5
    chosen = f"| **2** | **0.3750 ±{deviation:.4f}** | **2** | **2.01** | **a** |"
    assert chosen in section
    assert "| 3 | 0.8750 | 1 | 3.01 | a | 2 |" in section
    assert "| 1 | failed | 0 |" in section and r"- trial 1: it \| diverged" in section


def test_folds_have_trials_of_their_own():
    trials = [trial(0, [0.5], True, fold=0), trial(0, [0.25], True, fold=1)]
    told = {"space": SPACE, "seeds": [70], "trials": trials}
    lines = tuning_lines([make_row(tuning=told).to_dict()])
    header = "| fold | trial | validation | seeds | `learning_rate` | `cell` | epochs |"
    assert header in lines
    assert "| **1** | **0** | **0.2500** | **1** | **0.01** | **a** | **2** |" in lines


def test_nothing_is_told_where_nothing_was_tuned():
    assert tuning_lines([make_row().to_dict()]) == []
