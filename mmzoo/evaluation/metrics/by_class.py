"""Scores of each class by itself, and how often each is said: what an average hides."""

import numpy as np

from mmzoo.evaluation.metrics.weighted import class_scores, ratio

# What stands beside the scores: how many of the samples are so, and are said to be.
SHARES = ("share_true", "share_predicted")


def metrics_by_class(labels, predictions, num_classes):
    """Precision, recall and F1 of each class, and its shares of the samples.

    A class that is never predicted has a precision of 0, as in the averages.

    Args:
        labels: int array of shape `(N,)`, the true classes, counted from 0.
        predictions: int array of shape `(N,)`, the predicted classes.
        num_classes: how many classes there are.

    Returns:
        dict from `"precision"`, `"recall"`, `"f1"`, `"share_true"` and
        `"share_predicted"` to an array of shape `(num_classes,)`. The first three are
        NaN where no sample is of the class.

    Example:
    ```python
    true, said = np.array([0, 1, 1]), np.array([1, 1, 1])
    found = mmzoo.evaluation.metrics_by_class(true, said, 2)
    found["recall"].tolist()  # [0.0, 1.0]
    found["share_predicted"].tolist()  # [0.0, 1.0]
    ```
    """
    weights = np.ones(len(labels))
    *scores, support, predicted = class_scores(
        labels, predictions, num_classes, weights
    )
    names = ("precision", "recall", "f1")
    found = {
        name: np.where(support > 0, each, np.nan)
        for name, each in zip(names, scores, strict=True)
    }
    counts = zip(SHARES, (support, predicted), strict=True)
    return found | {name: ratio(each, len(labels)) for name, each in counts}
