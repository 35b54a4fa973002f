"""Masked losses, each as a total and a count.

A total and a count, rather than a mean, let a split's figure be the mean over its
real steps whatever the batches were: totals and counts add up. Both are float32 at the
least: bfloat16 counts no further than 256, and float16 sums no further than 65504.
"""

import keras
from keras import ops

from mmzoo.ops.masking import zero_masked
from mmzoo.ops.precision import wide_dtype, widened


def _total_and_count(errors, mask):
    """Sum of `errors` where `mask` holds, and how many there are."""
    mask = ops.cast(mask, "bool")
    kept = ops.where(mask, errors, ops.zeros_like(errors))
    return ops.sum(kept), ops.sum(ops.cast(mask, errors.dtype))


def masked_absolute_error(labels, predictions, mask):
    """Absolute error over the labelled entries (eq. 6 of the seq2seq paper).

    Args:
        labels: float tensor `(batch,)` or `(batch, timesteps)`.
        predictions: float tensor of the same shape.
        mask: boolean tensor of the same shape, True where there is a label.

    Returns:
        The summed error and the number of labels, two scalars.
    """
    predictions = widened(predictions)
    labels = ops.cast(labels, predictions.dtype)
    # Before the error, not after: a NaN label would reach the gradient all the same.
    labels = ops.where(ops.cast(mask, "bool"), labels, ops.zeros_like(labels))
    return _total_and_count(ops.abs(labels - predictions), mask)


def masked_squared_error(target, predictions, mask):
    """Squared error a frame, averaged over its features.

    Args:
        target: float tensor `(batch, timesteps, features)`.
        predictions: float tensor of the same shape.
        mask: boolean tensor `(batch, timesteps)`.

    Returns:
        The summed error and the number of frames, two scalars.
    """
    predictions = widened(predictions)
    target = zero_masked(ops.cast(target, predictions.dtype), mask)
    return _total_and_count(ops.mean(ops.square(target - predictions), axis=-1), mask)


def masked_cross_entropy(tokens, logits, mask):
    """Cross-entropy a token (line 4 of Algorithms 1 and 2), or a class a sample.

    Args:
        tokens: integer tensor `(batch, timesteps)`, or classes `(batch,)`.
        logits: float tensor `(batch, timesteps, vocabulary)`, or `(batch, classes)`.
        mask: boolean tensor shaped like `tokens`.

    Returns:
        The summed loss in nats and the number of tokens, two scalars.
    """
    errors = keras.losses.sparse_categorical_crossentropy(
        tokens, widened(logits), from_logits=True
    )
    return _total_and_count(errors, mask)


def masked_mistakes(classes, logits, mask):
    """Wrong answers among the labelled entries; it has no gradient.

    Args:
        classes: integer tensor `(batch,)`.
        logits: float tensor `(batch, classes)`.
        mask: boolean tensor `(batch,)`.

    Returns:
        The number of mistakes and the number of labels, two scalars.
    """
    answers = ops.cast(ops.argmax(logits, axis=-1), "int32")
    wrong = ops.not_equal(answers, ops.cast(classes, "int32"))
    return _total_and_count(ops.cast(wrong, wide_dtype(logits.dtype)), mask)
