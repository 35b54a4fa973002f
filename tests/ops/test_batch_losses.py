import keras
import numpy as np
import pytest

from mmzoo.ops import (
    central_moment_discrepancy,
    mmd_to_normal,
    orthogonality,
)
from tests.checks import arrays, assert_close, assert_finite, gradient


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
