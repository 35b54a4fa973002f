"""Names, groups, modalities and classes that make results doubtful are warned of."""

import dataclasses

import pytest

from mmzoo.data import Sequences
from mmzoo.data.cleaning import clean
from tests.data.small_corpus import small_corpus, small_emotions


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


def test_video_in_two_splits_is_a_warning(corpus):
    groups = ("train_video_0", *corpus.test.groups[1:])
    test = dataclasses.replace(corpus.test, groups=groups)
    shared = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    (warning,) = clean(shared, "file").provenance["warnings"]
    assert warning.startswith("1 video is in both train and test")
    assert "train_video_0" in warning


def test_missing_modality_is_a_warning(corpus):
    none = Sequences.missing(7, 5)
    splits = {**corpus.splits, "train": corpus.train.with_modality("text", none)}
    cleaned = clean(dataclasses.replace(corpus, splits=splits), "file")
    assert cleaned.provenance["warnings"] == ["7 of 7 samples of train lack text."]


def test_speakers_are_called_speakers(rng):
    corpus = small_emotions(rng)
    groups = ("train_speaker_0", "train_speaker_1", "train_speaker_1")
    test = dataclasses.replace(corpus.test, groups=groups)
    shared = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    (warning,) = clean(shared, "file").provenance["warnings"]
    assert warning.startswith("2 speakers are in both train and test")


def test_class_that_train_lacks_is_a_warning(rng):
    corpus = small_emotions(rng)
    train = dataclasses.replace(corpus.train, labels=[0, 2, 0, 2, 0, 2, 0])
    poor = dataclasses.replace(corpus, splits={**corpus.splits, "train": train})
    warnings = clean(poor, "file").provenance["warnings"]
    assert warnings == ["no sample of train is 'calm': the class cannot be learnt."]


def test_ids_that_several_samples_share_are_a_warning(corpus):
    same = ("same",) * len(corpus.train)
    train = dataclasses.replace(corpus.train, ids=same)
    splits = {**corpus.splits, "train": train}
    told = clean(dataclasses.replace(corpus, splits=splits), "file")
    assert told.provenance["warnings"][0].startswith(
        "7 samples share 1 ids (such as sa"
    )


@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_labels_that_are_all_the_same_are_a_warning(labels_per, rng):
    corpus = small_corpus(rng, labels_per)
    assert clean(corpus, "file").provenance["warnings"] == []
    labels = corpus.train.labels
    if labels_per == "step":
        labels = dataclasses.replace(labels, frames=0 * labels.frames + 1.5)
    else:
        labels = 0 * labels + 1.5
    train = dataclasses.replace(corpus.train, labels=labels)
    same = dataclasses.replace(corpus, splits={**corpus.splits, "train": train})
    count = {"sequence": 7, "step": 27}[labels_per]
    assert clean(same, "file").provenance["warnings"] == [
        f"all {count} labels of train are 1.5: nothing is learnt."
    ]
