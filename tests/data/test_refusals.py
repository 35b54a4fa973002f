"""What no corpus may hold is refused in one error, whatever it was read from."""

import dataclasses

import numpy as np
import pytest

from mmzoo.data import DataError, Sequences
from mmzoo.data.cleaning import clean
from tests.data.small_corpus import small_corpus, small_emotions, spoiled, with_nan


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


def test_strict_refuses_them(corpus):
    broken = spoiled(corpus, "test", "audio", with_nan)
    with pytest.raises(DataError, match="file: the audio of test has 1 NaN and 3 inf"):
        clean(broken, "file", strict=True)


def test_zero_modality_is_refused(corpus):
    broken = spoiled(corpus, "valid", "text", lambda frames: frames.fill(0))
    with pytest.raises(DataError, match="the text of valid is zero throughout"):
        clean(broken, "file")


def test_only_the_modalities_asked_for_are_checked(corpus):
    broken = spoiled(corpus, "valid", "text", lambda frames: frames.fill(0))
    assert clean(broken, "file", modalities=["video"]).modalities == ["video"]


@pytest.mark.parametrize("modalities", [["text", "smell"], []])
def test_unknown_modalities_are_refused(corpus, modalities):
    with pytest.raises(
        DataError, match=r"of a corpus with \['audio', 'text', 'video'\]"
    ):
        clean(corpus, "file", modalities=modalities)


@pytest.mark.parametrize("split", ["train", "valid", "test"])
@pytest.mark.parametrize("how", ["empty", "absent"])
def test_empty_split_is_refused(corpus, split, how):
    splits = dict(corpus.splits)
    rows = splits.pop(split)
    if how == "empty":
        splits[split] = rows.select([])
    with pytest.raises(DataError, match=f"the split '{split}' is empty"):
        clean(dataclasses.replace(corpus, splits=splits), "file")


def test_splits_of_unequal_features_are_refused(corpus):
    other = Sequences.from_list([np.ones((2, 9))] * 2)
    splits = {**corpus.splits, "valid": corpus.valid.with_modality("text", other)}
    with pytest.raises(DataError, match="'text': 9.* in valid and .*'text': 5"):
        clean(dataclasses.replace(corpus, splits=splits), "file")


@pytest.mark.parametrize("value", [3.5, -4.0, np.nan])
def test_label_outside_its_range_is_refused(corpus, value):
    labels = corpus.test.labels.copy()
    labels[1] = value
    test = dataclasses.replace(corpus.test, labels=labels)
    broken = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    message = rf"1 labels of test are outside \[-3, 3\], the first is {value:g}"
    with pytest.raises(DataError, match=message):
        clean(broken, "file")


def test_step_labels_are_checked_too(rng):
    corpus = small_corpus(rng, labels_per="step")
    assert clean(corpus, "file").labels_per == "step"
    labels = corpus.test.labels
    high = dataclasses.replace(labels, frames=labels.frames + 7)
    short = dataclasses.replace(labels, lengths=labels.lengths - 1)
    for wrong, message in ((high, "10 labels of test"), (short, "more or fewer")):
        test = dataclasses.replace(corpus.test, labels=wrong)
        broken = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
        with pytest.raises(DataError, match=message):
            clean(broken, "file")


def test_label_between_two_classes_is_refused(rng):
    corpus = small_emotions(rng)
    test = dataclasses.replace(corpus.test, labels=[0, 0.5, 2])
    broken = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    message = "1 labels of test are no index of a class, the first is 0.5"
    with pytest.raises(DataError, match=message):
        clean(broken, "file")


def test_splits_of_two_targets_are_refused(corpus):
    test = dataclasses.replace(corpus.test, target="valence")
    mixed = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    with pytest.raises(DataError, match="the targets of its splits are .*'valence'"):
        clean(mixed, "file")


@pytest.mark.parametrize("value", [1e38, -1e38, 1e20])
def test_features_beyond_all_scales_are_refused(corpus, value):
    def spoil(frames):
        frames[0, 0] = value

    broken = spoiled(corpus, "train", "audio", spoil)
    with pytest.raises(DataError, match="file: the audio of train goes up to 1e"):
        clean(broken, "file")
