import numpy as np
import pytest

from mmzoo.evaluation import (
    confusion,
    confusion_7class,
    learning_curves,
    predicted_against_true,
)
from mmzoo.evaluation.pictures.plots import _confusion, _kept_epoch
from tests.evaluation.drawn import check_inside, check_picture, figures, said
from tests.evaluation.rows import EMOTIONS, make_class_row, make_row

HISTORY = [
    {
        "translate": {"loss": [3.0, 2.0], "val_loss": [3.0, 2.5]},
        "regress": {"loss": [1]},
    },
    {"translate": {"loss": [3.0, 2.0, np.nan], "val_loss": [3.0, 2.5, 2.4]}},
]


LONG = "text+audio->text+video with every option that there is, " * 12


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("draw", [confusion_7class, predicted_against_true])
def test_pictures_of_rows(tmp_path, draw, count):
    rows = [make_row(f"text $<{i}>", noise=i) for i in range(count)]
    check_picture(tmp_path / "a.png", draw(rows, tmp_path / "a.png"))


@pytest.mark.parametrize("count", [2, 4, 10])
def test_confusion_of_classes(tmp_path, count):
    names = tuple(f"${i}$ excited"[: 3 + i] for i in range(count))
    rows = [make_class_row(str(i), classes=names) for i in range(count // 2)]
    check_picture(tmp_path / "a.png", confusion(rows, tmp_path / "a.png"))


@pytest.mark.parametrize(
    ("row", "size"), [(make_row(noise=0.0), 7), (make_class_row(right=1.0), 4)]
)
def test_confusion_counts_every_sample(row, size):
    counts = _confusion(row, size)
    assert counts.shape == (size, size)
    assert counts.sum() == len(row.labels)
    assert np.trace(counts) == len(row.labels)


def test_confusion_is_true_by_predicted():
    row = make_row(seeds=2)
    row.predictions[:] = 2.9
    assert _confusion(row, 7)[:, 6].sum() == len(row.labels)
    row = make_class_row(seeds=2)
    row.predictions[:] = EMOTIONS.index("sad")
    expected = np.bincount(row.labels, minlength=4)
    assert _confusion(row, 4)[:, 3].tolist() == expected.tolist()


def test_learning_curves(tmp_path):
    path = tmp_path / "a.png"
    check_picture(path, learning_curves([make_row(history=HISTORY)], path))


def test_no_history_no_picture(tmp_path):
    assert learning_curves([make_row()], tmp_path / "a.png") is None
    assert not (tmp_path / "a.png").exists()


@pytest.mark.parametrize(
    ("name", "count"), [(LONG, 4), ("W" * 300, 1), ("a\x00b\n$c$", 1)]
)
def test_names_stay_inside(tmp_path, name, count):
    emotions = ("calm", name, "W" * 90, "x")
    made = [make_row(f"{i} {name}", history=HISTORY) for i in range(count)]
    classes = [make_class_row(f"{i} {name}", classes=emotions) for i in range(count)]
    with figures() as drawn:
        for draw in (confusion_7class, predicted_against_true, learning_curves):
            draw(made, tmp_path / "a.svg")
        confusion(classes, tmp_path / "a.svg")
    assert len(drawn) == 4
    for figure in drawn:
        check_inside(figure)


def test_titles_say_nothing_twice(tmp_path):
    history = [{"supervised": {"loss": [2.0, 1.0]}, "refit": {"loss": [1.0]}}]
    trained = make_row("audio", "supervised", history=history)
    floor = make_row("majority", "median", control="majority", history=history)
    with figures() as drawn:
        learning_curves([trained, floor], tmp_path / "a.svg")
    titles = [axis.get_title("left").split("\n") for axis in drawn[0].axes]
    assert titles == [
        ["audio", "supervised"],
        ["audio", "supervised: refit"],
        ["majority", "median: supervised"],
        ["majority", "median: refit"],
    ]


@pytest.mark.parametrize(
    ("phase", "logs", "expected"),
    [
        ("sentiment", {"val_loss": [1, 2, 3], "val_sentiment_mae": [3, 1, 2]}, 2),
        ("a_translation", {"val_loss": [1, 2], "val_a_translation_loss": [2, 1]}, 2),
        ("supervised", {"val_loss": [3, 1], "val_emotion_error": [0.5, 0.5]}, 1),
        ("other", {"loss": [3, 1], "val_loss": [np.nan, 4]}, 2),
        ("refit", {"loss": [3, 1]}, None),
    ],
)
def test_kept_epoch(phase, logs, expected):
    assert _kept_epoch(phase, logs) == expected


def test_the_kept_epoch_is_marked(tmp_path):
    with figures() as drawn:
        learning_curves([make_row(history=HISTORY)], tmp_path / "a.svg")
    (marks,) = drawn[0].axes[0].collections
    assert marks.get_offsets().tolist() == [[2.0, 2.5], [3.0, 2.4]]
    assert "kept epoch" in said(drawn[0])


def test_a_correlation_that_is_undefined_is_said(tmp_path):
    row = make_row()
    row.predictions[:] = 0.5
    with figures() as drawn:
        predicted_against_true([row], tmp_path / "a.png")
    assert "r undefined, MAE " in said(drawn[0])
