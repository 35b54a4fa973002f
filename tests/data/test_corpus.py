import dataclasses

import numpy as np
import pytest

from mmzoo.data import DataError, Sequences
from mmzoo.data.corpus import Split
from tests.data.small_corpus import (
    WIDTHS,
    assert_same_split,
    small_corpus,
    small_emotions,
)


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


def test_classes_and_target_are_kept(rng):
    corpus = small_emotions(rng)
    assert corpus.target == "emotion"
    assert corpus.train.labels.dtype == np.float32
    assert corpus.train.select([1]).target == "emotion"
    kept = [corpus.with_modalities(["text"]), *corpus.folds(3), *corpus.group_folds(3)]
    for other in kept:
        assert other.classes == ("sad", "calm", "glad")
        assert other.group_kind == "speaker"
        assert {split.target for split in other.splits.values()} == {"emotion"}
    dataclasses.replace(corpus, classes=["a", "b", "c"])


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        (("a", "b"), r"label_range=\(0, 2\) with 2 classes.* the range is \(0, 1\)"),
        (("a", "b", "a"), "Give every class one name of its own"),
        ((), "Give every class one name of its own"),
    ],
)
def test_wrong_classes_are_refused(rng, classes, message):
    with pytest.raises(DataError, match=message):
        dataclasses.replace(small_emotions(rng), classes=classes)


def test_splits_of_two_targets_are_not_joined(rng, corpus):
    with pytest.raises(DataError, match="of its parts are emotion and sentiment"):
        Split.concatenate([corpus.train, small_emotions(rng).train])


@pytest.mark.parametrize("k", [3, 4, 7])
def test_group_folds_never_mix_a_group(corpus, k):
    folds = corpus.group_folds(k)
    names = sorted({g for split in corpus.splits.values() for g in split.groups})
    assert len(names) == 7
    tested = [sorted(set(fold.test.groups)) for fold in folds]
    assert sum(tested, []) == names
    assert {len(part) for part in tested} <= {7 // k, -(-7 // k)}
    for number, fold in enumerate(folds):
        parts = [set(split.groups) for split in fold.splits.values()]
        assert sum(map(len, parts)) == len(set.union(*parts)) == 7
        assert set(fold.valid.groups) == set(folds[(number + 1) % k].test.groups)
        assert sum(map(len, fold.splits.values())) == 12
        assert fold.provenance["folds"] == k
        assert fold.provenance["fold"] == number
        assert fold.provenance["folds_by"] == "video"
    ids = [name for fold in folds for name in fold.test.ids]
    assert len(ids) == len(set(ids)) == 12


@pytest.mark.parametrize("k", [2, 8])
def test_group_folds_of_a_wrong_number_are_refused(rng, k):
    message = rf"group_folds\(k={k}\) with 7 speakers\. Choose k from 3 to 7"
    with pytest.raises(DataError, match=message):
        small_emotions(rng).group_folds(k)


def test_group_folds_of_too_few_groups_are_refused(corpus):
    splits = {
        name: dataclasses.replace(split, groups=("one",) * len(split))
        for name, split in corpus.splits.items()
    }
    with pytest.raises(DataError, match="with 1 videos. It takes at least 3"):
        dataclasses.replace(corpus, splits=splits).group_folds(3)


def test_validation_joins_training(corpus):
    both = corpus.with_valid_in_train()
    assert both.train.ids == (*corpus.train.ids, *corpus.valid.ids)
    assert both.valid is corpus.valid and both.test is corpus.test


@pytest.mark.parametrize("bounds", [(-3, np.inf), (-np.inf, 3), (3, -3), (np.nan, 3)])
def test_label_ranges_are_finite_and_in_order(corpus, bounds):
    with pytest.raises(DataError, match=r"small: label_range=\("):
        dataclasses.replace(corpus, label_range=bounds)


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
