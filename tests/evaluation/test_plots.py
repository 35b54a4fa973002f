import hashlib

import numpy as np
import pytest
from matplotlib.image import imread

from mmzoo.evaluation import (
    attention_map,
    confusion_7class,
    learning_curves,
    predicted_against_true,
)
from mmzoo.evaluation.plots import _confusion
from tests.evaluation.rows import make_row

HISTORY = [
    {
        "translate": {"loss": [3.0, 2.0], "val_loss": [3.0, 2.5]},
        "regress": {"loss": [1]},
    },
    {"translate": {"loss": [3.0, 2.0, np.nan], "val_loss": [3.0, 2.5, 2.4]}},
]


def check_picture(path, digest):
    """It is a PNG with something on it, and its hash is right."""
    pixels = imread(path)
    assert min(pixels.shape[:2]) > 200
    assert len(np.unique(pixels.reshape(-1, pixels.shape[-1]), axis=0)) > 20
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("draw", [confusion_7class, predicted_against_true])
def test_pictures_of_rows(tmp_path, draw, count):
    rows = [make_row(f"text $<{i}>", noise=i) for i in range(count)]
    check_picture(tmp_path / "a.png", draw(rows, tmp_path / "a.png"))


def test_confusion_counts_every_sample():
    row = make_row(noise=0.0)
    counts = _confusion(row)
    assert counts.sum() == len(row.labels)
    assert np.trace(counts) == len(row.labels)


def test_confusion_is_true_by_predicted():
    row = make_row(seeds=2)
    row.predictions[:] = 2.9
    assert _confusion(row)[:, 6].sum() == len(row.labels)


def test_learning_curves(tmp_path):
    path = tmp_path / "a.png"
    check_picture(path, learning_curves([make_row(history=HISTORY)], path))


def test_no_history_no_picture(tmp_path):
    assert learning_curves([make_row()], tmp_path / "a.png") is None
    assert not (tmp_path / "a.png").exists()


@pytest.mark.parametrize("shape", [(4, 9), (60, 3), (1, 1)])
def test_attention_map(tmp_path, rng, shape):
    path = tmp_path / "a.png"
    check_picture(path, attention_map(rng.random(shape), path, "a->b", "a", "b"))


@pytest.mark.parametrize("shape", [(3,), (0, 4), (2, 3, 4)])
def test_attention_map_refuses(tmp_path, shape):
    with pytest.raises(ValueError, match="`weights` must have shape"):
        attention_map(np.zeros(shape), tmp_path / "a.png")
