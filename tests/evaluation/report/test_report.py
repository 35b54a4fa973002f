import csv
import hashlib
import json

import numpy as np
import pytest

from mmzoo.evaluation import Report, Row, environment, table, validate_report
from tests.evaluation.ranked_study import make_ranked
from tests.evaluation.rows import (
    EMOTIONS,
    NUM_SAMPLES,
    make_class_row,
    make_explained,
    make_row,
)

PLAIN_FILES = {
    "report.json",
    "report.md",
    "results.csv",
    "rows.npz",
    "predictions.csv",
    "history.csv",
    "config.json",
    "comparison.png",
    "confusion_7class.png",
    "predicted_against_true.png",
    "comparison.svg",
    "confusion_7class.svg",
    "predicted_against_true.svg",
}
HISTORY = [{"translate": {"loss": [2.0, 1.0], "val_loss": [2.0, 1.5]}}]


def make_report(rows=None, **kwargs):
    settings = {
        "data": {"format": "sample", "note": float("nan")},
        "config": {"seeds": 3, "rate": np.float32(0.5), "path": "a/b"},
        "environment": environment(),
        "label_range": (-3, 3),
        "ids": [f"-video_{i}" for i in range(NUM_SAMPLES)],
        **kwargs,
    }
    return Report(rows or [make_row()], **settings)


@pytest.fixture(scope="module")
def full():
    """A report with everything in it."""
    rows = [
        make_row("text", "end-to-end"),
        make_row(explained=make_explained(), history=HISTORY),
        make_row(noise=1.0, control="untrained encoder"),
        make_row("text", "none", noise=4.0, seeds=1, control="majority"),
    ]
    weights = np.random.default_rng(0).random((4, 6))
    return make_report(
        rows,
        remarks=["Validation stops training."],
        attention={"text->audio": weights, "text->audio->video": weights},
    )


@pytest.fixture(scope="module")
def folder(full, tmp_path_factory):
    return full.write(tmp_path_factory.mktemp("runs") / "deep" / "run")


def read(folder):
    def refuse(constant):
        raise ValueError(constant)

    text = (folder / "report.json").read_text()
    return json.loads(text, parse_constant=refuse)


def test_the_folder_is_complete(folder):
    names = ("learning_curves", "attention_map", "attention_map_2")
    more = {f"{name}{suffix}" for name in names for suffix in (".png", ".svg")}
    # The translation has a control.
    more.add("paired_tests.csv")
    assert {path.name for path in folder.iterdir()} == PLAIN_FILES | more


def test_report_json_validates_and_is_strict(folder):
    content = read(folder)
    validate_report(content)
    assert content["schema"] == "mmzoo.report/1"
    assert content["data"]["note"] == "nan"
    assert [row.get("control") for row in content["rows"]] == [
        None,
        None,
        "untrained encoder",
        "majority",
    ]


def test_metrics_are_those_of_the_rows(full, folder):
    for row, found in zip(full.rows, read(folder)["rows"], strict=True):
        assert found["metrics"] == row.metrics
        assert list(found["metrics"]["mae"]) == ["mean", "std", "values", "ci95"]
    assert table(read(folder)["rows"]) == table(full.rows)


def test_hashes_are_those_of_the_files(folder):
    content = read(folder)
    names = {path.name for path in folder.iterdir()} - {"report.json"}
    assert set(content["files"]) == names
    for name, digest in content["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert content["environment"]["config_sha256"] == content["files"]["config.json"]
    config = json.loads((folder / "config.json").read_text())
    assert config == content["config"] == {"seeds": 3, "rate": 0.5, "path": "a/b"}


def test_predictions_are_in_the_order_of_the_ids(full, folder):
    with (folder / "predictions.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["id"] for line in lines] == [f"'{name}" for name in full.ids]
    found = [float(line["text->audio (phases), seed 1"]) for line in lines]
    assert found == full.rows[1].predictions[1].tolist()


def test_verdicts_are_in_both_files(folder):
    content, text = read(folder), (folder / "report.md").read_text()
    assert any("learnt to use its source" in said for said in content["verdicts"])
    assert any("beats its control" in said for said in content["verdicts"])
    for said in content["verdicts"]:
        assert f"- {said}" in text


def test_a_report_on_classes(tmp_path):
    groups = [f"actor{i % 4}" for i in range(NUM_SAMPLES)]
    rows = [
        make_class_row(right=0.9, groups=groups),
        make_class_row("majority", right=0.0, control="majority", groups=groups),
    ]
    spectrogram = np.random.default_rng(0).random((30, 8))
    both = {"spectrogram": spectrogram, "seconds_per_frame": 0.05}
    picture = {"picture": np.full((8, 8, 3), 90.0), "weights": spectrogram[:4, :4]}
    drawings = {
        "sad": ("attention_over_spectrogram", both | {"weights": spectrogram[:, 0]}),
        "grey": ("attention_over_picture", picture | {"about": "sample <a>: sad"}),
        "calm": ("attention_over_spectrogram", both | {"weights": spectrogram}),
    }
    make_report(rows, label_range=None, drawings=drawings).write(tmp_path)
    drawn = {"attention_over_spectrogram.png", "attention_over_spectrogram_2.png"}
    drawn |= {"attention_over_picture.png"}
    drawn |= {name.replace(".png", ".svg") for name in drawn}
    of_sentiment = {name for name in PLAIN_FILES if "7class" in name or "true" in name}
    expected = (PLAIN_FILES - of_sentiment) | drawn | {"confusion.png", "confusion.svg"}
    assert {path.name for path in tmp_path.iterdir()} == expected
    content, text = read(tmp_path), (tmp_path / "report.md").read_text()
    validate_report(content)
    assert content["classes"] == [*EMOTIONS] and content["label_range"] == [0, 3]
    few = "Only 4 speakers: intervals draw samples and are too narrow as far as"
    assert content["remarks"] == [f"{few} speakers differ."]
    assert f"- {few}" in text.partition("## Protocol")[2].partition("## Pictures")[0]
    assert "has a better UAR than majority" in text
    metrics = text.partition("## Metrics")[2]
    assert "- `uar`: " in metrics and "`mae`" not in metrics
    for name in drawn:
        assert text.count(f"]({name})") == 1
    # A picture's sample is said in words, too.
    assert content["samples_drawn"] == {"attention_over_picture": "sample <a>: sad"}
    assert "\nsample &lt;a>: sad\n" in text


def test_a_second_report_replaces_the_first(tmp_path):
    make_report().write(tmp_path)
    make_report(title="Second").write(tmp_path)
    assert read(tmp_path)["title"] == "Second"
    assert {path.name for path in tmp_path.iterdir()} == PLAIN_FILES


def test_files_of_the_report_before_are_not_left_beside(tmp_path):
    make_ranked().write(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    assert (tmp_path / "leaderboard.md").exists()
    make_report().write(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == PLAIN_FILES | {"notes.txt"}


def test_an_interrupted_write_leaves_no_report_json(tmp_path, monkeypatch):
    make_report().write(tmp_path)

    def fail(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("mmzoo.evaluation.report.report.report_text", fail)
    with pytest.raises(KeyboardInterrupt):
        make_report().write(tmp_path)
    assert not (tmp_path / "report.json").exists()


def test_a_diverged_row_leaves_the_old_report_alone(tmp_path):
    make_report().write(tmp_path)
    before = (tmp_path / "report.json").read_bytes()
    with pytest.raises(ValueError, match="diverged"):
        make_report([make_row(noise=np.nan)]).write(tmp_path)
    assert (tmp_path / "report.json").read_bytes() == before


def test_the_same_run_gives_the_same_numbers():
    first, again = (make_report().to_dict() for _ in range(2))
    for content in (first, again):
        content["environment"].pop("written_at")
    assert first == again


def test_refuses_rows_that_do_not_fit():
    with pytest.raises(ValueError, match="`rows` is empty"):
        Report([], {}, {}, {}, (-3, 3), ())
    with pytest.raises(ValueError, match=r"\['text->audio \(phases\)'\] twice"):
        make_report([make_row(), make_row()])
    row = make_row()
    other = Row("text", "phases", row.labels + 1, row.predictions)
    with pytest.raises(ValueError, match="'text' was tested on other labels"):
        make_report([row, other])
    named = make_class_row("text", classes=("a", "b", "c", "d"))
    with pytest.raises(ValueError, match="'text' was tested on other labels"):
        make_report([make_class_row(), named])
    with pytest.raises(ValueError, match="`ids` must name each of the 60"):
        make_report(ids=["a"])
