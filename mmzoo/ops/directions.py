"""Vectors of length 1."""

from keras import ops

from mmzoo.ops.precision import widened


def directions(vectors):
    """Vectors divided by their length; those of zeros stay zeros.

    `ops.normalize` and `keras.layers.UnitNormalization` have no finite gradient where a
    vector is zeros.

    Args:
        vectors: float tensor `(..., features)`.

    Returns:
        Float32 tensor of the same shape.

    Example:
    ```python
    mmzoo.ops.directions(keras.ops.ones((2, 3))).shape  # (2, 3)
    ```
    """
    wide = widened(vectors)
    squares = ops.sum(ops.square(wide), axis=-1, keepdims=True)
    return wide * ops.rsqrt(squares + 1e-12)
