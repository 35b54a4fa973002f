from functools import partial

import keras
import numpy as np
import pytest

from mmzoo.layers import TextCNN
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)


def read(layer, batch):
    return layer(batch["text"], mask=batch["text_mask"])


def strongest(words, kernel, bias):
    """Eq. 1-4 of a filter size: words (n, k), kernel (h, k, filters)."""
    size = len(kernel)
    lacking = max(size - len(words), 0)
    words = np.pad(words, ((0, lacking), (0, 0)))
    windows = [words[i : i + size] for i in range(len(words) - size + 1)]
    found = [np.einsum("hk,hkf->f", window, kernel) + bias for window in windows]
    return np.maximum(found, 0.0).max(axis=0)


def test_checks(batch, tmp_path):
    make = partial(TextCNN, filters=2, kernel_sizes=(1, 4))
    layer = check_layer(make, batch["text"], mask=batch["text_mask"], tmp_path=tmp_path)
    text = {key: batch[key] for key in ("text", "text_mask")}
    check_masking(partial(read, layer), text)
    check_batching(partial(read, layer), text)


def test_follows_its_equations(batch):
    layer = TextCNN(filters=3)
    layer.build((None, None, 5))
    for convolution in layer.convolutions:
        # A filter that answers to zeros shows which windows count.
        convolution.bias.assign([0.5, -0.1, 0.0])
    found = arrays(read(layer, batch))
    for row, length in enumerate([6, 4, 1]):
        words = batch["text"][row, :length]
        parts = [strongest(words, *arrays(each.weights)) for each in layer.convolutions]
        assert_close(found[row], np.concatenate(parts).astype("float32"))


def test_order_counts_within_a_window_and_not_its_place(rng):
    layer = TextCNN(filters=8)
    words = np.zeros((3, 12, 4), "float32")
    words[:, 4:6] = rng.normal(size=(2, 4))
    words[1], words[2] = np.roll(words[0], 2, axis=0), words[0, ::-1]
    here, there, turned = arrays(layer(words))
    assert_close(here, there)
    assert np.abs(here - turned).max() > 1e-3


def test_nothing_observed_gives_zeros(batch):
    layer = TextCNN(filters=2)
    layer.build((None, None, 5))
    layer.convolutions[0].bias.assign([1.0, 1.0])
    assert not arrays(layer(batch["text"], mask=np.zeros((3, 6), bool))).any()


def test_defaults_are_those_of_the_paper():
    layer = TextCNN()
    assert layer.kernel_sizes == (3, 4, 5) and layer.output_dim == 300


@pytest.mark.parametrize("sizes", [(), (0, 3)])
def test_sizes_are_steps(sizes):
    with pytest.raises(ValueError, match=r"`kernel_sizes` are steps, .* not \("):
        TextCNN(kernel_sizes=sizes)


def test_the_last_axis_has_the_features_whatever_keras_image_format_is():
    kept = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    try:
        assert TextCNN(filters=2)(keras.ops.ones((2, 9, 4))).shape == (2, 6)
    finally:
        keras.config.set_image_data_format(kept)
