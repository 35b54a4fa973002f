from functools import partial

import numpy as np
import pytest

from mmzoo.layers import FrameCNN3D
from tests.checks import (
    arrays,
    as_after_training,
    assert_close,
    assert_finite,
    check_batching,
    check_layer,
    check_masking,
    compiled,
)

SMALL = {"window": 3, "step": 2, "channels": 2, "width": 0.1}
POOLS = [(1, 2, 2), (2, 2, 2), (2, 2, 2)]


@pytest.fixture
def clips(rng):
    """Clips of 5, 4 and 2 pictures of 5 x 5 pixels; of the first one is missing."""
    frames = rng.normal(size=(3, 5, 5 * 5 * 2)).astype("float32")
    mask = np.arange(5) < np.array([5, 4, 2])[:, None]
    mask[0, 1] = False
    return {"x": frames, "x_mask": mask}


def read(layer):
    """Vectors alone: there is a further window where clips are padded further."""
    return lambda batch: layer(batch["x"], mask=batch["x_mask"])


def convolution(maps, kernel):
    """A 3-3-3 convolution (frames, rows, columns, channels) with zeros around."""
    wide = np.pad(maps, [(1, 1), (1, 1), (1, 1), (0, 0)])
    output = np.zeros((*maps.shape[:3], kernel.shape[-1]))
    for place in np.ndindex(*maps.shape[:3]):
        around = wide[tuple(slice(each, each + 3) for each in place)]
        output[place] = np.einsum("trci,trcio->o", around, kernel)
    return output


def maxima(maps, pool):
    """Of boxes that begin at 0; the last ones may be cut off."""
    sizes = [-(-size // each) for size, each in zip(maps.shape[:3], pool, strict=True)]
    output = np.zeros((*sizes, maps.shape[-1]))
    for place in np.ndindex(*sizes):
        box = [slice(p * n, (p + 1) * n) for p, n in zip(place, pool, strict=True)]
        output[place] = maps[tuple(box)].max(axis=(0, 1, 2))
    return output


def reference(maps, mask, layer):
    """The vector of one window (frames, rows, columns, channels)."""
    shown = mask[:, None, None, None]
    maps = np.where(shown, maps, 0)
    for index, pool in enumerate(POOLS):
        maps = convolution(maps, arrays(layer.convolutions[index].kernel))
        gamma, beta, mean, variance = arrays(layer.normalizations[index].weights)
        maps = (maps - mean) / np.sqrt(variance + 1e-3) * gamma + beta
        maps = maxima(np.where(shown, np.maximum(maps, 0), 0), pool)
        shown = maxima(shown, pool)
    kept = shown[:, 0, 0, 0] > 0
    return maps[kept].mean(axis=(0, 1, 2))


def test_checks(clips, tmp_path):
    make = partial(FrameCNN3D, **SMALL)
    layer = check_layer(make, clips["x"], mask=clips["x_mask"], tmp_path=tmp_path)
    check_masking(read(layer), clips)
    check_batching(read(layer), clips)


def test_matches_reference(clips):
    layer = FrameCNN3D(**SMALL)
    layer.build((None, None, 5 * 5 * 2))
    as_after_training(layer)
    vectors, counts = arrays(compiled(read(layer))(clips))
    assert vectors.shape == (3, 2, layer.features)
    assert counts.tolist() == [[True, True], [True, True], [True, False]]
    for row, window in np.ndindex(3, 2):
        if not counts[row, window]:
            assert np.all(vectors[row, window] == 0)
            continue
        maps, mask = np.zeros((3, 5, 5, 2)), np.zeros(3, bool)
        part = slice(2 * window, 2 * window + 3)
        maps[:] = clips["x"][row, part].reshape(-1, 5, 5, 2)
        mask[:] = clips["x_mask"][row, part]
        expected = reference(maps, mask, layer)
        assert_close(vectors[row, window], expected.astype("float32"), 1e-4)


@pytest.mark.one_backend
def test_statistics_are_those_of_observed_frames_of_windows_that_count(clips):
    among, alone = FrameCNN3D(**SMALL), FrameCNN3D(**SMALL)
    for layer in (among, alone):
        layer.build((None, None, 5 * 5 * 2))
    alone.set_weights(arrays(among.weights))
    frames = clips["x"][1:2]
    longer = np.concatenate([frames[:, :3], np.full_like(frames, np.nan)], axis=1)
    among(longer, mask=np.arange(8)[None] < 3, training=True)
    alone(frames[:, :3], training=True)
    assert_close(arrays(among.weights), arrays(alone.weights), 1e-4)


@pytest.mark.one_backend
@pytest.mark.parametrize("training", [True, False])
def test_nothing_observed_stays_finite(training, clips):
    layer = FrameCNN3D(**SMALL)
    nothing = np.zeros_like(clips["x_mask"])
    vectors, counts = arrays(layer(clips["x"], mask=nothing, training=training))
    assert np.all(vectors == 0) and not counts.any()
    assert_finite(arrays(layer.weights))


def test_width():
    assert {w: FrameCNN3D(width=w).features for w in (0.1, 1.0)} == {0.1: 16, 1.0: 128}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window": 0}, "`window` is at least 1, not 0"),
        ({"step": 0}, "`step` is from 1 to `window=16`, .*, not 0"),
        ({"window": 4, "step": 5}, "`step` is from 1 to `window=4`, .*, not 5"),
        ({"width": -1}, "`width` is above 0, not -1"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        FrameCNN3D(**options)


@pytest.mark.one_backend
def test_a_frame_is_a_square():
    with pytest.raises(ValueError, match="`channels=3`: give side"):
        FrameCNN3D()(np.ones((1, 2, 25)))
