import numpy as np
import pytest

from mmzoo.ops import contrastive_loss, info_nce
from tests.checks import arrays, assert_close, assert_finite, gradient


def contrast(first, second, alike, temperature):
    """The equation row by row, in plain numpy; total and count."""
    total = count = 0
    for i, row in enumerate(first):
        rows = [j for j in range(len(first)) if second is not None or j != i]
        others = first if second is None else second
        scores = {}
        for j in rows:
            lengths = np.linalg.norm(row) * np.linalg.norm(others[j])
            scores[j] = row @ others[j] / lengths / temperature
        own = [j for j in rows if alike(i, j)]
        if own:
            whole = np.log(sum(np.exp(each) for each in scores.values()))
            total += np.mean([whole - scores[j] for j in own])
            count += 1
    return np.float32(total), np.float32(count)


@pytest.mark.parametrize("within", [False, True])
def test_contrast_follows_its_equation(within, rng):
    first, second = (rng.normal(size=(5, 3)).astype("float32") for _ in range(2))
    second = None if within else second
    labels = np.array([0, 1, 0, 2, 1])
    expected = contrast(first, second, lambda i, j: labels[i] == labels[j], 0.5)
    assert_close(contrastive_loss(first, second, labels, temperature=0.5), expected)
    # Nothing belongs to the label that one sample has, within one set.
    assert expected[1] == (4 if within else 5)
    columns = np.stack([labels > 0, labels > 1], axis=1)
    found = contrastive_loss(first, second, columns, temperature=0.5)
    assert_close(found, expected)


def test_contrast_without_labels_finds_the_same_sample(rng):
    first, second = (rng.normal(size=(5, 3)).astype("float32") for _ in range(2))
    expected = contrast(first, second, lambda i, j: i == j, 0.1)
    assert_close(contrastive_loss(first, second), expected, tolerance=1e-4)
    assert_close(
        contrastive_loss(first[:1], second[:1]), (np.float32(0), np.float32(1))
    )


def test_contrast_counts_rows_that_are_there(rng):
    first, second = (rng.normal(size=(5, 3)).astype("float32") for _ in range(2))
    labels, there = np.array([0, 1, 0, 0, 1]), np.array([1, 1, 0, 1, 1], bool)
    rows = [0, 1, 3, 4]
    expected = contrastive_loss(first[rows], second[rows], labels[rows])
    first[2] = second[2] = np.nan
    assert_close(contrastive_loss(first, second, labels, there), expected)
    weights = np.full(5, 2.0, "float32")
    total, count = contrastive_loss(first, second, labels, there, weights)
    assert_close((total, count), (2 * arrays(expected[0]), expected[1]))
    assert_finite(
        gradient(lambda x: contrastive_loss(x, second, None, there)[0], first)
    )


def test_contrast_of_nothing_is_nothing(rng):
    vectors, nothing = np.zeros((3, 2), "float32"), np.zeros(3, bool)
    zero = np.float32(0)
    for there, labels in ((nothing, np.zeros(3)), (~nothing, np.arange(3))):
        assert_close(contrastive_loss(vectors, None, labels, there), (zero, zero))
    still = gradient(lambda x: contrastive_loss(x, None, np.zeros(3))[0], vectors)
    assert_finite(still)


def told_among(vectors, predictions):
    """The equation of the contrast, sample by sample."""
    x, p = (
        e / np.linalg.norm(e, axis=1, keepdims=True) for e in (vectors, predictions)
    )
    errors = [np.log(np.exp(p @ row).sum()) - row @ p[i] for i, row in enumerate(x)]
    return np.float32(np.mean(errors))


def test_info_nce_follows_its_equation(rng):
    first, second = (rng.normal(size=(6, 3)).astype("float32") for _ in range(2))
    expected = told_among(first, second)
    assert_close(info_nce(first, second), expected)
    assert_close(info_nce(first, second, np.full(6, 2.0, "float32")), expected)
    some = np.array([1, 0, 1, 1, 0, 1], "float32")
    part = told_among(first[some > 0], second[some > 0])
    spoiled = np.where(some[:, None] > 0, first, np.float32(np.nan))
    assert_close(info_nce(spoiled, second, some), part)


def test_one_sample_or_none_is_told_from_nothing(rng):
    vectors = rng.normal(size=(2, 3)).astype("float32")
    assert_close(info_nce(vectors[:1], vectors[1:]), np.float32(0.0))
    for weights in ([0.0, 1.0], [0.0, 0.0]):
        weights = np.array(weights, "float32")
        assert_close(info_nce(vectors, -vectors, weights), np.float32(0.0))
    found = gradient(lambda each: info_nce(each, vectors), np.zeros((2, 3), "float32"))
    assert_finite(found)
