"""Metrics of ratings, such as valence from 1 to 5, that have no classes.

They take what the sentiment metrics take; two of them are sentiment metrics as well.
"""

import numpy as np

from mmzoo.evaluation.metrics.sentiment import SENTIMENT_METRICS
from mmzoo.evaluation.metrics.weighted import checked, enters, evaluate, mean, moments

RATING_METRICS = {}
_metric = enters(RATING_METRICS)


def rating_metrics(labels, predictions, weights=None, names=None):
    """All rating metrics by name; `metric_definitions` says what each is.

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
    return evaluate(RATING_METRICS, labels, predictions, weights, names)


@_metric
def _ccc(labels, predictions, weights):
    """Concordance correlation coefficient.

    Twice the covariance over the sum of both variances and the squared distance of
    both means: 1 only where every prediction equals its label. Undefined, as r is,
    where labels or predictions are constant.
    """
    x, y = labels - labels[0], predictions - predictions[0]
    mean_x, variance_x = moments(x, weights)
    mean_y, variance_y = moments(y, weights)
    undefined = (variance_x == 0) | (variance_y == 0)
    apart = mean_x - mean_y + (labels[0] - predictions[0])
    spread = variance_x + variance_y + np.square(apart)
    covariance = mean(x * y, weights) - mean_x * mean_y
    agreement = 2 * covariance / np.where(undefined, 1.0, spread)
    return np.where(undefined, np.nan, agreement)


RATING_METRICS |= {name: SENTIMENT_METRICS[name] for name in ("mae", "pearson")}
