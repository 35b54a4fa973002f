"""How the frames of a sequence change, beside the frames."""

from keras import ops

from mmzoo.ops.masking import zero_masked

# Half the width of the regression, in frames.
REACH = 2
# Of standardised frames, slope and curvature then vary about as much as the frames.
SCALES = (3.0, 6.0)


def with_deltas(frames, mask=None, along="time"):
    """Frames, their slope and their curvature (delta and delta-delta), as channels.

    The slope is that of a regression over five frames, or over five features of one
    frame. Masked frames, and those beyond either end, are read as zeros, so that a
    sequence gives the same whatever it is padded to.

    Args:
        frames: float tensor `(batch, timesteps, features)`, standardised.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        along: `"time"`, or `"frequency"` for differences between neighbouring features.
            Defaults to `"time"`.

    Returns:
        Tensor `(batch, timesteps, features, 3)`, zeros where masked.

    Example:
    ```python
    mmzoo.ops.deltas.with_deltas(keras.ops.ones((2, 9, 64))).shape  # (2, 9, 64, 3)
    ```

    Reference:
        - [Chen et al., 2018](https://doi.org/10.1109/LSP.2018.2860246)
    """
    slope_of = SLOPES[along]
    frames = zero_masked(frames, mask)
    slope = zero_masked(slope_of(frames), mask)
    curvature = zero_masked(slope_of(slope), mask)
    first, second = SCALES
    return ops.stack([frames, first * slope, second * curvature], axis=-1)


def _slope(frames):
    around = ops.pad(frames, [[0, 0], [REACH, REACH], [0, 0]])
    steps = ops.shape(frames)[1]

    def moved(by):
        return around[:, REACH + by : REACH + by + steps]

    rises = [n * (moved(n) - moved(-n)) for n in range(1, REACH + 1)]
    return sum(rises) / (2 * sum(n * n for n in range(1, REACH + 1)))


def _slope_over_frequency(frames):
    return ops.swapaxes(_slope(ops.swapaxes(frames, 1, 2)), 1, 2)


# What deltas are differences of.
SLOPES = {"time": _slope, "frequency": _slope_over_frequency}
