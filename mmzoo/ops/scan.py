"""One pass along the steps of sequences, for recurrences that Keras has no layer of."""

import keras
import numpy as np
from keras import ops


def scan_steps(step, start, *sequences, mask):
    """`ops.scan` along the steps of sequences `(batch, timesteps, features)`.

    They are joined to one, since Keras on TensorFlow cannot scan several whose number
    of steps is not known, as in a model that is exported.

    Args:
        step: function of the states, a step of each sequence and of the mask. It
            returns the new states and what is kept of the step, which is a tensor where
            the states are one, else a tuple of as many: Keras on TensorFlow takes one
            for the other.
        start: the states before the first step.
        *sequences: float tensors of one dtype.
        mask: boolean tensor `(batch, timesteps, features)`.

    Returns:
        What the function returned beside the states, `(batch, timesteps, ...)`.

    Example:
    ```python
    def step(total, now, observed):
        total = keras.ops.where(observed, total + now, total)
        return total, total

    ones = keras.ops.ones((2, 5, 1))
    sums = mmzoo.ops.scan_steps(step, ones[:, 0], ones, mask=ones > 0)
    sums.shape  # (2, 5, 1)
    ```
    """
    parts = [*sequences, ops.cast(mask, sequences[0].dtype)]
    ends = np.cumsum([0, *(part.shape[-1] for part in parts)]).tolist()

    def joined_step(states, now):
        # Slices: PyTorch's exporter does not know the sizes of what is split.
        cut = zip(ends, ends[1:], strict=False)
        *steps, observed = (now[:, start:end] for start, end in cut)
        return step(states, *steps, ops.cast(observed, "bool"))

    # (timesteps, batch, all features)
    joined = ops.transpose(ops.concatenate(parts, axis=-1), (1, 0, 2))
    _, found = ops.scan(joined_step, start, joined)
    return keras.tree.map_structure(lambda x: ops.transpose(x, (1, 0, 2)), found)


def step_before(states):
    """The states one step later, zeros before the first of them.

    Args:
        states: float tensor `(batch, timesteps, features)`.

    Returns:
        Tensor shaped like `states`: at each step those of the step before.

    Example:
    ```python
    before = mmzoo.ops.step_before(keras.ops.ones((2, 5, 1)))
    before[:, 0]  # zeros
    ```
    """
    return ops.pad(states[:, :-1], [[0, 0], [1, 0], [0, 0]])
