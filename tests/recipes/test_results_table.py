import importlib.util
import json

import pytest

from mmzoo.evaluation import validate_report
from tests.consistency.tree import ROOT

FOLDER = ROOT / "recipes" / "results"
TRANSLATION = "text->audio"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("results", FOLDER / "table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def row(name, training="phases", mae=0.9, **more):
    names = ("acc2_has0", "acc2_non0", "pearson", "mae")
    names += tuple(f"{m}_{k}" for k in ("binary", "7class") for m in ("precision",))
    names += tuple(f"{m}_{k}" for k in ("binary", "7class") for m in ("recall", "f1"))
    if "->" in name:
        names += tuple(
            f"explained_{each}"
            for each in (
                "teacher_forced",
                "free_running",
                "source_shuffled",
                "copy_previous",
            )
        )
    metrics = {key: {"mean": 0.5, "std": 0.1, "values": [0.4, 0.6]} for key in names}
    metrics["mae"]["mean"] = mae
    row = {"name": name, "training": training, "metrics": metrics, "num_seeds": 3}
    return {**row, **more}


def report(rows, verdicts=(), data="CMU-MOSI", label_range=(-3, 3), **config):
    return {
        "schema": "mmzoo.report/1",
        "rows": rows,
        "verdicts": list(verdicts),
        "label_range": list(label_range),
        "num_samples": 30,
        "data": {"name": data, "protocol": "dialogue"},
        "config": {"folds": None, "bidirectional": False, **config},
    }


def write(folder, **reports):
    for name, content in reports.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def lines_with(text, word):
    return [line for line in text.splitlines() if word in line]


def test_pages_show_what_the_reports_say(script):
    for page, write in script.PAGES.items():
        text = page.read_text()
        shown = text.partition(script.MARKERS[0])[2].partition(script.MARKERS[1])[0]
        assert shown.strip() == write(FOLDER), "run `make results`"
    names = {page.name for page in script.PAGES}
    assert names == {"README.md", "results.md", "metrics.md", "leaderboard.md"}


def test_nothing_measured_is_said(script, tmp_path):
    assert "no reports" in script.tables(tmp_path)
    assert "no reports" in script.headlines(tmp_path)


def test_the_first_row_stands_beside_what_needs_no_network(script, tmp_path):
    rows = [
        row("text", "supervised", mae=0.8),
        row("text", "end-to-end", mae=0.7),
        row("majority", "median", mae=1.4, control="majority"),
        row("audio", "closed form", mae=1.0, control="ridge"),
        row("text", "closed form", mae=0.9, control="ridge"),
    ]
    text = script.headlines(write(tmp_path, mosi=report(rows)))
    assert text.splitlines()[2:] == [
        "| CMU-MOSI, protocol dialogue | `text`, supervised "
        "| has0 % 50.0 ±10.0, MAE 0.800 ±0.100 "
        "| has0 % 50.0 ±10.0, MAE 0.900 ±0.100 "
        "| has0 % 50.0 ±10.0, MAE 1.400 ±0.100 |"
    ]


def test_a_row_stands_beside_the_paper_once(script, tmp_path):
    rows = [
        row("text+audio->text+video"),
        row("text+audio->text+video", control="untrained encoder"),
        row("text+audio->text+video", "end-to-end"),
    ]
    text = script.tables(write(tmp_path, mosi=report(rows)))
    found = lines_with(text, ".62 / .60 / .61")
    assert len(found) == 1
    assert "| phases | 50.0 ±10.0 | 50.0 ±10.0 | 0.900 ±0.100 |" in found[0]
    assert ".50 / .50 / .50" in found[0] and ".23 / .24 / .22" in found[0]


def test_other_corpora_have_no_figure_of_the_paper(script, tmp_path):
    mosi, mmmo = report([row("text")]), report([row("text")], data="mmmo")
    text = script.tables(write(tmp_path, a=mmmo, b=mosi))
    assert text.index("CMU-MOSI") < text.index("mmmo")
    assert len(lines_with(text, ".77 / .76 / .76")) == 1


def test_what_others_printed_stands_below_its_protocol(script, tmp_path):
    content = report([row("text")])
    text = script.tables(write(tmp_path, mosi=content))
    assert "MISA" not in text
    content["data"]["protocol"] = "utterance"
    table = lines_with(script.tables(write(tmp_path, mosi=content)), "|")
    (line,) = lines_with("\n".join(table), "MISA")
    assert "| Hazarika et al. 2020 | 81.8 | 83.4 | .783 | .761 |" in line
    assert {each.count("|") for each in table} == {line.count("|")}


def test_figures_of_classes_stand_below_the_rows_of_their_report(script, tmp_path):
    names = ("accuracy", "uar", "f1_macro", "f1_weighted")
    found = {name: {"mean": 0.5, "std": 0.1, "values": [0.4, 0.6]} for name in names}
    content = report([{**row("image+text", "supervised"), "metrics": found}])
    line = {"printed": "CoMN (6)", "table": "Figure 11", "rows": []}
    line["figures"] = {"accuracy": ".7051", "f1_weighted": ".7001"}
    content["classes"] = ["negative", "positive"]
    content["published"] = {"source": "A paper", "lines": [line]}
    text = script.tables(write(tmp_path, a=content, b=content))
    (shown,) = lines_with(text, "CoMN")
    assert shown == "| CoMN (6) | Figure 11, A paper | 70.5 |  |  | 0.700 |  |"
    assert {each.count("|") for each in lines_with(text, "|")} == {shown.count("|")}


def test_labels_up_to_two_have_no_seven_classes(script, tmp_path):
    content = report([row("text")], data="mmmo", label_range=(-2, 2))
    assert "7class" not in script.tables(write(tmp_path, mmmo=content))


def test_options_that_differ_tell_rows_apart(script, tmp_path):
    verdict = "text->audio (phases) learnt to use its source: 1"
    rows = [row(TRANSLATION), row("majority", "median", control="majority")]
    one, other = report(rows, [verdict]), report(rows, [verdict], bidirectional=True)
    text = script.tables(write(tmp_path, a=one, b=other))
    assert len(lines_with(text, "| `text->audio` |")) == 2
    assert len(lines_with(text, "| `text->audio, bidirectional` |")) == 2
    assert len(lines_with(text, "*majority*")) == 1
    said = lines_with(text, "learnt to use its source")
    expected = "`text->audio` (phases), `text->audio, bidirectional` (phases)"
    assert said == [f"- *learnt to use its source*: {expected}"]


def test_only_options_that_decide_a_rows_numbers_are_in_its_name(script, tmp_path):
    rows = [row("text"), row("audio", "closed form", control="ridge")]
    rows += [row("majority", "median", control="majority")]
    one = report(rows, refit=True, gates_read_memory=True, bidirectional=True)
    other = report([row("lstm_baseline:text"), *rows[1:]], units=3, refit=False)
    text = script.tables(write(tmp_path, a=one, b=other))
    # Alone of its name, it needs nothing that tells it apart.
    assert len(lines_with(text, "| `text` |")) == 1
    assert len(lines_with(text, "*ridge on audio, refit*")) == 1
    assert len(lines_with(text, "*majority*")) == 1
    named = script.label("text", "phases", one, [one, report(rows)])
    # Its gates are the memory fusion network's.
    assert named == "text, bidirectional, refit"


def test_a_tuned_row_says_so(script, tmp_path):
    space = {"units": [16, 32]}
    floor = row("text", "closed form", control="ridge")
    found = report([row("text", "supervised"), floor], tune=20, space=space)
    text = script.tables(write(tmp_path, one=found))
    assert lines_with(text, "`text, tuned by 20 trials`")
    assert "space" not in text
    assert len(lines_with(text, "tuned")) == 1


def test_options_of_its_members_tell_an_ensemble_apart(script, tmp_path):
    name = "ensemble of text, seq2seq_translator:text->audio"
    reports = {
        str(units): report([row(name, "ensemble")], units=units, train_translator=True)
        for units in (3, 4)
    }
    text = script.tables(write(tmp_path, **reports))
    for units in (3, 4):
        assert lines_with(text, f"`{name}, units {units}`")


def test_a_row_of_a_joined_report_has_the_options_of_its_run(script, tmp_path):
    runs = {"a": {"variants": ["text"], "units": 3}, "b": {"variants": ["audio"]}}
    joined = report([row("text"), row("audio")], runs=runs)
    other = report([row("text")], units=5)
    assert script.label("text", "phases", joined, [joined, other]) == "text, units 3"
    assert script.label("audio", "phases", joined, [joined, other]) == "audio"


def test_a_report_older_than_an_option_had_its_default(script):
    older, newer = report([row("text")]), report([row("text")], label_share=1.0)
    assert script.label("text", "phases", newer, [older, newer]) == "text"
    few = report([row("text")], label_share=0.1)
    assert script.label("text", "phases", older, [older, few]) == "text"
    named = script.label("text", "phases", few, [older, few])
    assert named == "text, label share 0.1"


def test_scores_have_no_weights_of_classes(script, tmp_path):
    rows = [row("text"), row("majority", "median", control="majority")]
    weighed, other = (report(rows, class_weight=how) for how in ("balanced", None))
    assert "class weight" not in script.tables(write(tmp_path, a=weighed, b=other))
    for content in (weighed, other):
        content["classes"] = ["low", "high"]
    assert "class weight" in script.label("text", "phases", weighed, [weighed, other])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda p: p.stem)
def test_measured_reports_fit_the_schema(path):
    found = json.loads(path.read_text())
    validate_report(found)
    for each in found["rows"]:
        if each["num_seeds"] < 3 and not each.get("control"):
            name = f"{each['name']} ({each['training']}) "
            said = [v for v in found["verdicts"] if v.startswith(name)]
            assert all("gets no verdict" in verdict for verdict in said)


def test_fewer_than_three_seeds_get_no_verdict(script, tmp_path):
    rows = [
        row(TRANSLATION, num_seeds=2),
        row("majority", "median", control="majority"),
    ]
    verdict = "text->audio (phases) learnt to use its source: 1"
    text = script.tables(write(tmp_path, a=report(rows, [verdict])))
    assert "learnt to use" not in text
    assert "- *no verdict with fewer than 3 seeds*: `text->audio`" in text


def test_a_file_of_another_kind_is_refused(script, tmp_path):
    with pytest.raises(ValueError, match="other.json"):
        script.tables(write(tmp_path, other={"rows": []}))


def test_a_ranking_stands_apart_from_other_reports(script, tmp_path):
    rows = [row("text", "supervised", 0.9), row("tensor_fusion_network:text", mae=0.7)]
    rows += [row("majority", "median", 1.2, control="majority")]
    ranking = [
        {"name": x["name"], "training": x["training"], "model": "", "reads": "text"}
        for x in reversed(rows[:2])
    ]
    test = {"row": rows[1]["name"], "training": "phases", "verdict": "better"}
    test |= {"difference": -0.2, "ci95": [-0.3, -0.1]}
    held = {"ranking": ranking, "baseline": "text", "tests": [test], "said": ["So."]}
    ranked = {**report(rows), "leaderboard": held}
    folder = write(tmp_path, zoo=ranked, one=report(rows[:1] + rows[2:]))
    text = script.leaderboards(folder)
    (first,), (second,) = lines_with(text, "| 1 |"), lines_with(text, "| 2 |")
    assert first.startswith("| 1 | `tensor_fusion_network:text` | text |")
    assert "| -0.200 (-0.300 to -0.100), better |" in first
    assert second.startswith("| 2 |") and "the baseline" in second
    assert lines_with(text, "*majority*") and "* So." in text
    assert "tensor_fusion_network" not in script.tables(folder)
    (line,) = lines_with(script.headlines(folder), "the zoo")
    assert "first of 2 of" in line and "the LSTM: " in line


def test_main_writes_between_the_markers(script, tmp_path, monkeypatch):
    first, last = script.MARKERS
    pages = {tmp_path / "a.md": lambda folder: folder.name, tmp_path / "b.md": str}
    for page in pages:
        page.write_text(f"before\n{first}\nold\n{last}\nafter\n")
    monkeypatch.setattr(script, "HERE", tmp_path)
    monkeypatch.setattr(script, "PAGES", pages)
    picture = tmp_path / "beside.png"
    monkeypatch.setattr(script, "PICTURE", picture)
    script.main()
    assert not picture.exists(), "no report stands beside a paper"
    measured = (FOLDER / "mosi_dialogue.json").read_text()
    (tmp_path / "mosi_dialogue.json").write_text(measured)
    script.main()
    assert picture.stat().st_size
    for page, write in pages.items():
        body = write(tmp_path)
        assert page.read_text() == f"before\n{first}\n{body}\n{last}\nafter\n"


def test_the_papers_figures_are_shares(script):
    figures = script.papers()
    assert len(figures) == 26
    values = [float(x) for row in figures.values() for x in row["binary"].split(" / ")]
    assert all(0 <= value <= 1 for value in values)


def test_one_seed_is_no_headline_beside_three(script, tmp_path):
    floors = [row("majority", "median", control="majority")]
    three, one = row("text"), row("audio", num_seeds=1)
    folder = write(tmp_path, a=report([one, *floors]), b=report([three, *floors]))
    told = lines_with(script.headlines(folder), "CMU-MOSI")
    assert len(told) == 1 and "`text`" in told[0]
    (tmp_path / "b.json").unlink()
    assert "`audio`" in script.headlines(folder)


def test_joined_runs_stand_with_those_of_their_folds(script, tmp_path):
    rows = [row("text"), row("majority", "median", control="majority")]
    alone, joined = report(rows, folds=5), report(rows)
    joined["config"] = {"runs": {"runs/a": {"folds": 5}, "runs/b": {"folds": 5}}}
    (title,) = script.sections(write(tmp_path, a=alone, b=joined))
    assert title.endswith(", 5-fold cross-validation")
