"""Masks: `(batch, timesteps)` booleans, True where a step was observed."""

from keras import ops

from mmzoo.ops.precision import widened


def masked_softmax(scores, mask=None, axis=-1):
    """Softmax over the kept positions; a row with none kept becomes zeros.

    It is computed in float32 also where the scores are narrower.

    Args:
        scores: float tensor.
        mask: optional boolean tensor that broadcasts to `scores`.
        axis: int. The axis that sums to one. Defaults to `-1`.

    Returns:
        Float tensor shaped like `scores`.
    """
    scores = ops.convert_to_tensor(scores)
    wide = widened(scores)
    if mask is not None:
        mask = ops.cast(mask, "bool")
        wide = ops.where(mask, wide, ops.cast(-1e9, wide.dtype))
    # `ops.softmax` warns of a single position, which a text of one word has.
    weights = ops.exp(wide - ops.logsumexp(wide, axis=axis, keepdims=True))
    if mask is not None:
        weights = ops.where(mask, weights, ops.zeros_like(weights))
    return ops.cast(weights, scores.dtype)


def zero_masked(inputs, mask=None):
    """`(batch, timesteps, features)` with the masked steps set to zero.

    It selects rather than multiplies, so that NaN in a masked step vanishes too.

    Args:
        inputs: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`.

    Returns:
        Tensor shaped like `inputs`.
    """
    if mask is None:
        return inputs
    mask = ops.expand_dims(ops.cast(mask, "bool"), axis=-1)
    return ops.where(mask, inputs, ops.zeros_like(inputs))


def masked_mean(inputs, mask=None):
    """Mean over the observed steps; zeros for a row with nothing observed.

    It is summed in float32 also where the inputs are narrower.

    Args:
        inputs: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`.

    Returns:
        Float tensor `(batch, features)`.
    """
    inputs = ops.convert_to_tensor(inputs)
    wide = widened(inputs)
    if mask is None:
        return ops.cast(ops.mean(wide, axis=1), inputs.dtype)
    count = ops.sum(ops.cast(mask, wide.dtype), axis=1, keepdims=True)
    mean = ops.sum(zero_masked(wide, mask), axis=1) / ops.maximum(count, 1)
    return ops.cast(mean, inputs.dtype)


def observed_in_any(masks):
    """The steps at which any of several sequences was observed.

    Args:
        masks: iterable of boolean tensors `(batch, timesteps)`, at least one.

    Returns:
        Boolean tensor `(batch, timesteps)`.

    Example:
    ```python
    here = keras.ops.array([[True, False, False]])
    there = keras.ops.array([[False, True, False]])
    mmzoo.ops.observed_in_any([here, there]).shape  # (1, 3)
    ```
    """
    joint, *others = masks
    for mask in others:
        joint = ops.logical_or(joint, mask)
    return joint


def extents(mask):
    """Steps of each row up to and including its last observed one.

    Args:
        mask: boolean tensor `(batch, timesteps)`.

    Returns:
        Integer tensor `(batch,)`; 0 for a row with nothing observed.
    """
    positions = ops.arange(1, ops.shape(mask)[1] + 1, dtype="int32")
    return ops.max(ops.cast(mask, "int32") * positions, axis=1)


def last_observed(states, mask=None):
    """The state at each row's last observed step.

    Args:
        states: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`.

    Returns:
        Float tensor `(batch, features)`; zeros for a row with nothing observed.
    """
    if mask is None:
        return states[:, -1]
    length = extents(mask)
    # (batch, 1, 1)
    index = ops.reshape(ops.maximum(length - 1, 0), (-1, 1, 1))
    last = ops.squeeze(ops.take_along_axis(states, index, axis=1), axis=1)
    observed = ops.expand_dims(length > 0, axis=-1)
    return ops.where(observed, last, ops.zeros_like(last))


def reverse_extents(inputs, mask=None):
    """Turn each row around within its extent; the padding stays at the end.

    Applied twice it gives the inputs back. It lets a backward recurrence run as a
    forward one over right-padded rows, which the fused GPU kernels require.

    Args:
        inputs: tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`.

    Returns:
        Tensor shaped like `inputs`.
    """
    if mask is None:
        return ops.flip(inputs, axis=1)
    # (batch, timesteps)
    positions = ops.arange(ops.shape(inputs)[1], dtype="int32")[None, :]
    length = extents(mask)[:, None]
    index = ops.where(positions < length, length - 1 - positions, positions)
    return ops.take_along_axis(inputs, index[:, :, None], axis=1)
