from functools import partial

import numpy as np
import pytest

from mmzoo.layers import SpectrogramWindowBranch
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_config,
    check_layer,
    check_masking,
)

SMALL = {"window": 8, "step": 5, "channels": 8, "units": 3}


@pytest.fixture
def clips(rng):
    mask = np.arange(20) < np.array([20, 11, 3])[:, None]
    frames = rng.normal(size=(3, 20, 6)).astype("float32") * mask[..., None]
    return {"audio": frames, "audio_mask": mask}


def read(layer, clips):
    return layer(clips["audio"], mask=clips["audio_mask"])


@pytest.mark.parametrize("pooling", ["last", "mean"])
def test_padding_and_garbage_change_nothing(pooling, clips):
    layer = SpectrogramWindowBranch(**SMALL, pooling=pooling)
    layer.build((None, None, 6))
    check_masking(partial(read, layer), clips)
    check_batching(partial(read, layer), clips)
    check_config(layer)
    assert arrays(read(layer, clips)).shape == (3, layer.output_dim)


def test_checks(clips, tmp_path):
    make = partial(SpectrogramWindowBranch, **SMALL)
    check_layer(make, clips["audio"], mask=clips["audio_mask"], tmp_path=tmp_path)


def test_windows_are_slices_with_zeros_behind(clips):
    layer = SpectrogramWindowBranch(**SMALL)
    found, kept = arrays(layer.cut(clips["audio"], clips["audio_mask"]))
    wide = np.pad(clips["audio"], [(0, 0), (0, 8), (0, 0)])
    there = np.pad(clips["audio_mask"], [(0, 0), (0, 8)])
    assert found.shape == (3, 4, 8, 6)
    for index, begin in enumerate(range(0, 20, 5)):
        assert_close(found[:, index], wide[:, begin : begin + 8])
        assert np.array_equal(kept[:, index], there[:, begin : begin + 8])


def test_each_window_is_read_alone_and_all_in_order(clips):
    layer = SpectrogramWindowBranch(**SMALL)
    layer.build((None, None, 6))
    found, kept = layer.cut(clips["audio"], clips["audio_mask"])
    vectors = np.zeros((3, 4, layer.encoder.forward_layers[0].cell.kernel.shape[0]))
    for index in range(4):
        regions, _ = layer.cnn(found[:, index], mask=kept[:, index])
        vectors[:, index] = arrays(regions).reshape(3, -1)
    there = arrays(kept).any(axis=-1)
    assert there.sum(axis=1).tolist() == [4, 3, 1]
    states, last = layer.encoder(vectors.astype("float32"), mask=there)
    assert_close(read(layer, clips), arrays(last))
    mean = SpectrogramWindowBranch(**SMALL, pooling="mean")
    mean.build((None, None, 6))
    mean.set_weights(layer.get_weights())
    expected = arrays(states).sum(axis=1) / there.sum(axis=1, keepdims=True)
    assert_close(read(mean, clips), expected.astype("float32"))
    assert mean(clips["audio"], return_attention=True)[1] is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"step": 0}, "`step` is between 1 and `window=24`"),
        ({"step": 25}, "so that windows leave no frame out; not 25"),
        ({"pooling": "max"}, r"`pooling` is one of \['last', 'mean'\], not 'max'"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        SpectrogramWindowBranch(**options)
