import numpy as np
import pytest

from mmzoo.layers import ChannelAttention
from tests.checks import arrays, assert_close, check_layer


def context(vectors, layers):
    """L or G of eq. 1 and 2, with the statistics of the memory."""
    for index, (dense, normalization) in enumerate(
        zip(layers[::2], layers[1::2], strict=True)
    ):
        vectors = vectors @ arrays(dense.kernel)
        gamma, beta, mean, variance = arrays(normalization.weights)
        vectors = gamma * (vectors - mean) / np.sqrt(variance + 1e-3) + beta
        vectors = np.maximum(vectors, 0) if index == 0 else vectors
    return vectors


def weights_of(attention, vectors):
    """Eq. 3 in NumPy."""
    total = context(vectors, attention.local_context)
    total = total + context(vectors, attention.global_context)
    return 1 / (1 + np.exp(-total))


def shaken(layer, rng):
    """The layer with weights, and a memory, that tell its parts apart."""
    for weight in layer.weights:
        weight.assign(rng.uniform(0.5, 1.5, weight.shape) * rng.choice([-1, 1]))
        if "variance" in weight.path:
            weight.assign(rng.uniform(0.5, 1.5, weight.shape))
    return layer


@pytest.fixture
def vectors(rng):
    return rng.normal(size=(5, 8)).astype("float32")


def test_checks(vectors, tmp_path):
    layer = check_layer(ChannelAttention, vectors, tmp_path=tmp_path)
    assert_close(layer(vectors), weights_of(layer, vectors))


def test_equation(vectors, rng):
    layer = ChannelAttention(reduction=2)
    layer.build((None, 8))
    shaken(layer, rng)
    assert_close(layer(vectors), weights_of(layer, vectors), tolerance=1e-4)


def test_what_is_masked_is_in_no_statistics(vectors):
    mask = np.array([True, True, True, False, False])
    layer, few = ChannelAttention(), ChannelAttention()
    for each in (layer, few):
        each.build((None, 8))
    few.set_weights(layer.get_weights())
    found = layer(vectors, mask=mask, training=True)
    assert_close(arrays(found)[:3], few(vectors[:3], training=True))
    assert_close(arrays(layer.weights), arrays(few.weights))


def test_a_narrow_vector_has_one_hidden_feature():
    layer = ChannelAttention()
    layer.build((None, 2))
    assert layer.local_context[0].kernel.shape == (2, 1)


def test_error():
    with pytest.raises(ValueError, match="`reduction` is at least 1, not 0"):
        ChannelAttention(reduction=0)
