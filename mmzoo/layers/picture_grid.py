"""Pixels as a picture, and the grid of cells that a network makes of it."""

import math

import keras
from keras import ops


def as_pictures(inputs, mask, side):
    """A sequence of pixels as a square picture.

    Args:
        inputs: tensor `(batch, pixels, channels)`, row by row.
        mask: optional boolean tensor `(batch, pixels)`. Beside it there may be fewer
            pixels, as in a batch without pictures; the rest is masked.
        side: int. Rows and columns of a picture.

    Returns:
        Float tensor `(batch, side, side, channels)`, and its mask, without channels.

    Raises:
        ValueError: if the pixels are those of another picture.
    """
    steps, pixels = inputs.shape[1], side**2
    if steps is not None and (steps > pixels or (mask is None and steps < pixels)):
        raise ValueError(f"`inputs` has {steps} pixels, not {pixels} as `side={side}`.")
    inputs = ops.cast(inputs, "float32")
    if mask is None:
        mask = ops.ones_like(inputs[..., 0], dtype="bool")
    mask = ops.cast(mask, "bool")
    if steps != pixels:
        inputs = ops.pad(inputs, [[0, 0], [0, pixels], [0, 0]])[:, :pixels]
        mask = ops.pad(mask, [[0, 0], [0, pixels]])[:, :pixels]
    images = ops.reshape(inputs, (-1, side, side, inputs.shape[-1]))
    return images, ops.reshape(mask, (-1, side, side))


def side_of(features, channels):
    """The side of the square picture that a row of numbers is.

    Args:
        features: int. Numbers of a picture, row by row, the channels of a pixel
            together.
        channels: int. Numbers of a pixel.

    Returns:
        Its rows, which are as many as its columns.

    Raises:
        ValueError: if no square has as many numbers.
    """
    side = math.isqrt(features // channels) if channels > 0 else 0
    if not side or side**2 * channels != features:
        raise ValueError(
            f"A frame of {features} features is no square of pixels with "
            f"`channels={channels}`: give side * side * channels of them, such as "
            f"{64 * 64 * 3} for 64 x 64 pixels in 3 colours."
        )
    return side


def grid_of(network, side):
    """The grid of cells that a network makes of a picture.

    Args:
        network: layer or model from `(batch, side, side, 3)`.
        side: int. Rows and columns of a picture.

    Returns:
        `(rows, columns)`, and the number of features of a cell.

    Raises:
        ValueError: if there is no grid, or cells do not stand for whole pixels.
    """
    spec = network.compute_output_spec(keras.KerasTensor((None, side, side, 3)))
    # A layer gives a mask too.
    shape = keras.tree.flatten(spec)[0].shape
    if len(shape) != 4:
        raise ValueError(f"`network` gives {shape}, not (batch, rows, columns, ...).")
    _, rows, columns, features = shape
    stride = -(-side // rows)
    if rows * stride != side:
        raise ValueError(
            f"`side={side}` is no multiple of {stride}, the pixels that a cell of "
            "`network` stands for."
        )
    return (rows, columns), features


def in_blocks(maps, size):
    """A grid cut into squares.

    Args:
        maps: tensor `(batch, rows, columns, ...)` of known sizes.
        size: int. Rows and columns of a square; divides both.

    Returns:
        Tensor `(batch, rows / size, size, columns / size, size, ...)`.
    """
    rows, columns = (each // size for each in maps.shape[1:3])
    return ops.reshape(maps, (-1, rows, size, columns, size, *maps.shape[3:]))


def coarser(mask, size):
    """Which squares of a grid hold anything observed.

    Args:
        mask: boolean tensor `(batch, rows, columns)`.
        size: int. Rows and columns of a square; divides both.

    Returns:
        Boolean tensor `(batch, rows / size, columns / size)`.
    """
    return mask if size == 1 else ops.any(in_blocks(mask, size), axis=(2, 4))
