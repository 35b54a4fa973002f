"""Feature maps `(batch, frames, bins, channels)` that know which frames were observed.

They are cut into cells as if a clip stood alone: where a cell lies, and what a
convolution reads there, does not depend on the length that a clip is padded to.
"""

from keras import ops


def padded(maps, kernel, stride):
    """Zeros around the maps, for a convolution with `ceil(size / stride)` places.

    With `padding="same"` the zeros in front, and so the places of a clip, would depend
    on the length that it is padded to.

    Args:
        maps: float tensor `(batch, frames, bins, channels)`.
        kernel: int. Frames and bins that the convolution reads.
        stride: int. Of the convolution.

    Returns:
        Float tensor, to be read with `padding="valid"`.
    """
    before = max(kernel - stride, 0) // 2
    around = [before, kernel - 1 - before]
    return ops.pad(maps, [[0, 0], around, around, [0, 0]])


def zero_outside(maps, mask):
    """The maps with zeros in the masked frames.

    Args:
        maps: float tensor `(batch, frames, bins, channels)`.
        mask: boolean tensor `(batch, frames)`.

    Returns:
        Tensor shaped like `maps`.
    """
    return ops.where(mask[:, :, None, None], maps, ops.zeros_like(maps))


def coarser(mask, stride):
    """Which cells of frames hold an observed one.

    Args:
        mask: boolean tensor `(batch, frames)`.
        stride: int. Frames of a cell.

    Returns:
        Boolean tensor `(batch, ceil(frames / stride))`.
    """
    return _greatest(ops.cast(mask, "int32"), stride, stride, axis=1) > 0


def overlapping_maximum(maps):
    """Maxpool3-2 over frames and bins.

    Args:
        maps: float tensor `(batch, frames, bins, channels)`, nowhere negative.

    Returns:
        Float tensor of half as many frames and bins, rounded up.
    """
    return _greatest(_greatest(maps, 3, 2, axis=1), 3, 2, axis=2)


def _greatest(values, size, stride, axis):
    """Maxima of windows along an axis, the first at 0; behind its end lie zeros."""
    around = [[0, 0] for _ in values.shape]
    around[axis][1] = size - 1
    wide = ops.pad(values, around)
    best = None
    for begin in range(size):
        # As many entries as `values` has, every `stride`-th of them.
        window = slice(begin, begin + 1 - size or None, stride)
        part = wide[(slice(None),) * axis + (window,)]
        best = part if best is None else ops.maximum(best, part)
    return best
