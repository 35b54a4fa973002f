import numpy as np
import pytest

from mmzoo.layers import EntropyMemory
from tests.checks import arrays, assert_close, check_layer


@pytest.fixture
def batches(rng):
    """Two batches of vectors with their classes; the last sample is in none."""
    members = np.array([[1, 0], [1, 0], [0, 1], [1, 0], [0, 1], [0, 0]], "float32")
    return [(rng.normal(size=(6, 5)).astype("float32"), members) for _ in range(2)]


def entropy(layer, *batches):
    """1 / (2 K) sum log det of each class' covariance, of whole samples."""
    kernel = arrays(layer.projection)
    samples = np.concatenate([np.tanh(vectors @ kernel) for vectors, _ in batches])
    classes = np.concatenate([members for _, members in batches]).astype(bool)
    found = 0.0
    for k in range(layer.classes):
        own = samples[classes[:, k]]
        if len(own):
            spread = np.cov(own.T, bias=True).reshape(2 * [layer.output_dim])
            found += np.linalg.slogdet(spread + 1e-3 * np.eye(layer.output_dim))[1]
    return np.float32(found / (2 * layer.classes))


def test_checks(batches, tmp_path):
    def make(**kwargs):
        return EntropyMemory(2, 2, **kwargs)

    vectors, members = batches[0]
    layer = check_layer(make, vectors, members, tmp_path=tmp_path)
    assert not layer.trainable_weights
    layer.trainable = True
    assert not layer.trainable_weights


def test_entropy_is_of_this_batch_and_those_remembered(batches):
    first, second = batches
    layer = EntropyMemory(2, 2)
    assert arrays(layer(*first)) == 0.0, "the memory is not full"
    layer.remember(*first)
    assert_close(layer(*second), entropy(layer, first, second), 1e-4)
    layer.remember(*second)
    assert_close(layer(*second), entropy(layer, second, second), 1e-4)


def test_memory_of_several_batches(batches):
    first, second = batches
    layer = EntropyMemory(2, 2, batches=2)
    layer(*first)
    layer.remember(*first)
    assert arrays(layer(*second)) == 0.0, "the memory is half full"
    layer.remember(*second)
    assert_close(layer(*first), entropy(layer, first, second, first), 1e-4)


def test_a_class_without_samples_and_samples_without_a_class(batches):
    vectors, members = batches[0]
    layer = EntropyMemory(2, 2)
    layer(vectors, members)
    one = members * np.array([1.0, 0.0], "float32")
    layer.remember(vectors, one)
    expected = entropy(layer, (vectors, one), (vectors, one))
    vectors = vectors.copy()
    vectors[[2, 4, 5]] = np.nan
    assert_close(layer(vectors, one), expected, 1e-4)


def test_weights_count_samples_as_often_as_they_say(batches):
    vectors, members = batches[0]
    layer = EntropyMemory(2, 2)
    layer(vectors, members)
    layer.remember(vectors, members)
    expected = layer(vectors, members)
    layer.remember(vectors, 3 * members)
    assert_close(layer(vectors, 3 * members), expected, 1e-4)


@pytest.mark.parametrize("name", ["output_dim", "classes", "batches"])
def test_errors(name):
    options = {"output_dim": 2, "classes": 2, name: 0}
    with pytest.raises(ValueError, match=f"`{name}` is at least 1, not 0"):
        EntropyMemory(**options)
