import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.data.label_choice import (
    chosen_label,
    range_or_classes,
    target_named,
    told,
)

NAMES = ("label_valence", "label_arousal", "2")


@pytest.mark.parametrize(
    ("label", "chosen"),
    [
        ("label_arousal", "label_arousal"),
        ("Arousal", "label_arousal"),
        (1, "label_arousal"),
        ("1", "label_arousal"),
        # A name comes before a number.
        ("2", "2"),
        ("mood", "mood"),
    ],
)
def test_name_or_number(label, chosen):
    assert chosen_label(NAMES, label, "a.csv", ("mood",)) == chosen


def test_the_only_one_need_not_be_named():
    assert chosen_label(["a"], None, "a.csv") == "a"


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (None, "a.csv: it has 3 labels a sample: label_valence, label_arousal, 2. Ch"),
        (3, "label=3 is none of its 3 labels: label_valence, label_arousal, 2"),
        (-1, "label=-1 is none"),
        ("label_arosal", r"Did you mean 'label_arousal'\?"),
    ],
)
def test_what_is_not_said_or_not_there_is_refused(label, message):
    with pytest.raises(DataError, match=message):
        chosen_label(NAMES, label, "a.csv")


def test_many_names_are_cut_short():
    with pytest.raises(DataError, match="19 and 11 more"):
        chosen_label(list(map(str, range(31))), None, "a.csv")


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("label_arousal", "arousal"),
        ("Mood (1-5)", "mood_1_5"),
        ("16", "label_16"),
        ("label_16", "label_16"),
        ("label", "label"),
        ("label_", "label"),
    ],
)
def test_target_is_a_name(name, target):
    assert target_named(name) == target


def test_told():
    assert told("a", ["a"]) == {"label": "a"}
    assert told("a", ["a", "b"]) == {"label": "a", "other_labels": ["b"]}


def test_range_is_what_is_found():
    labels = np.array([1.5, np.nan, 6.0])
    assert range_or_classes(labels, "mood", "y.h5") == ((1.5, 6.0), None)
    classes = ("not happy", "happy")
    assert range_or_classes(np.array([0, 1, 1]), "happy", "y.h5") == ((0, 1), classes)


@pytest.mark.parametrize("labels", [[2.0, 2.0], [1, 1], [np.nan], []])
def test_labels_that_are_all_alike_can_only_be_answered(labels):
    with pytest.raises(DataError, match="all its labels of mood are"):
        range_or_classes(np.array(labels), "mood", "y.h5")
    (low, high), _ = range_or_classes(np.array(labels), "mood", "y.h5", answering=True)
    assert low <= high
