import hashlib

import numpy as np
import pytest
from matplotlib.image import imread

from mmzoo.evaluation import (
    attention_map,
    attention_over_picture,
    attention_over_spectrogram,
    confusion,
    confusion_7class,
    learning_curves,
    predicted_against_true,
)
from mmzoo.evaluation.plots import _confusion
from tests.evaluation.rows import EMOTIONS, make_class_row, make_row

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


@pytest.mark.parametrize("shape", [(4, 9), (60, 3), (1, 1)])
def test_attention_map(tmp_path, rng, shape):
    path = tmp_path / "a.png"
    check_picture(path, attention_map(rng.random(shape), path, "a->b", "a", "b"))


@pytest.mark.parametrize("shape", [(3,), (0, 4), (2, 3, 4)])
def test_attention_map_refuses(tmp_path, shape):
    with pytest.raises(ValueError, match="`weights` must have shape"):
        attention_map(np.zeros(shape), tmp_path / "a.png")


@pytest.mark.parametrize("shape", [(80,), (80, 20)])
def test_attention_over_spectrogram(tmp_path, rng, shape):
    path = tmp_path / "a.png"
    weights = rng.random(shape)
    spectrogram = rng.random((80, 20))
    drawn = attention_over_spectrogram(spectrogram, weights, path, "$a", 0.1)
    check_picture(path, drawn)
    # It is the weights that are shown, not the spectrogram alone.
    turned = attention_over_spectrogram(spectrogram, weights[::-1], path, "$a", 0.1)
    assert turned != drawn


def test_attention_of_one_frame(tmp_path):
    path = tmp_path / "a.png"
    check_picture(path, attention_over_spectrogram(np.ones((1, 3)), [0.0], path))


def test_attention_over_spectrogram_refuses(tmp_path):
    path = tmp_path / "a.png"
    with pytest.raises(ValueError, match=r"`spectrogram` must.*received \(3,\)"):
        attention_over_spectrogram(np.zeros(3), np.zeros(3), path)
    with pytest.raises(ValueError, match=r"shape \(8,\) or \(8, 5\).*received \(4,\)"):
        attention_over_spectrogram(np.zeros((8, 5)), np.zeros(4), path)


@pytest.mark.parametrize("words", [(), ("what", "a", "$day$")])
def test_attention_over_picture(tmp_path, rng, words):
    path, cells = tmp_path / "a.png", rng.random((4, 4))
    picture, shares = rng.uniform(0, 255, (16, 16, 3)), rng.random(len(words))
    drawn = attention_over_picture(picture, cells, path, "$a", words, shares)
    check_picture(path, drawn)
    # The weights are shown, those of the words too.
    turned = attention_over_picture(picture, cells[::-1], path, "$a", words, shares)
    assert turned != drawn
    if words:
        other = attention_over_picture(picture, cells, path, "$a", words, shares[::-1])
        assert other != drawn


def test_attention_over_picture_refuses(tmp_path):
    path, picture = tmp_path / "a.png", np.zeros((4, 4, 3))
    with pytest.raises(ValueError, match=r"`picture` must.*received \(4, 4\)"):
        attention_over_picture(picture[..., 0], np.zeros((2, 2)), path)
    with pytest.raises(ValueError, match=r"received \(4,\), and 0 numbers for 0 w"):
        attention_over_picture(picture, np.zeros(4), path)
    with pytest.raises(ValueError, match="1 numbers for 2 words"):
        attention_over_picture(picture, np.zeros((2, 2)), path, "", ["a", "b"], [1.0])
