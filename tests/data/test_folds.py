import dataclasses

import pytest

from mmzoo.data import DataError
from mmzoo.data.corpus_warnings import _shared_groups, _unseen_classes
from tests.data.small_corpus import (
    small_corpus,
    small_emotions,
)


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


def test_folds_test_every_complete_sample_once(corpus):
    lengths = corpus.train.sequences["text"].lengths.copy()
    lengths[[0, 3]] = 0
    text = dataclasses.replace(corpus.train.sequences["text"], lengths=lengths)
    train = corpus.train.with_modality("text", text)
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "train": train})
    folds = corpus.k_fold(3)

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
    assert folds[1].provenance["incomplete"] == 2


@pytest.mark.parametrize("k", [2, 13])
def test_folds_of_a_wrong_number_are_refused(corpus, k):
    few = corpus.subset(ids=corpus.test.ids[:2])
    with pytest.raises(DataError, match="with 2 samples .* It takes at least 3$"):
        few.k_fold(k)
    with pytest.raises(DataError, match=rf"k_fold\(k={k}\) with 12 samples"):
        corpus.k_fold(k)


@pytest.mark.parametrize("k", [3, 4, 7])
def test_group_folds_never_mix_a_group(corpus, k):
    folds = corpus.k_fold(k, groups=True)
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
    message = rf"k_fold\(k={k}, groups=True\) with 7 speakers\. Choose k from 3 to 7"
    with pytest.raises(DataError, match=message):
        small_emotions(rng).k_fold(k, groups=True)


def test_group_folds_of_too_few_groups_are_refused(corpus):
    splits = {
        name: dataclasses.replace(split, groups=("one",) * len(split))
        for name, split in corpus.splits.items()
    }
    with pytest.raises(DataError, match="with 1 videos. It takes at least 3"):
        dataclasses.replace(corpus, splits=splits).k_fold(3, groups=True)


def test_groups_that_folds_by_sample_share_are_said(corpus):
    fold = corpus.k_fold(3)[0]
    shared = set(fold.train.groups) & set(fold.test.groups)
    (told,) = [text for text in fold.provenance["warnings"] if "train and test" in text]
    assert shared and told.startswith(f"{len(shared)} video is in both")
    assert "warnings" not in corpus.k_fold(3, groups=True)[0].provenance
    alone = {
        name: dataclasses.replace(split, groups=split.ids)
        for name, split in corpus.splits.items()
    }
    fold = dataclasses.replace(corpus, splits=alone).k_fold(3)[0]
    assert "warnings" not in fold.provenance


@pytest.mark.parametrize("groups", [False, True])
def test_samples_of_no_split_are_cut_too(corpus, groups):
    splits = {"train": corpus.train, "unnamed": corpus.test}
    folds = dataclasses.replace(corpus, splits=splits).k_fold(4, groups)
    ids = sorted(name for fold in folds for name in fold.test.ids)
    assert ids == sorted((*corpus.train.ids, *corpus.test.ids))


def test_warnings_are_those_of_the_folds(rng):
    corpus = small_emotions(rng)
    shared = ("one",) * 2 + ("two",) * 5
    train = dataclasses.replace(corpus.train, groups=shared)
    test = dataclasses.replace(corpus.test, groups=("one",) * 3)
    corpus = dataclasses.replace(
        corpus, splits={**corpus.splits, "train": train, "test": test}
    )
    told = [*_shared_groups(corpus), "no sample of train is 'calm': made up", "kept"]
    corpus = dataclasses.replace(corpus, provenance={"warnings": told})
    for fold in corpus.k_fold(3, groups=True):
        warnings = fold.provenance["warnings"]
        assert "kept" in warnings and not any("results on" in w for w in warnings)
        assert set(_unseen_classes(fold)) <= set(warnings)
