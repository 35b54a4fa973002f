from functools import partial

import numpy as np
import pytest

from mmzoo.layers import SpectrogramResNet
from mmzoo.ops.deltas import with_deltas
from tests.checks import (
    arrays,
    as_after_training,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
    weights_by_path,
)
from tests.reference import convolution, maximum, normalized, residual_block

LENGTHS = np.array([70, 33, 2])


@pytest.fixture
def clips(rng):
    mask = np.arange(70) < LENGTHS[:, None]
    frames = rng.normal(size=(3, 70, 16)).astype("float32") * mask[..., None]
    return {"x": frames, "x_mask": mask}


def read(layer, batch):
    return layer(batch["x"], mask=batch["x_mask"])


def test_checks(clips, tmp_path):
    make = partial(SpectrogramResNet, width=0.01)
    layer = check_layer(make, clips["x"], mask=clips["x_mask"], tmp_path=tmp_path)
    check_masking(partial(read, as_after_training(layer)), clips)
    check_batching(partial(read, layer), clips)


def test_matches_reference(clips):
    layer = SpectrogramResNet(width=0.01)
    layer.build(clips["x"].shape)
    given, mask = arrays(read(as_after_training(layer), clips))
    weights = weights_by_path(layer)
    for row, length in list(enumerate(LENGTHS))[1:]:
        maps = arrays(with_deltas(clips["x"][row : row + 1, :length]))[0]
        maps = convolution(maps, weights["convolution_stem/kernel"], 0, 2)
        maps = np.maximum(normalized(maps, weights, "normalization_stem"), 0)
        maps = maximum(maps)
        for group in range(4):
            for index in range(2):
                stride = 2 if group and not index else 1
                name = f"block_{group}_{index}/"
                maps = residual_block(maps, weights, stride, name)
        expected = maps.mean(axis=1).astype("float32")
        assert mask[row].sum() == len(expected) == -(-length // 32)
        assert_close(given[row, : len(expected)], expected, 1e-4)
        assert np.all(given[row, len(expected) :] == 0)


@pytest.mark.parametrize(
    ("network", "output_dim", "millions"),
    [("resnet18", 512, 11.2), ("resnet50", 2048, 23.5)],
)
def test_as_many_weights_as_the_paper_s(network, output_dim, millions):
    layer = SpectrogramResNet(network)
    layer.build((None, None, 64))
    weights = sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights)
    assert (layer.output_dim, round(weights / 1e6, 1)) == (output_dim, millions)
    assert layer.grid(70, 64) == (3, 1) and layer.grid(None, 64) == (None, 1)


def test_unknown_network():
    with pytest.raises(ValueError, match="`network` is one of .*resnet50.* not 'vgg'"):
        SpectrogramResNet("vgg")
