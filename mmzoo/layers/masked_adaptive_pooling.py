"""A picture or a sequence of any size as a few vectors, each the mean of a bin."""

import math

import keras
import numpy as np
from keras import ops

from mmzoo.ops.masking import extents, zero_masked
from mmzoo.ops.precision import widened


@keras.saving.register_keras_serializable(package="mmzoo")
class MaskedAdaptivePooling(keras.layers.Layer):
    """Cut steps into as many bins as asked for, and average what each has observed.

    Bin i of N over L steps holds those from `floor(i L / N)` up to `ceil((i + 1) L /
    N)`, so that bins overlap where N does not divide L, and repeat steps where L is
    less than N. L is the sample's own length, up to its last observed step. With `grid`
    the steps are cells of a picture, row by row, and rows and columns are cut likewise:
    the bins stand as square as can be, and no wider than high, so that 3 are bands and
    6 are three rows of two. Keras' `AdaptiveAveragePooling1D` and `2D` do the same, but
    know no masks.

    Masking: takes a mask, and gives back which bins hold anything observed. Masked
    steps enter no mean; a bin without an observed step is zeros.

    Args:
        num_tokens: int. Bins, N.
        grid: optional pair of int, rows and columns of cells. Defaults to `None`: the
            steps are a sequence.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`. With `grid` there may be
            fewer steps than cells: the rest was not observed.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.

    Returns:
        Means `(batch, num_tokens, features)`, and their mask `(batch, num_tokens)`.

    Example:
    ```python
    layer = mmzoo.layers.MaskedAdaptivePooling(num_tokens=3, grid=(8, 8))
    tokens, mask = layer(keras.ops.ones((2, 64, 16)))
    tokens.shape, mask.shape  # (2, 3, 16), (2, 3)
    ```

    Reference:
        - [Kiela et al., 2019](https://arxiv.org/abs/1909.02950), section 3.1
    """

    def __init__(self, num_tokens, grid=None, **kwargs):
        # What is averaged keeps its digits.
        super().__init__(autocast=False, **kwargs)
        if num_tokens < 1:
            raise ValueError(f"`num_tokens` is at least 1, not {num_tokens}.")
        self.num_tokens = num_tokens
        self.grid = tuple(grid) if grid else None
        self.supports_masking = True
        self.built = True

    def call(self, inputs, mask=None):
        if mask is None:
            mask = ops.ones_like(inputs[..., 0], dtype="bool")
        mask = ops.cast(mask, "bool")
        wide = widened(zero_masked(inputs, mask))
        # (batch, num_tokens, timesteps)
        chosen = ops.logical_and(self._bins(mask), mask[:, None, :])
        weights = ops.cast(chosen, wide.dtype)
        count = ops.sum(weights, axis=-1, keepdims=True)
        means = ops.matmul(weights, wide) / ops.maximum(count, 1)
        return ops.cast(means, self.compute_dtype), ops.any(chosen, axis=-1)

    def _bins(self, mask):
        """Which steps each bin holds, `(batch or 1, num_tokens, timesteps)`."""
        if self.grid:
            bins = ops.convert_to_tensor(_grid_bins(self.num_tokens, self.grid))
            return bins[None, :, : ops.shape(mask)[1]]
        length = extents(mask)[:, None, None]
        number = ops.arange(self.num_tokens, dtype="int32")[None, :, None]
        step = ops.arange(ops.shape(mask)[1], dtype="int32")[None, None, :]
        begin = number * length // self.num_tokens
        # The ceiling of a quotient, in whole numbers.
        end = -(-(number + 1) * length // self.num_tokens)
        return ops.logical_and(step >= begin, step < end)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None):
        shape = (inputs.shape[0], self.num_tokens)
        return (
            keras.KerasTensor((*shape, inputs.shape[-1]), dtype=self.compute_dtype),
            keras.KerasTensor(shape, dtype="bool"),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "num_tokens": self.num_tokens,
            "grid": self.grid,
        }


def _bins_of_grid(num_tokens):
    """Rows and columns of bins: as square as can be, and no wider than high.

    Args:
        num_tokens: int.

    Returns:
        `(rows, columns)`: 3 gives (3, 1), 6 gives (3, 2), 9 gives (3, 3).
    """
    widest = math.isqrt(num_tokens)
    columns = max(n for n in range(1, widest + 1) if num_tokens % n == 0)
    return num_tokens // columns, columns


def _grid_bins(num_tokens, grid):
    """Which cells each bin holds, `(num_tokens, cells)`."""
    rows, columns = (
        _line_bins(count, length)
        for count, length in zip(_bins_of_grid(num_tokens), grid, strict=True)
    )
    return np.kron(rows, columns).astype(bool)


def _line_bins(count, length):
    """Which places of a line each bin holds, `(count, length)`."""
    number, place = np.arange(count)[:, None], np.arange(length)
    begin, end = number * length // count, -(-(number + 1) * length // count)
    return ((place >= begin) & (place < end)).astype("int32")
