"""From a model's outputs to what people are told."""

import keras
import numpy as np


def probabilities(logits):
    """Softmax as an array.

    Args:
        logits: float array `(..., classes)`.

    Returns:
        float array of the same shape.
    """
    return keras.ops.convert_to_numpy(keras.ops.softmax(logits))


def answer_of(row, model):
    """The answer to one sample in words and numbers.

    Args:
        row: array, the sample's logits `(classes,)` or score `()`, with an axis for
            its steps before them where labels are one a step.
        model: what answered, for its `target` and `classes`.

    Returns:
        Dict with the target, and `"probabilities"` by class where there are classes.
    """
    row = np.asarray(row, "float64")
    if not model.classes:
        return {model.target: row.tolist()}
    names = np.array(model.classes)
    chances = probabilities(row)
    told = names[chances.argmax(axis=-1)].tolist()
    by_class = np.moveaxis(chances, -1, 0).tolist()
    found = dict(zip(model.classes, by_class, strict=True))
    return {model.target: told, "probabilities": found}
