import dataclasses

import numpy as np
import pytest

from mmzoo.data.sample_pictures import sample_pictures
from mmzoo.training import Control
from tests.data.small_corpus import small_corpus

PICTURES = Control("images shuffled", shuffled="image")


@pytest.fixture(scope="module")
def pictures():
    return sample_pictures(pictures_per_person=3, side=16)


def test_a_control_without_a_shuffle_leaves_the_corpus(pictures):
    assert Control("wider", {"units": 3}).altered(pictures, 0) is pictures


def test_pictures_go_to_other_samples(pictures):
    found = PICTURES.altered(pictures, 0)
    for name, split in found.splits.items():
        before = pictures.splits[name]
        starts = [rows.sequences["pixels"].starts for rows in (before, split)]
        assert np.all(starts[0] != starts[1])
        np.testing.assert_array_equal(*map(np.sort, starts))
        assert split.words == before.words
        np.testing.assert_array_equal(split.labels, before.labels)
    again, other = (PICTURES.altered(pictures, seed) for seed in (0, 1))
    orders = [c.train.sequences["pixels"].starts for c in (found, again, other)]
    np.testing.assert_array_equal(orders[0], orders[1])
    assert np.any(orders[0] != orders[2])


def test_captions_of_one_picture_go_to_another_picture_together(pictures):
    rows = pictures.train.sequences["pixels"]
    # The first three samples share a picture, the fourth has none.
    starts, lengths = rows.starts.copy(), rows.lengths.copy()
    starts[:3], lengths[3] = starts[0], 0
    shared = dataclasses.replace(rows, starts=starts, lengths=lengths)
    splits = dict(pictures.splits, train=pictures.train.with_modality("pixels", shared))
    corpus = dataclasses.replace(pictures, splits=splits)
    for seed in range(3):
        dealt = PICTURES.altered(corpus, seed).train.sequences["pixels"]
        assert len(set(dealt.starts[:3])) == 1 and dealt.starts[0] != starts[0]
        assert dealt.lengths[3] == 0


@pytest.mark.parametrize("modality", ["audio", "text", "video"])
def test_any_modality_goes_to_other_samples(modality, rng):
    corpus = small_corpus(rng)
    found = Control("shuffled", shuffled=modality).altered(corpus, 0)
    for name, split in found.splits.items():
        before = corpus.splits[name]
        for each, rows in split.sequences.items():
            kept = rows.starts == before.sequences[each].starts
            assert kept.all() if each != modality else not kept.any()
        np.testing.assert_array_equal(split.labels, before.labels)


def test_words_go_with_their_text(pictures):
    found = Control("words shuffled", shuffled="text")
    with pytest.raises(ValueError, match=r"no text to shuffle, only \['pixels'\]"):
        found.altered(pictures, 0)


def test_labels_a_step_are_not_shuffled(rng):
    corpus = small_corpus(rng, "step")
    with pytest.raises(ValueError, match="labels are one a step"):
        Control("shuffled", shuffled="audio").altered(corpus, 0)
