"""How much of a target sequence a translation explains, and its controls.

Frames are standardised on the training split, so the mean predictor is the frame
of zeros: an error is read against the deviation from zero.
"""

import numpy as np

from mmzoo.evaluation.metrics.tokens import (
    TOKEN_METRICS,
    bleu,
    perplexity,
    token_accuracy,
)

EXPLAINED_METRICS = {
    "explained_teacher_forced": (
        "Variance of the target's observed frames that the translation explains over "
        "the mean predictor, 1 - squared error / squared deviation, when the decoder "
        "is given the true previous frame at every step."
    ),
    "explained_free_running": (
        "The same when the decoder is given its own previous output: all that it "
        "knows comes from the source."
    ),
    "explained_source_shuffled": (
        "Control: teacher-forced, with the source sequences shuffled between the "
        "samples. What the decoder explains without looking at the right source."
    ),
    "explained_copy_previous": (
        "Control: every frame predicted as the last observed frame before it. What "
        "the inertia of the target explains, without any model."
    ),
}
# What a report may say of a translation, the second part where it decodes tokens.
TRANSLATION_METRICS = {**EXPLAINED_METRICS, **TOKEN_METRICS}


def translation_score(name, sums, sizes, weights=None):
    """A metric of `TRANSLATION_METRICS` from its sums by sequence.

    Args:
        name: of the metric.
        sums: `(N,)`, or `(N, counts)` of BLEU: what `translation_errors`, `token_hits`
            or `bleu_counts` gave first, or cross-entropies.
        sizes: `(N,)`, what they gave second.
        weights: optional, shape `(..., N)`: how often each sequence counts.

    Returns:
        A float, or an array of shape `(...)` where the weights have leading axes.
    """
    return _SCORES[name.partition("_")[0]](sums, sizes, weights)


def _frames(name, values, mask):
    """Frames as float64 with zeros at what the mask leaves out."""
    values, mask = np.asarray(values, "float64"), np.asarray(mask, bool)
    if values.ndim != 3 or values.shape[:2] != mask.shape:
        raise ValueError(
            f"`{name}` must have shape (batch, time, features) with a mask of shape "
            f"(batch, time); received {values.shape} and {mask.shape}."
        )
    values = np.where(mask[..., None], values, 0.0)
    if not np.isfinite(values).all():
        raise ValueError(
            f"`{name}` holds NaN or infinite frames at observed steps: clean the "
            "features, or lower the learning rate of the translation."
        )
    return values


def translation_errors(target, predicted, mask):
    """Squared error and squared deviation from the mean predictor, by sequence.

    Args:
        target: standardised frames, float array of shape `(batch, time, features)`.
        predicted: what the translation says, of the same shape.
        mask: boolean array of shape `(batch, time)`, True = observed. What stands
            in masked steps is never read.

    Returns:
        Two float arrays of shape `(batch,)`, each a sum over the observed steps
        and the features.
    """
    target = _frames("target", target, mask)
    predicted = _frames("predicted", predicted, mask)
    if target.shape != predicted.shape:
        raise ValueError(
            "`target` and `predicted` must have one shape; received "
            f"{target.shape} and {predicted.shape}."
        )
    errors = np.square(target - predicted).sum(axis=(1, 2))
    return errors, np.square(target).sum(axis=(1, 2))


def variance_explained(errors, deviations, weights=None):
    """Share of the deviation that is explained: 1 - sum(errors) / sum(deviations).

    1 is perfect, 0 is as good as the mean predictor, below 0 is worse. 0 as well
    where the targets do not deviate at all, so that nothing is there to explain.

    Args:
        errors: squared errors by sequence, shape `(N,)`.
        deviations: squared deviations by sequence, shape `(N,)`.
        weights: optional, shape `(..., N)`: how often each sequence counts.

    Returns:
        A float, or an array of shape `(...)` where the weights have leading axes.
    """
    errors, deviations = np.asarray(errors, float), np.asarray(deviations, float)
    if errors.ndim != 1 or errors.shape != deviations.shape:
        raise ValueError(
            "`errors` and `deviations` must be vectors of one length; received shapes "
            f"{errors.shape} and {deviations.shape}."
        )
    weights = np.ones(errors.shape[-1]) if weights is None else np.asarray(weights)
    error, deviation = weights @ errors, weights @ deviations
    varies = deviation > 0
    share = np.where(varies, 1.0 - error / np.where(varies, deviation, 1.0), 0.0)
    return float(share) if share.ndim == 0 else share


def copy_previous(target, mask):
    """The control that repeats the last observed frame.

    Args:
        target: float array of shape `(batch, time, features)`.
        mask: boolean array of shape `(batch, time)`, True = observed.

    Returns:
        Float array like `target`: at step t the last frame observed before t, and
        zeros (the mean frame) where none was.
    """
    target, mask = _frames("target", target, mask), np.asarray(mask, bool)
    steps = np.where(mask, np.arange(mask.shape[1]), -1)
    # (batch, time): the last observed step at or before t, moved on by one step
    last = np.maximum.accumulate(steps, axis=1)
    last = np.concatenate([np.full((len(mask), 1), -1), last], axis=1)[:, :-1]
    copied = np.take_along_axis(target, np.maximum(last, 0)[..., None], axis=1)
    return np.where((last >= 0)[..., None], copied, 0.0)


# By the first word of a metric's name.
_SCORES = {
    "explained": variance_explained,
    "token": token_accuracy,
    "perplexity": perplexity,
    "bleu": bleu,
}
