import dataclasses

import numpy as np
import pytest

from mmzoo.data import DataError, Sequences
from mmzoo.data.corpus import Split
from tests.data.small_corpus import WIDTHS, assert_same_split, small_corpus


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


def test_what_a_corpus_knows(corpus):
    assert corpus.modalities == ["audio", "text", "video"]
    assert corpus.input_dims == WIDTHS
    assert corpus.labels_per == "sequence"
    assert [len(part) for part in (corpus.train, corpus.valid, corpus.test)] == [
        7,
        2,
        3,
    ]


def test_labels_per_step(rng):
    corpus = small_corpus(rng, labels_per="step")
    assert corpus.labels_per == "step"
    chosen = corpus.train.select([2, 0])
    np.testing.assert_array_equal(chosen.labels[0][0], corpus.train.labels[2][0])


def test_lengths_are_those_of_the_longest_modality(corpus):
    empty = Sequences.missing(3, 4)
    test = corpus.test.with_modality("other", empty)
    np.testing.assert_array_equal(test.lengths, [5, 1, 4])


def test_select_takes_every_part_along(corpus):
    train = dataclasses.replace(
        corpus.train,
        step_ids=tuple((f"step_{i}",) for i in range(7)),
        words=tuple("abcdefg"),
    )
    chosen = train.select([4, 1])
    assert chosen.ids == ("train_4", "train_1")
    assert chosen.groups == ("train_video_2", "train_video_0")
    assert chosen.step_ids == (("step_4",), ("step_1",))
    assert chosen.words == ("e", "b")
    np.testing.assert_array_equal(chosen.labels, corpus.train.labels[[4, 1]])
    np.testing.assert_array_equal(
        chosen.sequences["text"][1][0], corpus.train.sequences["text"][1][0]
    )


@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_concatenate_undoes_a_cut(rng, labels_per):
    train = small_corpus(rng, labels_per).train
    parts = [train.select([0, 1, 2]), train.select([3, 4, 5, 6])]
    assert_same_split(Split.concatenate(parts), train)


def test_parts_of_unequal_number_are_refused(corpus):
    short = corpus.train.sequences["text"].select([0, 1])
    with pytest.raises(DataError, match="audio 7, text 2, video 7, labels 7"):
        corpus.train.with_modality("text", short)


def test_with_modality_by_id(corpus):
    sequences, ids = {}, {}
    for name, split in corpus.splits.items():
        ids[name] = split.ids[::-1]
        arrays = [np.full((2, 4), i) for i in range(len(split))][::-1]
        sequences[name] = Sequences.from_list(arrays)
    joined = corpus.with_modality("words", sequences, ids)
    assert joined.input_dims["words"] == 4
    values = [rows[0, 0] for rows, _ in joined.test.sequences["words"]]
    assert values == [0, 1, 2]
    assert "words" not in corpus.modalities
    strangers = {name: tuple("xyzuvwq"[: len(row)]) for name, row in ids.items()}
    with pytest.raises(DataError, match="words of train: it shares no id"):
        corpus.with_modality("words", sequences, strangers)


def test_with_modalities_keeps_those_named(corpus):
    assert corpus.with_modalities(["video", "text"]).modalities == ["text", "video"]


def test_folds_test_every_complete_sample_once(corpus):
    lengths = corpus.train.sequences["text"].lengths.copy()
    lengths[[0, 3]] = 0
    text = dataclasses.replace(corpus.train.sequences["text"], lengths=lengths)
    train = corpus.train.with_modality("text", text)
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "train": train})
    folds = corpus.folds(3)

    complete = [f"train_{i}" for i in (1, 2, 4, 5, 6)]
    complete += [f"valid_{i}" for i in range(2)] + [f"test_{i}" for i in range(3)]
    assert [fold.test.ids for fold in folds] == [
        tuple(complete[first::3]) for first in range(3)
    ]
    assert folds[0].valid.ids == folds[1].test.ids
    assert folds[2].valid.ids == folds[0].test.ids
    for fold in folds:
        names = [*fold.train.ids, *fold.valid.ids, *fold.test.ids]
        assert sorted(names) == sorted(complete)
    assert folds[1].provenance["folds"] == 3
    assert folds[1].provenance["fold"] == 1


@pytest.mark.parametrize("k", [2, 13])
def test_folds_of_a_wrong_number_are_refused(corpus, k):
    with pytest.raises(DataError, match=rf"folds\(k={k}\) with 12 samples"):
        corpus.folds(k)
