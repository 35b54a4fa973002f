from functools import partial

import numpy as np
import pytest

from mmzoo.layers import RawAudioCNN
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)

SMALL = {"width": 0.25, "samples": 5}


def read(layer, batch):
    return layer(batch["text"], mask=batch["text_mask"])[0]


def convolved(rows, kernel, bias):
    """`(samples, filters)` with zeros around, and ReLU."""
    size = len(kernel)
    wide = np.pad(rows, [((size - 1) // 2, size // 2), (0, 0)])
    found = [np.tensordot(wide[t : t + size], kernel, 2) for t in range(len(rows))]
    return np.maximum(np.stack(found) + bias, 0.0)


def test_checks(batch, tmp_path):
    make = partial(RawAudioCNN, **SMALL)
    layer = check_layer(make, batch["text"], mask=batch["text_mask"], tmp_path=tmp_path)
    text = {key: batch[key] for key in ("text", "text_mask")}
    check_masking(partial(read, layer), text)
    check_batching(partial(read, layer), text)


def test_matches_reference(batch):
    layer = RawAudioCNN(width=0.5, samples=5)
    found = arrays(layer(batch["text"])[0])
    first, first_bias, second, second_bias = arrays(layer.weights)
    # Of five samples the last one is left over by the pooling of two.
    maps = convolved(batch["text"][0, 1][:, None], first, first_bias)[:4]
    maps = convolved(maps.reshape(2, 2, 20).max(axis=1), second, second_bias)
    assert_close(found[0, 1], maps.reshape(2, 2, 10).max(axis=-1).reshape(-1))
    assert found.shape == (*batch["text"].shape[:2], 4)


def test_sizes_are_those_of_the_code():
    layer = RawAudioCNN()
    layer.build((None, None, 640))
    assert layer.output_dim == 1280
    assert [each.shape for each in layer.weights[::2]] == [(20, 1, 40), (40, 40, 40)]


def test_errors():
    with pytest.raises(ValueError, match="`samples` is at least 2, not 1"):
        RawAudioCNN(samples=1)
    with pytest.raises(ValueError, match="`width` is above 0"):
        RawAudioCNN(width=0)
    with pytest.raises(ValueError, match="has 64 values, but .* 640 samples"):
        RawAudioCNN().build((None, None, 64))
