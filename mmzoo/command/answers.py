"""What a model says of every row of a split."""

import numpy as np

from mmzoo.command.fit import answers
from mmzoo.prediction import probabilities
from mmzoo.training.encoding import map_split
from mmzoo.training.measure import predict_sentiment


def scores(model, split):
    """The model's answers: a score a label, or logits of the classes.

    Args:
        model: a model that predicts.
        split: `Split` with all that it reads.

    Returns:
        Array `(N,)`, or `(N, classes)`.
    """
    if hasattr(model, "head"):
        return predict_sentiment(model, split, model.source)
    found = map_split(model, split, model.reads, key=model.target, steps=False)
    return np.stack(found).astype("float64")


def chances(model, split):
    """The probability of each class.

    Args:
        model: a model that answers with classes.
        split: `Split` with all that it reads.

    Returns:
        Array `(N, classes)`.
    """
    return probabilities(scores(model, split))


def check_answers(model, path):
    """Refuse a model that predicts nothing.

    Args:
        model: the model.
        path: its file.
    """
    if not answers(model):
        raise ValueError(
            f"{path}: it translates and predicts no sentiment. Give the model.keras of "
            "a recipe's folder, or train a regressor on its states."
        )
