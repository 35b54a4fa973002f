"""Lengths that are known, or known only when a graph runs, within bounds."""

from keras import ops


def bounded_length(length, least=0, most=None):
    """A length that is brought between two bounds.

    A length that is known stays known, so that shapes that are made of it are, too;
    `keras.ops` would make a tensor of it.

    Args:
        length: int, or an integer tensor of any shape.
        least: int. Defaults to `0`.
        most: optional int. Defaults to `None`: there is no upper bound.

    Returns:
        An int where `length` is one, else a tensor.

    Example:
    ```python
    mmzoo.ops.bounded_length(3, least=5)  # 5
    ```
    """
    if isinstance(length, int):
        length = max(length, least)
        return length if most is None else min(length, most)
    length = ops.maximum(length, least)
    return length if most is None else ops.minimum(length, most)
