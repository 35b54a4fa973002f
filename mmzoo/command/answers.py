"""What a model says of every row of a split."""

from mmzoo.models.answer import probabilities
from mmzoo.training.measure import predictions


def scores(model, split):
    """The model's answers: a score a label, or logits of the classes.

    Args:
        model: a model that predicts.
        split: `Split` with all that it reads.

    Returns:
        Array `(N,)`, or `(N, classes)`.
    """
    return predictions(model, split)


def chances(model, split):
    """The probability of each class; where each is answered by itself, its own.

    Args:
        model: a model that answers with classes.
        split: `Split` with all that it reads.

    Returns:
        Array `(N, classes)`.
    """
    return probabilities(scores(model, split), model.several)


def check_answers(model, path):
    """Refuse a model that predicts nothing.

    Args:
        model: the model.
        path: its file.
    """
    if not model.answers:
        raise ValueError(
            f"{path}: it translates and predicts nothing. Give the model.keras of "
            "a recipe's folder, or train a regressor on its states."
        )
