import dataclasses

import numpy as np
import pytest

from mmzoo.data import DataError, Sequences
from mmzoo.data.split import Split
from tests.data.small_corpus import (
    assert_same_split,
    small_corpus,
    small_emotions,
)


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


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


def test_splits_of_two_targets_are_not_joined(rng, corpus):
    with pytest.raises(DataError, match="of its parts are emotion and sentiment"):
        Split.concatenate([corpus.train, small_emotions(rng).train])


@pytest.mark.parametrize(
    "values",
    [
        np.ones(2, complex),
        np.ones(2, bool),
        np.array(["1", "2"]),
        np.array(["2020-01-01"] * 2, "datetime64[D]"),
        np.array([1.0, None]),
    ],
)
def test_what_is_no_real_number_is_refused(values):
    text = Sequences.from_list([np.ones((1, 2))] * 2)
    names = ("a", "b")
    with pytest.raises(DataError, match="labels: its values are .* no real numbers"):
        Split({"text": text}, values, names, names)
    with pytest.raises(DataError, match="Sequences: its values are .* no real numbers"):
        Sequences.from_list([values[:, None]])
    with pytest.raises(DataError, match="Sequences: frames are .* no real numbers"):
        Sequences(values[:, None], [0], [2])


@pytest.mark.parametrize("axes", [(1,), (1, 1)])
def test_labels_lose_axes_of_one(corpus, axes):
    labels = corpus.train.labels
    wide = dataclasses.replace(corpus.train, labels=labels.reshape(-1, *axes))
    np.testing.assert_array_equal(wide.labels, labels)
    one = corpus.train.select([3])
    assert dataclasses.replace(one, labels=[[[2.0]]]).labels.tolist() == [2.0]


@pytest.mark.parametrize("shape", [(7, 2), (1, 7), (), (7, 0)])
def test_labels_that_are_not_one_a_sample_are_refused(corpus, shape):
    with pytest.raises(DataError, match="labels have shape.*one label"):
        dataclasses.replace(corpus.train, labels=np.zeros(shape))


def test_labels_of_several_numbers_a_step_are_refused(corpus):
    labels = Sequences.from_list([np.zeros((n, 2)) for n in corpus.train.lengths])
    with pytest.raises(DataError, match="labels of a step are 2 numbers"):
        dataclasses.replace(corpus.train, labels=labels)
