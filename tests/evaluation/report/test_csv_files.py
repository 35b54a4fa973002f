import csv
import io

from mmzoo.evaluation.report.csv_files import history_csv, predictions_csv
from tests.evaluation.rows import EMOTIONS, NUM_SAMPLES, make_class_row, make_row


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
