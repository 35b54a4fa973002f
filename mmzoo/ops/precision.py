"""Sums, logarithms and statistics in float32, however few digits a model has."""

import keras
from keras import ops


def wide_dtype(dtype):
    """The dtype to sum, normalise and answer in.

    Args:
        dtype: a dtype.

    Returns:
        `"float32"`, or `"float64"` where that is `dtype`.
    """
    # Keras' own `result_type` makes float32 of float64.
    dtype = keras.backend.standardize_dtype(dtype)
    return dtype if dtype == "float64" else "float32"


def widened(tensor):
    """A tensor with digits enough for sums: float16 holds no number above 65504.

    Args:
        tensor: tensor or array of any dtype.

    Returns:
        The tensor in `wide_dtype` of its own.
    """
    tensor = ops.convert_to_tensor(tensor)
    return ops.cast(tensor, wide_dtype(tensor.dtype))
