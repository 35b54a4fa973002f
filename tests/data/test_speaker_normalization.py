"""Frames are standardised by all recordings of their speaker, and by nothing else."""

import dataclasses

import numpy as np
import pytest

from mmzoo.data import Corpus, DataError, Sequences, normalized_speakers
from mmzoo.data.speaker_normalization import (
    few_recordings,
    speakers_heard,
    with_normalized_speakers,
)
from tests.data.small_corpus import small_corpus

SPEAKERS = ["a", "b", "a", "b", "c"]


def recordings(rng):
    """Two loud recordings of a, two quiet ones of b, and one of c with no frame."""
    lengths, scales = [4, 3, 6, 5, 0], [9.0, 0.5, 9.0, 0.5, 1.0]
    frames = [
        (scale * rng.normal(1.0, 1.0, (length, 3))).astype("float32")
        for length, scale in zip(lengths, scales, strict=True)
    ]
    present = [np.arange(length) != 1 for length in lengths]
    return frames, present


def test_each_speaker_has_mean_0_and_deviation_1(rng):
    frames, present = recordings(rng)
    found = normalized_speakers(Sequences.from_list(frames, present), SPEAKERS)
    for name in "ab":
        own = [i for i, speaker in enumerate(SPEAKERS) if speaker == name]
        given = np.concatenate([frames[i][present[i]] for i in own]).astype("float64")
        expected = (given - given.mean(axis=0)) / given.std(axis=0)
        made = np.concatenate([found[i][0][found[i][1]] for i in own])
        np.testing.assert_allclose(made, expected, atol=1e-5)
    for index, seen in enumerate(present):
        values, shown = found[index]
        np.testing.assert_array_equal(shown, seen)
        assert not values[~shown].any()


def test_what_tells_speakers_apart_is_taken_away(rng):
    """A louder voice with other colours says the same."""
    frames, present = recordings(rng)
    rows = normalized_speakers(Sequences.from_list(frames, present), SPEAKERS)
    louder = [
        3.0 * values + [1.0, -2.0, 8.0] if name == "b" else values
        for values, name in zip(frames, SPEAKERS, strict=True)
    ]
    others = normalized_speakers(Sequences.from_list(louder, present), SPEAKERS)
    for index in range(len(SPEAKERS)):
        np.testing.assert_allclose(rows[index][0], others[index][0], atol=1e-4)


def test_a_constant_feature_is_0():
    rows = Sequences.from_list([np.full((3, 2), [1e6, 7.0]), np.full((2, 2), [1e6, 9])])
    found = normalized_speakers(rows, ["a", "a"])
    assert not found.frames[:, 0].any()
    np.testing.assert_allclose(found.frames[:, 1].mean(), 0.0, atol=1e-6)


def test_as_many_speakers_as_recordings_are_given():
    rows = Sequences.from_list([np.ones((2, 1))])
    with pytest.raises(DataError, match="2 speakers were given for 1 recordings"):
        normalized_speakers(rows, ["a", "b"])


def spoken(rng):
    return dataclasses.replace(small_corpus(rng), group_kind="speaker")


def test_no_other_split_counts(rng):
    """Who changes the training split changes no number of the test split."""
    corpus = spoken(rng)
    found = with_normalized_speakers(corpus, "audio")
    for name, split in corpus.splits.items():
        rows = normalized_speakers(split.sequences["audio"], split.groups)
        made = found.splits[name].sequences["audio"]
        np.testing.assert_array_equal(made.frames, rows.frames)
        assert found.splits[name].sequences["text"] is split.sequences["text"]
    assert found.provenance["speaker_normalized"] == ["audio"]


def test_what_an_answer_needs_is_said(rng):
    first, few = with_normalized_speakers(spoken(rng), "audio").provenance["warnings"]
    assert "labels are not read: an answer needs several recordings" in first
    assert few.startswith("Speakers with fewer than 10 recordings")


def test_groups_that_are_no_speakers_are_refused(rng):
    corpus = small_corpus(rng)
    with pytest.raises(DataError, match="it tells no speakers, but each video. Name"):
        with_normalized_speakers(corpus, "audio")


def test_few_recordings_are_counted():
    assert few_recordings(["a"] * 10 + ["b"] * 9 + ["c"]) == 2


def test_one_step_is_its_own_mean():
    rows = Sequences.from_list([np.ones((1, 2)), np.ones((3, 2))])
    with pytest.raises(DataError, match="'a' has one recording of one step"):
        normalized_speakers(rows, ["a", "b"])
    assert normalized_speakers(rows, ["a", "a"]).lengths.tolist() == [1, 3]


def test_small_features_are_no_constants(rng):
    tiny = 1e-8 * rng.normal(size=(9, 1))
    found = normalized_speakers(Sequences.from_list([tiny]), ["a"])
    assert found.frames.std() == pytest.approx(1.0, abs=1e-3)


def test_who_was_not_heard_is_no_recording(rng):
    frames, present = recordings(rng)
    rows = Sequences.from_list(frames, present)
    assert speakers_heard(rows, SPEAKERS) == ["a", "b", "a", "b"]
    nobody = Sequences.missing(0, 3)
    assert len(normalized_speakers(nobody, [])) == 0


def test_joined_corpora_are_standardised_alike(rng):
    plain = spoken(rng)
    done = with_normalized_speakers(plain, "audio")
    with pytest.raises(DataError, match="Join first, then standardise all"):
        Corpus.concatenate([done, plain])
    joined = Corpus.concatenate([done, done])
    assert joined.provenance["speaker_normalized"] == ["audio"]
