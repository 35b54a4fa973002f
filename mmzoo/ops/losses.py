"""Masked losses, each as a total and a count.

A total and a count, rather than a mean, let a split's figure be the mean over its
real steps whatever the batches were: totals and counts add up. What a mask leaves out
may hold anything, NaN or a class that does not exist: it is replaced before anything
is computed from it, since afterwards it would reach the gradient all the same. Both
are float32 at the least: bfloat16 counts no further than 256, and float16 sums no
further than 65504.
"""

import keras
from keras import ops

from mmzoo.ops.precision import widened


def _entries(name, values, like):
    """Values, one an entry of `like`, without further axes of length 1.

    Values `(batch, 1)` beside answers `(batch,)` would be paired all with all.
    """
    values = ops.convert_to_tensor(values)
    if _has_no_rank(values):
        return ops.reshape(values, ops.shape(like))
    shape, wanted = tuple(values.shape), tuple(like.shape)
    while len(values.shape) > len(wanted) and values.shape[-1] == 1:
        values = ops.squeeze(values, axis=-1)
    pairs = zip(values.shape, wanted, strict=False)
    agree = all(None in pair or pair[0] == pair[1] for pair in pairs)
    if len(values.shape) != len(wanted) or not agree:
        raise ValueError(
            f"`{name}` has shape {shape} where the answers have {wanted}: give one "
            "entry for each answer."
        )
    return values


def _has_no_rank(values):
    """Whether TensorFlow, having seen values of two ranks, compiles for any."""
    return getattr(values.shape, "rank", 0) is None


def _kept(values, mask):
    return ops.where(mask, values, ops.zeros_like(values))


def _total_and_count(errors, mask, weights):
    """Sum of `errors` where `mask` holds, and how many there are."""
    count = ops.sum(ops.cast(mask, errors.dtype))
    if weights is not None:
        errors = errors * _kept(_spread(weights, errors), mask)
    return ops.sum(_kept(errors, mask)), count


def _spread(weights, errors):
    """Weights, one a sample or one an entry, for each of `errors`."""
    weights = ops.cast(weights, errors.dtype)
    if _has_no_rank(weights):
        entries = (-1,) * (len(errors.shape) - 1)
        return ops.reshape(weights, (ops.shape(errors)[0], *entries))
    if len(weights.shape) < len(errors.shape):
        weights = ops.expand_dims(weights, axis=-1)
    if len(errors.shape) == 2 and weights.shape[-1] == 1:
        weights = weights * ops.ones_like(errors[:1])
    return _entries("sample_weight", weights, errors)


def masked_absolute_error(labels, predictions, mask, weights=None):
    """Absolute error over the labelled entries (eq. 6 of the seq2seq paper).

    Args:
        labels: float tensor `(batch,)` or `(batch, timesteps)`; further axes of
            length 1 are dropped.
        predictions: float tensor of the same shape.
        mask: boolean tensor of the same shape, True where there is a label.
        weights: optional float tensor, one a sample or one an entry, that the errors
            are multiplied with. Defaults to `None`.

    Returns:
        The summed error and the number of labels, two scalars.
    """
    return _total_and_count(*absolute_errors(labels, predictions, mask), weights)


def absolute_errors(labels, predictions, mask):
    """The absolute error of each entry, before `masked_absolute_error` sums them.

    Args:
        labels: float tensor `(batch,)` or `(batch, timesteps)`; further axes of
            length 1 are dropped.
        predictions: float tensor of the same shape.
        mask: boolean tensor of the same shape, True where there is a label.

    Returns:
        The errors and their mask, shaped like `predictions`.
    """
    predictions = widened(predictions)
    mask = ops.cast(_entries("mask", mask, predictions), "bool")
    labels = ops.cast(_entries("labels", labels, predictions), predictions.dtype)
    return ops.abs(_kept(labels, mask) - _kept(predictions, mask)), mask


def masked_squared_error(target, predictions, mask, weights=None):
    """Squared error a frame, averaged over its features.

    Args:
        target: float tensor `(batch, timesteps, features)`.
        predictions: float tensor of the same shape.
        mask: boolean tensor `(batch, timesteps)`.
        weights: optional float tensor, one a sample or one a frame, that the errors
            are multiplied with. Defaults to `None`.

    Returns:
        The summed error and the number of frames, two scalars.
    """
    predictions = widened(predictions)
    mask = ops.cast(_entries("mask", mask, predictions[..., 0]), "bool")
    target = ops.cast(_entries("target", target, predictions), predictions.dtype)
    frames = mask[..., None]
    errors = ops.square(_kept(target, frames) - _kept(predictions, frames))
    return _total_and_count(ops.mean(errors, axis=-1), mask, weights)


def masked_divergence(divergence, mask, weights=None, free_bits=0.0):
    """KL divergence a sample, summed over the dimensions of its latent vector.

    Args:
        divergence: float tensor `(batch, dimensions)`, in nats.
        mask: boolean tensor `(batch,)`.
        weights: optional float tensor that the divergences are multiplied with, one a
            sample; of one an entry, a sample's mean counts. Defaults to `None`.
        free_bits: float. What a dimension costs at the least, in nats, so that no
            gradient pushes it further down. Defaults to `0.0`.

    Returns:
        The summed divergence and the number of samples, two scalars.
    """
    free = ops.maximum(widened(divergence), free_bits)
    if weights is not None:
        weights = weight_a_sample(weights, free)
    return _total_and_count(ops.sum(free, axis=-1), mask, weights)


def weight_a_sample(weights, like):
    """One weight a sample; of one an entry, a sample's mean.

    Args:
        weights: float tensor `(batch,)`, or with further axes.
        like: float tensor `(batch, ...)`, whose dtype they get.

    Returns:
        Float tensor `(batch,)`.
    """
    weights = ops.cast(weights, like.dtype)
    return ops.mean(ops.reshape(weights, (ops.shape(like)[0], -1)), axis=-1)


def masked_cross_entropy(tokens, logits, mask, weights=None, label_smoothing=0.0):
    """Cross-entropy a token (line 4 of Algorithms 1 and 2), or a class a sample.

    Args:
        tokens: integer tensor `(batch, timesteps)`, or classes `(batch,)`; further
            axes of length 1 are dropped.
        logits: float tensor `(batch, timesteps, vocabulary)`, or `(batch, classes)`.
        mask: boolean tensor shaped like `tokens`.
        weights: optional float tensor, one a sample or one a token, that the losses
            are multiplied with. Defaults to `None`.
        label_smoothing: float. See `cross_entropies`. Defaults to `0.0`.

    Returns:
        The summed loss in nats and the number of tokens, two scalars.
    """
    errors, mask = cross_entropies(tokens, logits, mask, label_smoothing)
    return _total_and_count(errors, mask, weights)


def cross_entropies(tokens, logits, mask, label_smoothing=0.0):
    """The cross-entropy of each entry, before `masked_cross_entropy` sums them.

    Args:
        tokens: integer tensor `(batch, timesteps)`, or classes `(batch,)`; further
            axes of length 1 are dropped.
        logits: float tensor `(batch, timesteps, vocabulary)`, or `(batch, classes)`.
        mask: boolean tensor shaped like `tokens`.
        label_smoothing: float. Share of each label that is spread evenly over all
            classes, its own among them ([Szegedy et al.,
            2016](https://arxiv.org/abs/1512.00567), section 7). Defaults to `0.0`.

    Returns:
        The losses in nats and their mask, shaped like `logits` without its last axis.
    """
    logits = widened(logits)
    tokens, mask = _classes(tokens, logits, mask)
    logits = _kept(logits, mask[..., None])
    errors = keras.losses.sparse_categorical_crossentropy(
        tokens, logits, from_logits=True
    )
    if label_smoothing:
        # The mean cross-entropy of all classes.
        even = ops.logsumexp(logits, axis=-1) - ops.mean(logits, axis=-1)
        errors = (1.0 - label_smoothing) * errors + label_smoothing * even
    return errors, mask


def _classes(classes, logits, mask):
    """Class indices, 0 where they are masked, and the mask."""
    answers = logits[..., 0]
    mask = ops.cast(_entries("mask", mask, answers), "bool")
    classes = _kept(_entries("classes", classes, answers), mask)
    return ops.cast(classes, "int32"), mask


def masked_binary_cross_entropy(labels, logits, mask, weights=None):
    """Cross-entropy of answers that are yes or no, each by itself.

    Args:
        labels: tensor `(batch, classes)`, 1 where it is so and 0 where it is not.
        logits: float tensor of the same shape.
        mask: boolean tensor of the same shape, True where there is a label.
        weights: optional float tensor, one a sample or one a label, that the losses
            are multiplied with. Defaults to `None`.

    Returns:
        The summed loss in nats and the number of labels, two scalars.
    """
    return _total_and_count(*binary_cross_entropies(labels, logits, mask), weights)


def binary_cross_entropies(labels, logits, mask):
    """The cross-entropy of each answer, before `masked_binary_cross_entropy` sums them.

    Args:
        labels: tensor `(batch, classes)`, 1 where it is so and 0 where it is not.
        logits: float tensor of the same shape.
        mask: boolean tensor of the same shape, True where there is a label.

    Returns:
        The losses in nats and their mask, shaped like `logits`.
    """
    logits = widened(logits)
    labels, mask = _yes_or_no(labels, logits, mask)
    logits = _kept(logits, mask)
    return ops.softplus(logits) - labels * logits, mask


def _yes_or_no(labels, logits, mask):
    """Labels in the type of the logits, 0 where they are masked, and the mask."""
    mask = ops.cast(_entries("mask", mask, logits), "bool")
    labels = _kept(_entries("labels", labels, logits), mask)
    return ops.cast(labels, logits.dtype), mask


def masked_binary_mistakes(labels, logits, mask, table=None):
    """Wrong answers that are yes or no; a logit above 0 says yes. It has no gradient.

    With the weight negatives by positives for each class, total by count is 1 less the
    mean of both recalls, in which classes count by their negatives.

    Args:
        labels: tensor `(batch, classes)`, 1 where it is so and 0 where it is not.
        logits: float tensor of the same shape.
        mask: boolean tensor of the same shape, True where there is a label.
        table: optional sequence of floats, the weight of the label 1 of each class,
            where 0 has 1. Defaults to `None`: all are 1.

    Returns:
        The summed weight of the mistakes and that of all labels, two scalars.
    """
    logits = widened(logits)
    labels, mask = _yes_or_no(labels, logits, mask)
    weights = ops.ones_like(logits)
    if table is not None:
        positive = ops.convert_to_tensor(table, logits.dtype)
        weights = ops.where(labels > 0, positive * weights, weights)
    wrong = ops.cast(ops.not_equal(logits > 0, labels > 0), logits.dtype)
    return ops.sum(_kept(weights * wrong, mask)), ops.sum(_kept(weights, mask))


def masked_mistakes(classes, logits, mask, weights=None):
    """Wrong answers among the labelled entries; it has no gradient.

    Args:
        classes: integer tensor `(batch,)` or `(batch, timesteps)`; further axes of
            length 1 are dropped.
        logits: float tensor `(..., classes)`.
        mask: boolean tensor shaped like `classes`.
        weights: optional float tensor, one a sample or one a label, what each mistake
            counts. Defaults to `None`.

    Returns:
        The number of mistakes and the number of labels, two scalars.
    """
    logits = widened(logits)
    classes, mask = _classes(classes, logits, mask)
    answers = ops.cast(ops.argmax(logits, axis=-1), "int32")
    wrong = ops.cast(ops.not_equal(answers, classes), logits.dtype)
    return _total_and_count(wrong, mask, weights)


def masked_balanced_mistakes(classes, logits, mask, table=None):
    """Wrong answers among the labelled entries, each by the weight of its class.

    With weights inverse to the frequency of the classes, total by count is 1 less the
    unweighted average recall. It has no gradient.

    Args:
        classes: integer tensor `(batch,)` or `(batch, timesteps)`; further axes of
            length 1 are dropped.
        logits: float tensor `(..., classes)`.
        mask: boolean tensor shaped like `classes`.
        table: optional sequence of floats, the weight of each class. Defaults to
            `None`: all are 1.

    Returns:
        The summed weight of the mistakes and that of all labels, two scalars.
    """
    logits = widened(logits)
    classes, mask = _classes(classes, logits, mask)
    weights = ops.ones_like(logits[..., 0])
    if table is not None:
        weights = ops.take(ops.convert_to_tensor(table, weights.dtype), classes, axis=0)
    answers = ops.cast(ops.argmax(logits, axis=-1), "int32")
    wrong = ops.cast(ops.not_equal(answers, classes), logits.dtype)
    return ops.sum(_kept(weights * wrong, mask)), ops.sum(_kept(weights, mask))
