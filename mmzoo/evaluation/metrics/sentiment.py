"""Sentiment metrics: each defined once, in the docstring of its function.

Every metric takes labels and predictions of shape `(N,)` on the scale of the
labels, and how often each sample counts. The weights may carry leading axes:
`(resamples, N)` evaluates a bootstrap in one call, by the same definition that
gives the reported value.

Precision, recall and F1 are support-weighted averages over the classes (each
class weighs as many samples as carry its label), and a ratio whose denominator is
zero counts 0, which is `zero_division=0` of scikit-learn. A metric that is left
without any sample is 0 as well. A correlation with a constant is not 0 but undefined:
NaN.
"""

import numpy as np

from mmzoo.evaluation.metrics.weighted import (
    checked,
    enters,
    evaluate,
    mean,
    moments,
    weighted_prf,
)

SENTIMENT_METRICS = {}
_metric = enters(SENTIMENT_METRICS)


def sentiment_metrics(labels, predictions, weights=None, names=None):
    """All sentiment metrics by name; `metric_definitions` says what each is.

    Args:
        labels: float array of shape `(N,)`.
        predictions: float array of shape `(N,)`.
        weights: optional float array of shape `(..., N)`, how often each sample
            counts. Defaults to `None`: once.
        names: which metrics, in order. Defaults to `None`: all.

    Returns:
        dict from a metric's name to a float, or to an array of shape `(...)`.

    Raises:
        ValueError: lengths differ, nothing is there, or a value is NaN or infinite.
    """
    labels, predictions = checked(labels, predictions)
    return evaluate(SENTIMENT_METRICS, labels, predictions, weights, names)


def sentiment_classes(values, limit=3):
    """Sentiment classes: clipped to [-limit, limit], then rounded.

    Halves are rounded to the even neighbour, as NumPy and MMSA do: 0.5 becomes 0,
    1.5 and 2.5 become 2.

    Args:
        values: float array.
        limit: the highest class. Defaults to `3`, seven classes.

    Returns:
        int array of the same shape.
    """
    return np.round(np.clip(values, -limit, limit)).astype(int)


def _prf_has0(labels, predictions, weights):
    true, said = (labels >= 0).astype(int), (predictions >= 0).astype(int)
    return weighted_prf(true, said, 2, weights)


def _prf_7class(labels, predictions, weights):
    true, said = sentiment_classes(labels) + 3, sentiment_classes(predictions) + 3
    return weighted_prf(true, said, 7, weights)


@_metric
def _mae(labels, predictions, weights):
    """Mean absolute error on the scale of the labels."""
    return mean(np.abs(labels - predictions), weights)


@_metric
def _pearson(labels, predictions, weights):
    """Pearson's correlation r; undefined where labels or predictions are constant."""
    x, y = labels - labels[0], predictions - predictions[0]
    mean_x, variance_x = moments(x, weights)
    mean_y, variance_y = moments(y, weights)
    undefined = (variance_x == 0) | (variance_y == 0)
    scale = np.where(undefined, 1.0, np.sqrt(variance_x) * np.sqrt(variance_y))
    covariance = mean(x * y, weights) - mean_x * mean_y
    return np.where(undefined, np.nan, np.clip(covariance / scale, -1.0, 1.0))


@_metric
def _acc2_has0(labels, predictions, weights):
    """Binary accuracy with zero as positive: label >= 0 against prediction >= 0."""
    return mean((labels >= 0) == (predictions >= 0), weights)


@_metric
def _acc2_non0(labels, predictions, weights):
    """Binary accuracy without zeros.

    Samples whose label is exactly 0 are dropped; then label > 0 against
    prediction > 0.
    """
    return mean((labels > 0) == (predictions > 0), weights * (labels != 0))


@_metric
def _f1_has0(labels, predictions, weights):
    """Support-weighted F1 of the two classes of `acc2_has0`, as MMSA."""
    return _prf_has0(labels, predictions, weights)[2]


@_metric
def _f1_non0(labels, predictions, weights):
    """Support-weighted F1 of the two classes of `acc2_non0`, as MMSA."""
    true, said = (labels > 0).astype(int), (predictions > 0).astype(int)
    return weighted_prf(true, said, 2, weights * (labels != 0))[2]


@_metric
def _acc5(labels, predictions, weights):
    """Five-class accuracy: both clipped to [-2, 2], then rounded, half to even."""
    same = sentiment_classes(labels, 2) == sentiment_classes(predictions, 2)
    return mean(same, weights)


@_metric
def _acc7(labels, predictions, weights):
    """Seven-class accuracy: both clipped to [-3, 3], then rounded, half to even."""
    same = sentiment_classes(labels) == sentiment_classes(predictions)
    return mean(same, weights)


@_metric
def _precision_binary(labels, predictions, weights):
    """Support-weighted precision of the two classes of `acc2_has0`.

    The paper's tables give precision, recall and F1 of two and of seven classes and
    say neither which average they take nor what a label of 0 counts as: both are
    chosen here.
    """
    return _prf_has0(labels, predictions, weights)[0]


@_metric
def _recall_binary(labels, predictions, weights):
    """Support-weighted recall of the two classes of `acc2_has0`.

    Averaged by support, recall is the accuracy: equal to `acc2_has0`.
    """
    return _prf_has0(labels, predictions, weights)[1]


@_metric
def _f1_binary(labels, predictions, weights):
    """Support-weighted F1 of two classes: `f1_has0`, under the name of the tables."""
    return _f1_has0(labels, predictions, weights)


@_metric
def _precision_7class(labels, predictions, weights):
    """Support-weighted precision of the seven classes of `acc7`.

    The average is chosen here, as for `precision_binary`.
    """
    return _prf_7class(labels, predictions, weights)[0]


@_metric
def _recall_7class(labels, predictions, weights):
    """Support-weighted recall of the seven classes of `acc7`; equal to `acc7`."""
    return _prf_7class(labels, predictions, weights)[1]


@_metric
def _f1_7class(labels, predictions, weights):
    """Support-weighted F1 of the seven classes of `acc7`."""
    return _prf_7class(labels, predictions, weights)[2]
