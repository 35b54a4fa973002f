"""What needs no network: the constant and the ridge regression beside every table."""

import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mmzoo.data import Sequences
from mmzoo.training.measure import labelled

MAJORITY = "majority"
RIDGE = "ridge"
ALPHAS = np.logspace(0, 5, 11)


def predict_majority(corpus):
    """The median training label for every test label.

    The median is the constant with the least absolute error, and on the majority's
    side of zero, so it is the majority class of the binary metrics as well.

    Args:
        corpus: `Corpus`.

    Returns:
        Array `(N,)`.
    """
    labels = labelled(corpus.test)[0]
    return np.full(labels.shape, np.median(labelled(corpus.train)[0]), "float64")


def predict_ridge(corpus, modalities):
    """Ridge regression on the features of a step, or on their mean over a sequence.

    The penalty is chosen by leave-one-out on the training split.

    Args:
        corpus: `Corpus`.
        modalities: list of the modalities to read.

    Returns:
        Array `(N,)`.
    """
    train, test = (
        _features(corpus.splits[name], modalities) for name in ("train", "test")
    )
    model = make_pipeline(StandardScaler(), _Clip(), RidgeCV(ALPHAS))
    model.fit(train, labelled(corpus.train)[0])
    return model.predict(test)


def _features(split, modalities):
    """`(N, features)`: the modalities of each label, side by side."""
    per_step = isinstance(split.labels, Sequences)
    columns = []
    for name in sorted(modalities):
        rows = [split.sequences[name][i] for i in range(len(split))]
        if per_step:
            columns.append(np.concatenate([frames for frames, _ in rows]))
        else:
            columns.append(np.stack([_mean(*row) for row in rows]))
    return np.concatenate(columns, axis=1)


def _mean(frames, present):
    return frames[present].mean(axis=0) if present.any() else np.zeros(frames.shape[1])


class _Clip:
    """Limit outliers as `MaskedNormalization` does."""

    def fit(self, values, labels=None):
        return self

    def transform(self, values):
        return np.clip(values, -5.0, 5.0)
