import keras
import numpy as np
import pytest
from keras import ops

from mmzoo.ops import (
    central_moment_discrepancy,
    contrastive_loss,
    info_nce,
    mmd_to_normal,
    orthogonality,
)
from tests.checks import arrays, assert_close, assert_finite


@pytest.fixture
def sets(rng):
    return [rng.uniform(size=(size, 3)).astype("float32") for size in (7, 5)]


def discrepancy(first, second, moments=5):
    """The equation, in plain numpy."""
    means = first.mean(axis=0), second.mean(axis=0)
    found = np.linalg.norm(means[0] - means[1])
    for k in range(2, moments + 1):
        each = [
            ((rows - mean) ** k).mean(axis=0)
            for rows, mean in zip((first, second), means, strict=True)
        ]
        found += np.linalg.norm(each[0] - each[1])
    return np.float32(found)


def alike(first, second):
    """The equation, in plain numpy."""
    units = []
    for rows in (first, second):
        centred = rows - rows.mean(axis=0)
        norms = np.linalg.norm(centred, axis=1, keepdims=True)
        units.append(centred / (norms + 1e-6))
    return np.float32(np.square(units[0].T @ units[1]).mean())


def kernels(first, second):
    """The kernel of the discrepancy between all rows of two sets."""
    apart = np.square(first[:, None] - second[None]).sum(axis=-1)
    return np.exp(-apart / first.shape[1] ** 2)


def gradient(function, start):
    """The gradient of a function of one tensor."""
    layer = keras.layers.Layer()
    weight = layer.add_weight(start.shape)
    weight.assign(start)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            value = function(ops.convert_to_tensor(weight))
        return arrays(tape.gradient(value, weight.value))
    if keras.backend.backend() == "jax":
        import jax

        return arrays(jax.grad(function)(ops.convert_to_tensor(start)))
    function(weight.value).backward()
    return arrays(weight.value.grad)


@pytest.mark.parametrize("moments", [1, 5])
def test_discrepancy_is_the_distance_of_the_moments(moments, sets):
    found = central_moment_discrepancy(*sets, moments=moments)
    assert_close(found, discrepancy(*sets, moments))


def test_equal_samples_have_no_discrepancy(sets):
    assert float(central_moment_discrepancy(sets[0], sets[0])) == 0.0
    turned = central_moment_discrepancy(sets[0], sets[0][::-1].copy())
    assert abs(float(turned)) < 1e-6
    # The root of 0 has a gradient of its own.
    still = gradient(lambda x: central_moment_discrepancy(x, sets[0]), sets[0])
    assert not still.any()


def test_orthogonality_is_that_of_centred_rows_of_length_one(sets, rng):
    other = rng.uniform(size=(7, 4)).astype("float32")
    assert_close(orthogonality(sets[0], other), alike(sets[0], other))


def test_orthogonal_features_have_nothing_alike():
    first = np.array([[1, 0], [-1, 0], [1, 0], [-1, 0]], "float32")
    second = np.array([[1, 0], [1, 0], [-1, 0], [-1, 0]], "float32")
    assert float(orthogonality(first, second)) < 1e-12
    assert float(orthogonality(first, first)) == pytest.approx(4.0, abs=1e-4)


@pytest.mark.parametrize("features", [1, 3])
def test_distance_from_normal_is_that_of_many_draws(features, rng):
    rows, drawn = rng.normal(1.0, 2.0, (9, features)), rng.normal(size=(3000, features))
    expected = kernels(rows, rows).mean() - 2 * kernels(rows, drawn).mean()
    expected += kernels(drawn, drawn).mean()
    found = float(mmd_to_normal(rows.astype("float32")))
    assert found == pytest.approx(expected, abs=0.02)
    # Of vectors that are normal nothing is left.
    assert float(mmd_to_normal(drawn.astype("float32"))) < 0.002
    assert float(mmd_to_normal(2.0 * drawn.astype("float32"))) > 0.01


def test_weights_are_how_often_rows_count(sets):
    often = np.array([2, 0, 1, 1, 0, 3, 1], "float32")
    repeated = np.repeat(sets[0], often.astype(int), axis=0)
    garbage = np.where(often[:, None] > 0, sets[0], np.nan)
    found = central_moment_discrepancy(garbage, sets[1], often)
    assert_close(found, discrepancy(repeated, sets[1]))
    found = central_moment_discrepancy(sets[1], garbage, second_weights=2 * often)
    assert_close(found, discrepancy(sets[1], repeated))
    there = (often > 0).astype("float32")
    rows = sets[0][often > 0]
    counted = mmd_to_normal(garbage, 2 * often)
    assert_close(counted, arrays(mmd_to_normal(repeated)))
    squared = orthogonality(garbage, garbage**2, 3.0 * there)
    assert_close(squared, alike(rows, rows**2))


def test_nothing_to_compare_is_nothing(sets):
    none, first = np.zeros(7, "float32"), sets[0]
    assert float(central_moment_discrepancy(first, first + 1.0, none)) == 0.0
    assert float(orthogonality(first, first, none)) == 0.0
    assert float(mmd_to_normal(first, none)) == 0.0
    # Of a lone sample nothing is left once it is centred.
    assert float(orthogonality(first[:1], first[:1])) == 0.0
    for function in (
        lambda x: central_moment_discrepancy(x, first, none),
        lambda x: orthogonality(x, first, none),
        lambda x: mmd_to_normal(x, none),
        lambda x: orthogonality(x[:1], x[:1]),
    ):
        assert_finite(gradient(function, first))


def test_narrow_vectors_are_compared_in_float32(sets):
    half = [each.astype("float16") for each in sets]
    found = central_moment_discrepancy(*half)
    assert keras.backend.standardize_dtype(found.dtype) == "float32"
    assert_close(found, discrepancy(*[each.astype("float32") for each in half]))


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
