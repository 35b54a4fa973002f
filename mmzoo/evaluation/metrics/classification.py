"""Classification metrics: each defined once, in the docstring of its function.

Every metric takes true and predicted classes of shape `(N,)`, counted from 0, and how
often each sample counts; the weights are those of the sentiment metrics, and so is
what a ratio without a denominator counts: 0.
"""

import numpy as np

from mmzoo.evaluation.metrics.weighted import (
    checked,
    class_scores,
    enters,
    evaluate,
    mean,
    ratio,
)

CLASSIFICATION_METRICS = {}
_metric = enters(CLASSIFICATION_METRICS)


def classification_metrics(labels, predictions, weights=None, names=None):
    """All classification metrics by name; `metric_definitions` says what each is.

    Args:
        labels: int array of shape `(N,)`, the true classes, counted from 0.
        predictions: int array of shape `(N,)`, the predicted classes.
        weights: optional float array of shape `(..., N)`, how often each sample
            counts. Defaults to `None`: once.
        names: which metrics, in order. Defaults to `None`: all.

    Returns:
        dict from a metric's name to a float, or to an array of shape `(...)`.

    Raises:
        ValueError: lengths differ, nothing is there, or a value is no class index.
    """
    labels, predictions = checked(labels, predictions)
    labels = class_indices("labels", labels)
    predictions = class_indices("predictions", predictions)
    return evaluate(CLASSIFICATION_METRICS, labels, predictions, weights, names)


def class_indices(name, values, num_classes=None):
    """Values as int64, which they must be already, if only as floats.

    Args:
        name: what they are called in an error.
        values: array of class indices.
        num_classes: how many classes there are. Defaults to `None`: not known.

    Returns:
        int64 array of the same shape.
    """
    values = np.asarray(values)
    end = np.inf if num_classes is None else num_classes
    # NaN is in no range
    fits = (values >= 0) & (values < end) & (values == np.floor(values))
    if not fits.all():
        last = "" if num_classes is None else f" to {num_classes - 1}"
        raise ValueError(
            f"`{name}` must be class indices, whole numbers from 0{last}; received "
            f"{values[~fits].flat[0]}. Pass the argmax of what a classifier says, and "
            "labels as positions in `classes`."
        )
    return values.astype("int64")


def _scores(labels, predictions, weights):
    num_classes = 1 + int(max(labels.max(), predictions.max()))
    return class_scores(labels, predictions, num_classes, weights)


def _average(by_class, weights):
    """Weighted mean over the classes; 0 where no class has weight."""
    return ratio((by_class * weights).sum(axis=-1), weights.sum(axis=-1))


@_metric
def _accuracy(labels, predictions, weights):
    """Share of the samples whose class is predicted.

    Called weighted accuracy (WA) in the literature on emotion in speech: each class
    weighs as many samples as carry its label.
    """
    return mean(labels == predictions, weights)


@_metric
def _uar(labels, predictions, weights):
    """Unweighted average recall: the mean of the recalls of the classes.

    Called unweighted accuracy (UA) too, and balanced accuracy: each class weighs the
    same, however many samples carry its label. The mean is over the classes that
    occur among the labels (in a resample of the bootstrap, among those drawn).
    """
    _, recall, _, support, _ = _scores(labels, predictions, weights)
    return _average(recall, support > 0)


@_metric
def _f1_macro(labels, predictions, weights):
    """Mean of the F1 of the classes that occur among the labels or predictions.

    Each class weighs the same; one that is predicted but never true counts 0, as in
    scikit-learn.
    """
    _, _, f1, support, predicted = _scores(labels, predictions, weights)
    return _average(f1, support + predicted > 0)


@_metric
def _f1_weighted(labels, predictions, weights):
    """Support-weighted F1: each class weighs as many samples as carry its label."""
    _, _, f1, support, _ = _scores(labels, predictions, weights)
    return _average(f1, support)
