"""Averages and class scores under weights, which all metrics are made of.

The last axis of weights is the samples; axes before it, such as the resamples of a
bootstrap, stay axes of the result.
"""

import numpy as np


def enters(registry):
    """A decorator that enters a metric under its name, less its first underscore."""

    def enter(function):
        registry[function.__name__[1:]] = function
        return function

    return enter


def evaluate(registry, labels, predictions, weights=None, names=None):
    """Metrics of a registry by name: floats, or arrays of the weights' leading axes."""
    weights = np.ones(len(labels)) if weights is None else np.asarray(weights, float)
    if weights.shape[-1:] != labels.shape[:1]:
        raise ValueError(
            f"`weights` has shape {weights.shape}: its last axis is the "
            f"{len(labels)} samples."
        )
    scores = {}
    for name in registry if names is None else names:
        score = np.asarray(registry[name](labels, predictions, weights))
        scores[name] = float(score) if score.ndim == 0 else score
    return scores


def checked(labels, predictions):
    """Both as float64 vectors, or one error that says what is wrong."""
    labels = np.asarray(labels, "float64")
    predictions = np.asarray(predictions, "float64")
    if labels.ndim != 1 or labels.shape != predictions.shape or not labels.size:
        raise ValueError(
            "`labels` and `predictions` must be vectors of one length, at least 1; "
            f"received shapes {labels.shape} and {predictions.shape}."
        )
    for name, values in (("labels", labels), ("predictions", predictions)):
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            raise ValueError(
                f"`{name}` holds {bad.size} NaN or infinite value(s), the first at "
                f"position {bad[0]}. A model that predicts them has diverged: lower "
                "the learning rate, clip the gradient, or check the input."
            )
    return labels, predictions


def mean(values, weights):
    """Weighted mean over the last axis; 0 where the weights add up to 0."""
    total = weights.sum(axis=-1)
    return weights @ values.astype("float64") / np.where(total > 0, total, 1.0)


def moments(values, weights):
    """Weighted mean and variance over the last axis.

    `values` are centred on one that occurs, so that a constant has a variance of
    exactly 0; what rounding leaves of the variance of another constant is 0, too.
    """
    first, square = mean(values, weights), mean(values * values, weights)
    variance = square - np.square(first)
    return first, np.where(variance <= 1e-12 * square, 0.0, variance)


def class_scores(labels, predictions, num_classes, weights):
    """Scores of integer classes from 0, each array of shape `(..., classes)`.

    Returns:
        `(precision, recall, f1, support, predicted)`; `support` is the weight of the
        samples that carry a class as label, `predicted` of those predicted as it.
    """
    cells = np.eye(num_classes**2)[labels * num_classes + predictions]
    # (..., true class, predicted class)
    confusion = (weights @ cells).reshape(*weights.shape[:-1], num_classes, num_classes)
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    support, predicted = confusion.sum(axis=-1), confusion.sum(axis=-2)
    return (
        ratio(hits, predicted),
        ratio(hits, support),
        ratio(2 * hits, support + predicted),
        support,
        predicted,
    )


def weighted_prf(labels, predictions, num_classes, weights):
    """Support-weighted precision, recall and F1 of integer classes from 0."""
    *by_class, support, _ = class_scores(labels, predictions, num_classes, weights)
    share = ratio(support, support.sum(axis=-1, keepdims=True))
    return tuple((share * scores).sum(axis=-1) for scores in by_class)


def ratio(part, whole):
    """Part of a whole; 0 where the whole is 0."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0)
