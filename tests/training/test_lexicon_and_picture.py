import dataclasses
import importlib.util
import sys

import numpy as np
import pytest

from mmzoo.data import Sequences, Split, sample_pictures
from mmzoo.data.image_file import squared
from mmzoo.training.floors import floors
from mmzoo.training.lexicon_and_picture import _statistics, lexicon_and_picture

SIDE = 8
ALL = np.ones(SIDE * SIDE, bool)


def picture(*colours):
    """Stripes from left to right, `(side * side, 3)`."""
    row = np.repeat(np.array(colours, "float32"), SIDE // len(colours), axis=0)
    return np.tile(row, (SIDE, 1))


def test_statistics_of_one_colour():
    found = _statistics(picture((255, 0, 0)), ALL)
    hue, saturation, brightness, (mean, deviation, edges) = (
        *np.split(found[:24], 3),
        found[24:],
    )
    assert hue.tolist() == [1] + [0] * 7
    assert saturation.tolist() == brightness.tolist() == [0] * 7 + [1]
    assert (mean, deviation, edges) == (1, 0, 0)


def test_statistics_of_stripes():
    found = _statistics(picture((0, 0, 0), (255, 255, 255)), ALL)
    assert found[24:26].tolist() == [0.5, 0.5]
    # One edge a row, of 7 beside each other; of those below each other none.
    assert found[26] == pytest.approx(SIDE / (2 * SIDE * (SIDE - 1)))


def test_bars_change_nothing_and_no_picture_is_zeros(rng):
    pixels, present = picture((0, 40, 200), (250, 240, 9)), ALL.copy()
    present[: 2 * SIDE] = False
    before = _statistics(pixels, present)
    pixels[~present] = rng.uniform(0, 255, (2 * SIDE, 3))
    np.testing.assert_array_equal(_statistics(pixels, present), before)
    assert not _statistics(pixels, ~ALL).any()


class Analyser:
    """As VADER's, with a lexicon of two words."""

    def polarity_scores(self, text):
        good, bad = (float(word in text) for word in ("good", "bad"))
        return {"pos": good, "neg": bad, "neu": 0.0, "compound": good - bad}


@pytest.fixture
def lexicon(monkeypatch):
    module = type(sys)("vaderSentiment.vaderSentiment")
    module.SentimentIntensityAnalyzer = Analyser
    monkeypatch.setitem(sys.modules, "vaderSentiment", type(sys)("vaderSentiment"))
    monkeypatch.setitem(sys.modules, module.__name__, module)


def test_words_and_picture_stand_side_by_side(lexicon):
    pixels = [picture((9, 9, 9)), np.zeros((0, 3), "float32")]
    rows = Sequences.from_list(pixels)
    split = Split({"pixels": rows}, [0, 1], ("a", "b"), ("a", "b"), words=("bad", ""))
    found = lexicon_and_picture(split)
    assert found.shape == (2, 31)
    assert found[0, :4].tolist() == [0, 0, 1, -1]
    np.testing.assert_array_equal(found[0, 4:], _statistics(pixels[0], ALL))
    assert not found[1].any()


def test_a_floor_of_pictures_with_words(lexicon):
    corpus = sample_pictures(pictures_per_person=6, side=16)
    said = ("a bad day", "a day", "a good day")
    splits = {
        name: dataclasses.replace(
            split, words=tuple(said[int(label)] for label in split.labels)
        )
        for name, split in corpus.splits.items()
    }
    corpus = dataclasses.replace(corpus, splits=splits)
    (*_, row), remarks = floors([corpus], ["image", "text"])
    assert not remarks
    assert row[:2] == ("image+text", "lexicon + picture statistics")
    np.testing.assert_array_equal(row[3]["predictions"], corpus.test.labels)
    names = [row[1] for row in floors([corpus], ["text"])[0]]
    assert "lexicon + picture statistics" not in names


def test_without_the_lexicon_the_row_is_missing(monkeypatch):
    # It may have been imported, and is then found without its package.
    for name in ("vaderSentiment", "vaderSentiment.vaderSentiment"):
        monkeypatch.setitem(sys.modules, name, None)
    corpus = sample_pictures(pictures_per_person=3, side=16)
    rows, remarks = floors([corpus], ["image", "text"], str)
    assert "lexicon + picture statistics" not in [row[1] for row in rows]
    assert remarks == [
        "There is no row for logistic regression on image+text: the lexicon is in the "
        'package vaderSentiment: pip install "mmzoo[lexicon]".'
    ]


def test_scores_of_vader():
    if importlib.util.find_spec("vaderSentiment") is None:
        pytest.skip('there is no vaderSentiment: pip install "mmzoo[lexicon]"')
    pixels, present = squared_grey()
    rows = Sequences.from_list([pixels] * 2, [present] * 2)
    words = ("What a wonderful day!", "I hate this awful film")
    split = Split({"pixels": rows}, [0, 1], ("a", "b"), ("a", "b"), words=words)
    good, bad = lexicon_and_picture(split)[:, 3]
    assert good > 0.5 and bad < -0.5


def squared_grey():
    from PIL import Image

    return squared(Image.new("RGB", (12, 8), "grey"), SIDE)
