from functools import partial

import keras
import numpy as np
import pytest

from mmzoo.layers import LocalResponseNormalization
from tests.checks import arrays, assert_close, check_batching, check_layer

STRONG = {"depth_radius": 1, "bias": 0.5, "alpha": 0.3, "beta": 0.6}


def reference(inputs, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """Section 3.3 of the paper, channel by channel."""
    outputs = np.zeros_like(inputs)
    channels = inputs.shape[-1]
    for i in range(channels):
        first, last = max(0, i - depth_radius), min(channels - 1, i + depth_radius)
        total = sum(inputs[..., j] ** 2 for j in range(first, last + 1))
        outputs[..., i] = inputs[..., i] / (bias + alpha * total) ** beta
    return outputs


@pytest.fixture
def images(rng):
    return rng.normal(0.0, 5.0, (3, 4, 2, 7)).astype("float32")


ALL = {"depth_radius": None, "alpha": 0.3}


@pytest.mark.parametrize("settings", [{}, STRONG, ALL])
def test_checks(settings, images, tmp_path):
    make = partial(LocalResponseNormalization, **settings)
    layer = check_layer(make, images, tmp_path=tmp_path)
    check_batching(lambda batch: layer(batch["x"]), {"x": images})


@pytest.mark.parametrize("settings", [{}, STRONG, {"depth_radius": 0}])
def test_matches_reference(settings, images):
    layer = LocalResponseNormalization(**settings)
    assert_close(layer(images), reference(images, **settings))


def test_radius_beyond_the_channels(images):
    layer = LocalResponseNormalization(depth_radius=9, alpha=0.1)
    assert_close(layer(images), reference(images, depth_radius=9, alpha=0.1))


@pytest.mark.parametrize("channels", [1, 6, 7])
def test_as_many_channels_as_there_are(images, channels):
    images = images[..., :channels]
    layer = LocalResponseNormalization(None, 1.0, 0.3 / channels)
    expected = of_as_many(images, 0.3)
    assert_close(layer(images), expected)
    if keras.backend.backend() == "torch":
        import torch

        theirs = torch.nn.LocalResponseNorm(channels, alpha=0.3)
        found = theirs(torch.from_numpy(np.moveaxis(images, -1, 1).copy()))
        assert_close(np.moveaxis(found.numpy(), 1, -1), expected)


def of_as_many(inputs, alpha):
    """PyTorch's window, channel by channel: alpha times the mean of the squares."""
    count = inputs.shape[-1]
    wide = np.pad(inputs**2, [(0, 0)] * 3 + [(count // 2, (count - 1) // 2)])
    means = [wide[..., i : i + count].mean(axis=-1) for i in range(count)]
    return inputs / (1 + alpha * np.stack(means, axis=-1)) ** 0.75


def test_weak_channel_far_from_a_strong_one():
    # Differences of a cumulative sum would give the weak channel a sum of 0.
    values = np.array([[1e4, 0, 0, 0, 0, 1e-2, 0]], "float32")
    settings = {"depth_radius": 1, "bias": 1e-6, "alpha": 1.0}
    layer = LocalResponseNormalization(**settings)
    assert_close(layer(values), reference(values, **settings), 1e-4)


@pytest.mark.parametrize("settings", [{}, STRONG])
def test_equals_tensorflow(settings, images):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("compares with TensorFlow's own operation")
    import tensorflow as tf

    values = {"depth_radius": 2, "bias": 2.0, "alpha": 1e-4, "beta": 0.75, **settings}
    expected = tf.nn.local_response_normalization(images, **values)
    assert_close(LocalResponseNormalization(**settings)(images), expected)


def test_garbage_stays_where_it_is(images):
    broken = images.copy()
    broken[0, 3] = np.nan
    layer = LocalResponseNormalization()
    clean, dirty = arrays(layer(images)), arrays(layer(broken))
    assert_close(dirty[1:], clean[1:])
    assert_close(dirty[0, :3], clean[0, :3])


def test_zeros_stay_zeros():
    assert np.all(arrays(LocalResponseNormalization()(np.zeros((1, 2, 4)))) == 0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"depth_radius": -1}, "`depth_radius`.*-1"), ({"bias": 0}, "`bias`.*0")],
)
def test_errors(settings, message):
    with pytest.raises(ValueError, match=message):
        LocalResponseNormalization(**settings)
