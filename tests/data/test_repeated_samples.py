"""Samples that are there twice are warned of."""

import dataclasses

import pytest

from mmzoo.data import Split, read
from mmzoo.data.cleaning import clean
from tests.data.small_corpus import small_corpus, spoiled


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


def with_copy(corpus, split, row=0, **changes):
    """The corpus with a copy of a training sample at the end of a split."""
    copied = dataclasses.replace(
        corpus.train.select([row]), ids=("new",), groups=("new",), **changes
    )
    joined = Split.concatenate([corpus.splits[split], copied])
    return dataclasses.replace(corpus, splits={**corpus.splits, split: joined})


@pytest.mark.parametrize("way", ["memory", "file"])
def test_features_that_two_splits_share_are_a_warning(corpus, way, tmp_path):
    shared = with_copy(corpus, "test", 3)
    if way == "file":
        shared.save(tmp_path / "a.h5")
        told = read(tmp_path / "a.h5").provenance["warnings"]
    else:
        told = clean(shared, "file").provenance["warnings"]
    assert told == [
        "Samples of test with the very features of a sample of another split: 1 (such "
        "as new, those of train_3 of train): results are too good."
    ]


def test_samples_that_a_split_repeats_are_a_warning(corpus):
    told = clean(with_copy(corpus, "train", 3), "file").provenance["warnings"]
    assert told == [
        "Samples of train with the very features and words of an earlier one of it: 1 "
        "(such as new, those of train_3): they count more than once."
    ]


def test_several_texts_of_one_picture_are_no_repetition(corpus):
    said = [f"text {row}" for row in range(len(corpus.train))]
    train = dataclasses.replace(corpus.train, words=said)
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "train": train})
    other = with_copy(corpus, "train", 3, words=("another text",))
    assert clean(other, "file").provenance["warnings"] == []
    (told,) = clean(with_copy(corpus, "train", 3), "file").provenance["warnings"]
    assert told.startswith("Samples of train with the very features and words")


def test_samples_of_which_nothing_was_observed_are_no_twins(corpus):
    def silence(frames):
        frames[:] = 0

    for modality in corpus.modalities:
        for split in ("train", "test"):
            corpus = spoiled(corpus, split, modality, silence)
    told = clean(corpus, "file", answering=True).provenance["warnings"]
    assert all("lack" in each for each in told)
