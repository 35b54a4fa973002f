"""Some of the samples: a share for learning curves, or those that are named."""

import dataclasses

import numpy as np
import pytest

from mmzoo.data import Corpus, DataError, Sequences, Split
from tests.data.small_corpus import assert_same_split, small_corpus, small_labels


def many(labels, classes=None, per_group=4):
    """A corpus of training samples with these labels, some a group."""
    names = tuple(f"s{i}" for i in range(len(labels)))
    groups = tuple(f"g{i // per_group}" for i in range(len(labels)))
    rows = Sequences.from_list([[[float(i + 1)]] for i in range(len(labels))])
    target = "sentiment" if classes is None else "emotion"
    split = Split({"text": rows}, np.array(labels, "float32"), names, groups)
    split = dataclasses.replace(split, target=target)
    splits = {"train": split, "test": split.select(range(8))}
    ends = (-3, 3) if classes is None else (0, len(classes) - 1)
    return Corpus("many", splits, ends, classes=classes)


@pytest.mark.parametrize("groups", [False, True])
def test_shares_of_one_seed_are_nested(groups):
    corpus = many([0] * 60 + [1] * 30 + [2] * 10, ("a", "b", "c"))
    parts = [
        set(corpus.subset(share, groups=groups, seed=3).train.ids)
        for share in (0.1, 0.2, 0.5, 1.0)
    ]
    # Of 25 groups 2.5 and 12.5 are rounded to 2 and 12.
    expected = [8, 20, 48, 100] if groups else [10, 20, 50, 100]
    assert [len(part) for part in parts] == expected
    assert all(small < large for small, large in zip(parts, parts[1:], strict=False))
    other = corpus.subset(0.1, groups=groups, seed=4).train.ids
    assert set(other) != parts[0]


@pytest.mark.parametrize("seed", range(5))
def test_a_share_has_the_labels_of_the_whole(seed):
    corpus = many(np.random.default_rng(0).permutation([0] * 60 + [1] * 30 + [2] * 10))
    labels = corpus.subset(0.3, seed=seed).train.labels
    counts = np.bincount(labels.astype(int), minlength=3)
    assert counts.sum() == 30
    np.testing.assert_allclose(counts, [18, 9, 3], atol=1)


def test_a_label_of_one_sample_is_neither_always_in_nor_always_out():
    corpus = many([0] * 9 + [3])
    found = [3 in corpus.subset(0.3, seed=seed).train.labels for seed in range(60)]
    assert 8 < sum(found) < 32


def test_samples_keep_their_order_and_other_splits_are_whole(rng):
    corpus = small_corpus(rng, labels_per="step")
    half = corpus.subset(0.5)
    rows = [corpus.train.ids.index(name) for name in half.train.ids]
    assert rows == sorted(rows) and len(rows) == 4
    assert_same_split(half.train, corpus.train.select(rows))
    assert_same_split(half.test, corpus.test)
    assert half.train.sequences["text"].frames is corpus.train.sequences["text"].frames
    assert half.provenance["subset"] == [
        {
            "share": 0.5,
            "splits": ["train"],
            "groups": False,
            "seed": 0,
            "samples": {"train": [7, 4], "valid": [2, 2], "test": [3, 3]},
        }
    ]
    assert "subset" not in corpus.provenance


def test_a_split_has_the_same_samples_whatever_else_is_cut(rng):
    corpus = small_corpus(rng)
    every = corpus.subset(0.5, splits=("test", "valid", "train"))
    assert every.train.ids == corpus.subset(0.5).train.ids
    assert [len(every.splits[name]) for name in ("train", "valid", "test")] == [4, 1, 2]
    assert len(corpus.subset(1e-9, splits="test").test) == 1


def test_samples_that_are_named(rng):
    corpus = small_corpus(rng)
    found = corpus.subset(ids=["test_2", "train_3", "test_0"])
    assert list(found.splits) == ["train", "test"]
    assert_same_split(found.test, corpus.test.select([0, 2]))
    again = found.subset(ids=found.test.ids)
    assert [each["samples"] for each in again.provenance["subset"]] == [
        {"train": [7, 1], "valid": [2, 0], "test": [3, 2]},
        {"train": [1, 0], "test": [2, 2]},
    ]


def test_what_is_not_finite_is_read_as_the_mean_of_what_is_left():
    corpus = many([0, 1, 2, 1] * 2)
    frames = np.array([[np.nan], *[[each] for each in range(2, 9)]], "float32")
    rows = Sequences(frames, range(8), [1] * 8, fill=np.array([9.0]))
    train = corpus.train.with_modality("text", rows)
    corpus = dataclasses.replace(corpus, splits={"train": train, "test": train})
    found = corpus.subset(ids=["s0", "s3"])
    assert found.test.sequences["text"][0][0].tolist() == [[4.0]]
    # Without training samples the mean that models know is kept.
    splits = {"train": train.select([1]), "test": train.select([0])}
    corpus = dataclasses.replace(corpus, splits=splits)
    found = corpus.subset(ids=["s0"])
    assert found.test.sequences["text"][0][0].tolist() == [[9.0]]


def test_a_class_that_is_lost_is_said():
    corpus = many([0] * 50 + [1], ("a", "b"))
    lost = corpus.subset(ids=["s0", "s1"])
    told = "no sample of train is 'b': the class cannot be learnt."
    assert told in lost.provenance["warnings"]
    assert told not in corpus.subset(ids=["s0", "s50"]).provenance["warnings"]
    assert lost.subset(0.5).provenance["warnings"].count(told) == 1


def test_numbered_words_are_cut_before(rng):
    made = {"made_by": {"text": "WordEmbedding"}}
    corpus = dataclasses.replace(small_corpus(rng), provenance=made)
    with pytest.raises(DataError, match="Cut first"):
        corpus.subset(0.5)
    assert len(corpus.subset(0.5, splits=("test",)).test) == 2


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({}, r"share=None, ids=None\).*one of the two"),
        ({"share": 0.5, "ids": ["test_0"]}, "one of the two"),
        ({"share": 0}, r"share=0\).*above 0"),
        ({"share": 1.5}, "up to 1"),
        ({"share": np.nan}, "up to 1"),
        ({"share": 0.5, "splits": ("trian",)}, "Did you mean 'train'"),
        ({"ids": []}, "0 ids"),
        ({"ids": ["test_0", "test_0"]}, "2 ids, 1 different.*once"),
        ({"ids": ["test_0", "tset_1"]}, "1 of no sample, such as 'tset_1'.*'test_1'"),
    ],
)
def test_what_is_refused(rng, how, message):
    with pytest.raises(DataError, match=message):
        small_corpus(rng).subset(**how)


def test_a_share_of_emotions_has_all_that_stand_together(rng):
    corpus = small_labels(rng).with_label(["happy", "mood"])
    labels = np.tile([[0, 0], [1, 0], [1, 1], [np.nan, 1]], (10, 1))
    train = corpus.train.select(np.arange(40) % len(corpus.train))
    train = dataclasses.replace(train, labels=labels)
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "train": train})
    found = corpus.subset(0.5).train.labels
    _, counts = np.unique(np.nan_to_num(found, nan=2.0), axis=0, return_counts=True)
    assert counts.tolist() == [5, 5, 5, 5]
