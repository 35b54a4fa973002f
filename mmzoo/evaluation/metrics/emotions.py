"""Metrics of emotions of which a sample has any number: yes or no, one by one.

Labels and predictions have shape `(N, classes)`, 1 where a sample has the emotion and 0
where it has not; a label that is NaN is not known, and counts in none of them. How
often each sample counts is said by weights, as for the other metrics. Each metric is
that of every emotion by itself, `(..., classes)`, and what is reported is the mean over
the emotions that have a label at all.
"""

import numpy as np

from mmzoo.evaluation.metrics.weighted import enters, evaluate, ratio

EMOTION_METRICS = {}
BY_EMOTION = {}
_enters = enters(EMOTION_METRICS)


def emotion_metrics(labels, predictions, weights=None, names=None):
    """All metrics of emotions by name, each the mean over the emotions.

    Args:
        labels: array of shape `(N, classes)`, 1, 0, or NaN where it is not known.
        predictions: array of shape `(N, classes)`, 1 or 0.
        weights: optional float array of shape `(..., N)`, how often each sample
            counts. Defaults to `None`: once.
        names: which metrics, in order. Defaults to `None`: all.

    Returns:
        dict from a metric's name to a float, or to an array of shape `(...)`.

    Raises:
        ValueError: shapes differ, no label is there, or a value is neither 0 nor 1.
    """
    labels, predictions = _checked(labels, predictions)
    return evaluate(EMOTION_METRICS, labels, predictions, weights, names)


def metrics_by_emotion(labels, predictions, weights=None):
    """The same metrics of each emotion by itself.

    Args:
        labels: as for `emotion_metrics`.
        predictions: likewise.
        weights: likewise.

    Returns:
        dict from a metric's name to an array of shape `(..., classes)`; NaN where an
        emotion has no label.

    Raises:
        ValueError: as of `emotion_metrics`.
    """
    labels, predictions = _checked(labels, predictions)
    weights = np.ones(len(labels)) if weights is None else np.asarray(weights, float)
    cells = _cells(labels, predictions, weights)
    known = sum(cells) > 0
    return {
        name: np.where(known, score(*cells), np.nan)
        for name, score in BY_EMOTION.items()
    }


def _checked(labels, predictions):
    """Both as float64 `(N, classes)`, or one error that says what is wrong."""
    labels = np.asarray(labels, "float64")
    predictions = np.asarray(predictions, "float64")
    if labels.ndim != 2 or labels.shape != predictions.shape or not labels.size:
        raise ValueError(
            "`labels` and `predictions` must have one shape (N, classes), at least 1 "
            f"each; received {labels.shape} and {predictions.shape}."
        )
    for name, values in (
        ("labels", labels[~np.isnan(labels)]),
        ("predictions", predictions),
    ):
        wrong = values[~np.isin(values, (0, 1))]
        if wrong.size:
            raise ValueError(
                f"`{name}` must be 1 where a sample has an emotion, else 0; received "
                f"{wrong.flat[0]}. Pass logits > 0 of what a model says, and "
                "intensities > 0 as labels."
            )
    if np.isnan(labels).all():
        raise ValueError("`labels` are all NaN: there is nothing to compare with.")
    return labels, predictions


def _cells(labels, predictions, weights):
    """Weights `(..., classes)`: true and false positives, false and true negatives."""
    has, said = labels == 1, predictions == 1
    lacks = labels == 0
    parts = (has & said, lacks & said, has & ~said, lacks & ~said)
    return tuple(weights @ part.astype("float64") for part in parts)


def _mean_metric(by_emotion):
    """Enter the mean over the emotions under the name of the function."""
    name = by_emotion.__name__[1:]
    BY_EMOTION[name] = by_emotion

    def metric(labels, predictions, weights):
        cells = _cells(labels, predictions, weights)
        known = sum(cells) > 0
        return ratio((by_emotion(*cells) * known).sum(axis=-1), known.sum(axis=-1))

    metric.__name__, metric.__doc__ = by_emotion.__name__, by_emotion.__doc__
    return _enters(metric)


@_mean_metric
def _mean_weighted_accuracy(hits, alarms, misses, rejections):
    """Weighted accuracy, (TPR + TNR) / 2 of each emotion, averaged over the emotions.

    That of Tong et al. (2017), which papers on CMU-MOSEI report: having an emotion
    weighs as much as having it not, however rare it is. Where an emotion has labels of
    one kind alone, it is their recall.
    """
    positives, negatives = hits + misses, alarms + rejections
    total = ratio(hits, positives) + ratio(rejections, negatives)
    return ratio(total, (positives > 0).astype(float) + (negatives > 0))


@_mean_metric
def _mean_f1_weighted(hits, alarms, misses, rejections):
    """Support-weighted F1 of having an emotion and having it not, then averaged.

    It weighs as many samples as have the emotion, and as have it not, which is
    `average="weighted"` of scikit-learn for each emotion; the mean is over emotions.
    """
    positives, negatives = hits + misses, alarms + rejections
    has = ratio(2 * hits, 2 * hits + alarms + misses)
    lacks = ratio(2 * rejections, 2 * rejections + alarms + misses)
    return ratio(positives * has + negatives * lacks, positives + negatives)


@_mean_metric
def _mean_accuracy(hits, alarms, misses, rejections):
    """Share of right answers for each emotion, averaged over the emotions.

    Of a rare emotion, whoever always says no is right almost always.
    """
    return ratio(hits + rejections, hits + alarms + misses + rejections)


@_mean_metric
def _mean_f1(hits, alarms, misses, rejections):
    """F1 of having an emotion, for each of them, averaged over the emotions."""
    return ratio(2 * hits, 2 * hits + alarms + misses)
