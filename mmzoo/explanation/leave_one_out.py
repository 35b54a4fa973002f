"""What an answer owes to each modality: what becomes of it where that is missing."""

import dataclasses

import numpy as np

from mmzoo.models.answer import probabilities
from mmzoo.training.measure import predictions_in_parts

# What a person has to know who reads the contributions.
NOTE = (
    "A contribution is the answer with all modalities less the answer without one. "
    "Contributions do not add up to the answer: what two modalities both tell is "
    "missed with neither, and what only both together tell is missed with either."
)


def answers_in_parts(model, split):
    """The model's answers to some rows at a time, while they are computed.

    Args:
        model: a model that predicts.
        split: `Split` with all that it reads.

    Returns:
        An iterator of arrays: `(rows, classes)` of probabilities where the model
        answers with classes, else `(rows,)` of scores.
    """
    for part in predictions_in_parts(model, split):
        yield probabilities(part, model.several) if model.classes else part


def _without(model, split, name):
    """The same samples, of which none has a modality: its steps are all masked."""
    hidden = {}
    for key in _keys(model, split, name):
        rows = split.sequences[key]
        # No memory, however many steps there are.
        nothing = np.broadcast_to(np.False_, rows.frames.shape[:1])
        hidden[key] = dataclasses.replace(rows, present=nothing)
    return dataclasses.replace(split, sequences={**split.sequences, **hidden})


def explained_in_parts(model, split):
    """The answers to some rows at a time, with all modalities and without each.

    Args:
        model: a model that answers.
        split: `Split` with what the model reads to answer.

    Returns:
        An iterator of pairs: answers as `answers_in_parts` gives them, and a dict from
        each modality of `model.source` to the answers without it; NaN where a sample
        lacks it anyway, or has nothing else.
    """
    can = _can_be_left_out(model, split)
    asked = [name for name, rows in can.items() if rows.any()]
    others = [answers_in_parts(model, _without(model, split, name)) for name in asked]
    first = 0
    for whole, *lacking in zip(answers_in_parts(model, split), *others, strict=True):
        part = slice(first, first := first + len(whole))
        found = {name: np.full_like(whole, np.nan) for name in can}
        for name, each in zip(asked, lacking, strict=True):
            found[name][can[name][part]] = each[can[name][part]]
        yield whole, found


def contribution(model, whole, lacking):
    """What a modality adds to an answer.

    Args:
        model: what answered.
        whole: float array, the answer with all modalities: a score `(...)`, or the
            probability of each class `(..., classes)`.
        lacking: the same without the modality.

    Returns:
        Float array, `whole - lacking`: of the score; of the probability of the class
        that is predicted with all modalities; where a sample has any number of classes,
        of the probability of each, `(..., classes)`.
    """
    change = whole - lacking
    if not model.classes or model.several:
        return change
    said = whole.argmax(axis=-1)[..., None]
    return np.take_along_axis(change, said, axis=-1)[..., 0]


def _keys(model, split, name):
    """The names under which a split has a modality: as frames, and as recorded."""
    front_end = model.front_ends.get(name)
    names = [name, *([front_end.raw] if front_end is not None else [])]
    return [key for key in names if key in split.sequences]


def observed(model, split):
    """Which samples have each modality that the model reads.

    Args:
        model: a model of mmzoo.
        split: `Split` with what the model reads to answer.

    Returns:
        Dict from modality to a bool array `(samples,)`.
    """
    read, found = set(model.reads_to_answer), {}
    for name in model.source:
        (key,) = read.intersection(_keys(model, split, name))
        found[name] = split.observed(key)
    return found


def _can_be_left_out(model, split):
    """For each modality the rows that have it, and another beside it, `(rows,)`."""
    has = observed(model, split)
    several = np.sum([*has.values()], axis=0) > 1
    steps = split.lengths if model.labels_per == "step" else 1
    return {name: np.repeat(each & several, steps) for name, each in has.items()}
