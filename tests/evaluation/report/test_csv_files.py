import csv
import io

from mmzoo.evaluation.report.csv_files import (
    history_csv,
    predictions_csv,
    results_csv,
)
from tests.evaluation.rows import (
    EMOTIONS,
    NUM_SAMPLES,
    make_class_row,
    make_explained,
    make_row,
)


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_predictions_come_back_exactly():
    rows = [make_row(), make_row(control="majority", seeds=1)]
    ids = [f"-{i}" for i in range(NUM_SAMPLES)]
    lines = read(predictions_csv(rows, ids))
    assert [line["id"] for line in lines] == [f"'{name}" for name in ids]
    assert [float(line["label"]) for line in lines] == rows[0].labels.tolist()
    for seed in range(3):
        found = [float(line[f"text->audio (phases), seed {seed}"]) for line in lines]
        assert found == rows[0].predictions[seed].tolist()
    assert "majority: text->audio (phases), seed 0" in lines[0]


def test_classes_are_written_by_name():
    row = make_class_row()
    lines = read(predictions_csv([row], range(NUM_SAMPLES)))
    assert [line["label"] for line in lines] == [EMOTIONS[i] for i in row.labels]
    found = [line["audio (supervised), seed 2"] for line in lines]
    assert found == [EMOTIONS[i] for i in row.predictions[2]]


def test_history_has_a_line_an_epoch():
    history = [
        {"translate": {"loss": [3.0, 2.0]}, "regress": {"loss": [1.0], "mae": [0.5]}},
        {"regress": {"loss": [1.5, float("nan")], "mae": [0.4]}},
    ]
    lines = read(history_csv([make_row(history=history), make_row("text")]))
    found = [tuple(line.values())[1:] for line in lines]
    assert found == [
        ("0", "translate", "1", "3.0", ""),
        ("0", "translate", "2", "2.0", ""),
        ("0", "regress", "1", "1.0", "0.5"),
        ("1", "regress", "1", "1.5", "0.4"),
        ("1", "regress", "2", "nan", ""),
    ]
    assert {line["row"] for line in lines} == {"text->audio (phases)"}


def test_results_have_a_line_a_row():
    row = make_row(seconds=2.5, epochs=4, parameters=90, trainable_parameters=80)
    floor = make_row("=a", "median", control="majority", explained=make_explained())
    floor.predictions[:] = 0.5
    found, constant = read(results_csv({"rows": [row.to_dict(), floor.to_dict()]}))
    about = ("name", "training", "control", "num_seeds", "epochs", "seconds")
    assert [found[key] for key in about] == [
        "text->audio",
        "phases",
        "",
        "3",
        "4",
        "2.5",
    ]
    assert found["parameters"] == "90" and found["trainable_parameters"] == "80"
    for name, summary in row.metrics.items():
        keys = (name, f"{name} std", f"{name} ci95 low", f"{name} ci95 high")
        expected = [summary["mean"], summary["std"], *summary["ci95"]]
        assert [float(found[key]) for key in keys] == expected
    assert constant["name"] == "'=a" and constant["control"] == "majority"
    assert constant["pearson"] == constant["pearson ci95 low"] == ""
    assert constant["parameters"] == found["explained_free_running"] == ""
    assert float(constant["explained_free_running"]) > 0
