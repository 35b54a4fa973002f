"""From a model's outputs to what people are told."""

import keras
import numpy as np

# The target whose classes are answered yes or no, each by itself.
EMOTIONS = "emotions"


def probabilities(logits, several=False):
    """Softmax as an array, or the sigmoid where a sample has any number of classes.

    Args:
        logits: float array `(..., classes)`.
        several: whether each class is answered by itself. Defaults to `False`.

    Returns:
        float array of the same shape.
    """
    squash = keras.ops.sigmoid if several else keras.ops.softmax
    return keras.ops.convert_to_numpy(squash(logits))


def said_of(logits, several=False):
    """What logits say: the class of each answer, or whether it has each class.

    Args:
        logits: float array `(..., classes)`.
        several: whether each class is answered by itself. Defaults to `False`.

    Returns:
        Array `(...)` of indices; where each class is answered by itself 1.0 and 0.0
        `(..., classes)`: 1 where its logit is above 0.
    """
    logits = np.asarray(logits)
    return (logits > 0).astype("float64") if several else logits.argmax(axis=-1)


def answer_of(row, model):
    """The answer to one sample in words and numbers.

    Args:
        row: array, the sample's logits `(classes,)` or score `()`, with an axis for
            its steps before them where labels are one a step.
        model: what answered, for its `target` and `classes`.

    Returns:
        Dict with the target, and `"probabilities"` by class where there are classes;
        where each of these is answered by itself, the target holds the list of those
        that are more probable than not.
    """
    row = np.asarray(row, "float64")
    if not model.classes:
        return {model.target: row.tolist()}
    names, several = np.array(model.classes), model.target == EMOTIONS
    chances, said = probabilities(row, several), said_of(row, several)
    told = names[said > 0 if several else said].tolist()
    by_class = np.moveaxis(chances, -1, 0).tolist()
    found = dict(zip(model.classes, by_class, strict=True))
    return {model.target: told, "probabilities": found}
