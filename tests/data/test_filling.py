"""What is not finite is read as the mean of training, and of no other sample."""

import dataclasses

import numpy as np
import pytest

from mmzoo.data.cleaning import clean
from mmzoo.data.filling import filled, refilled
from tests.data.small_corpus import small_corpus


def spoilt(rng):
    """A corpus with a NaN in each split, cleaned."""
    corpus = small_corpus(rng)
    splits = {}
    for name, split in corpus.splits.items():
        rows = split.sequences["text"].in_memory()
        rows.frames[1, 0] = np.nan
        splits[name] = split.with_modality("text", rows)
    return clean(dataclasses.replace(corpus, splits=splits), "test")


def mean_of(split):
    frames = np.concatenate([rows for rows, _ in split.sequences["text"].blocks()])
    raw, shown = zip(*split.sequences["text"].blocks(raw=True), strict=True)
    kept = np.isfinite(np.concatenate(raw)) & np.concatenate(shown)[:, None]
    return np.array([frames[:, i][kept[:, i]].mean() for i in range(frames.shape[1])])


@pytest.mark.parametrize("groups", [False, True])
def test_a_fold_is_filled_by_its_own_training_samples(groups, rng):
    corpus = spoilt(rng)
    folds = corpus.k_fold(3, groups)
    means = [fold.test.sequences["text"].fill for fold in folds]
    for fold, mean in zip(folds, means, strict=True):
        np.testing.assert_allclose(mean, mean_of(fold.train), rtol=1e-5)
        for split in fold.splits.values():
            np.testing.assert_array_equal(split.sequences["text"].fill, mean)
        assert fold.train.sequences["audio"].fill is None
    assert not np.allclose(means[0], means[1])


def test_without_training_zero_is_read(rng):
    rest = {"test": spoilt(rng).test}
    assert not filled(rest, "text")["test"].sequences["text"].fill.any()
    assert not refilled(rest)["test"].sequences["text"].fill.any()


def test_validation_that_is_learnt_from_counts_in_the_mean(rng):
    corpus = spoilt(rng)
    both = corpus.with_valid_in_train()
    fill = both.train.sequences["text"].fill
    np.testing.assert_allclose(fill, mean_of(both.train), rtol=1e-5)
    assert not np.allclose(fill, corpus.train.sequences["text"].fill)
    np.testing.assert_array_equal(both.test.sequences["text"].fill, fill)
