"""One loop over the steps of a batch, for recurrences that Keras has no layer for."""

import keras
import numpy as np
from keras import ops


def scan_steps(step, start, *sequences, mask=None):
    """The states after each step of sequences `(batch, timesteps, features)`.

    It is `ops.scan`, of which Keras on TensorFlow shows only what is shaped like the
    states. On PyTorch the steps are taken apart once, see `mmzoo.layers.LSTM`: Keras
    would read each as `x[t]`.

    Args:
        step: function of the states and a step of each sequence, and of the mask where
            there is one, that returns the states after it.
        start: the states before the first step, a tensor or a tuple of them.
        *sequences: float tensors of one dtype.
        mask: optional boolean tensor `(batch, timesteps, features)`.

    Returns:
        The states after each step, `(batch, timesteps, ...)`.

    Example:
    ```python
    def add(total, now, observed):
        return keras.ops.where(observed, total + now, total)

    frames, start = keras.ops.ones((2, 5, 3)), keras.ops.zeros((2, 3))
    mask = keras.ops.ones((2, 5, 1), "bool")
    mmzoo.ops.scan_steps(add, start, frames, mask=mask).shape  # (2, 5, 3)
    ```
    """
    if keras.backend.backend() == "torch":
        masks = [] if mask is None else [mask]
        return _loop(step, start, *sequences, *masks)
    return _joined_scan(step, start, *sequences, mask=mask)


def _loop(step, states, *sequences):
    found = []
    for now in zip(*(ops.unstack(each, axis=1) for each in sequences), strict=True):
        states = step(states, *now)
        found.append(states)
    return keras.tree.map_structure(lambda *steps: ops.stack(steps, axis=1), *found)


def _joined_scan(step, start, *sequences, mask=None):
    """A scan of one sequence, in which all stand side by side.

    Keras on TensorFlow cannot scan several whose number of steps is not known, as in a
    model that is exported.
    """
    masks = [] if mask is None else [ops.cast(mask, sequences[0].dtype)]
    parts = [*sequences, *masks]
    ends = np.cumsum([0, *(part.shape[-1] for part in parts)]).tolist()

    def joined_step(states, now):
        cut = zip(ends, ends[1:], strict=False)
        steps = [now[:, start:end] for start, end in cut]
        if masks:
            steps[-1] = ops.cast(steps[-1], "bool")
        states = step(states, *steps)
        return states, states

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
