import numpy as np

from mmzoo.ops.deltas import SCALES, with_deltas
from tests.checks import arrays, assert_close


def slope(frames):
    """Least squares through five frames, one by one; zeros beyond the ends."""
    wide = np.pad(frames, [(2, 2), (0, 0)])
    places = np.arange(-2.0, 3.0)
    return np.stack(
        [
            [np.polyfit(places, wide[t : t + 5, f], 1)[0] for f in range(wide.shape[1])]
            for t in range(len(frames))
        ]
    )


def test_slope_and_curvature_are_those_of_a_regression(rng):
    frames = rng.normal(size=(2, 7, 3)).astype("float32")
    found = arrays(with_deltas(frames))
    assert found.shape == (2, 7, 3, 3)
    for row, channels in zip(frames, found, strict=True):
        assert_close(channels[..., 0], row)
        first, second = slope(row), slope(slope(row))
        assert_close(channels[..., 1], (SCALES[0] * first).astype("float32"), 1e-4)
        assert_close(channels[..., 2], (SCALES[1] * second).astype("float32"), 1e-4)


def test_along_frequency_each_frame_is_read_alone(rng):
    frames = rng.normal(size=(2, 3, 7)).astype("float32")
    turned = arrays(with_deltas(np.swapaxes(frames, 1, 2)))
    found = arrays(with_deltas(frames, along="frequency"))
    assert_close(found, np.swapaxes(turned, 1, 2))
    mask = np.array([[True, False, True], [True, True, False]])
    masked = arrays(with_deltas(frames, mask, "frequency"))
    assert_close(masked, found * mask[..., None, None])


def test_padding_and_garbage_change_nothing(rng):
    frames = rng.normal(size=(1, 5, 2)).astype("float32")
    longer = np.pad(frames, [(0, 0), (0, 4), (0, 0)], constant_values=9.0)
    mask = np.arange(9)[None] < 5
    found = arrays(with_deltas(longer, mask))
    assert_close(found[:, :5], arrays(with_deltas(frames)))
    assert not found[:, 5:].any()
