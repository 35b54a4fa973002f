"""Scores as classes: for a model that chooses among them, where others regress."""

import dataclasses

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.other_labels import with_label
from mmzoo.data.sequences import Sequences

# What the provenance tells: the name of the scores, which stay among the labels.
OF = "in_classes_of"


def in_classes(corpus: Corpus, count: int) -> Corpus:
    """The corpus of `Corpus.in_classes`."""
    _refuse(corpus, count)
    former, (low, high) = corpus.label, corpus.label_range
    step, half = (high - low) / (count - 1), count // 2
    middle = (low + high) / 2

    def place(scores):
        # Halves to the even neighbour, as `acc7` rounds; NaN stays NaN.
        return np.round((np.clip(scores, low, high) - middle) / step) + half

    name = f"{former}_in_{count}_classes"
    scores = np.linspace(low, high, count)
    names = tuple(f"{each:+g}" if each else "0" for each in scores)
    classes = LabelMeaning(corpus.target, (0, count - 1), names, {OF: former})
    own = {former: LabelMeaning(corpus.target, corpus.label_range)}
    meanings = {**(corpus.meanings or own), name: classes}
    splits = {key: _with(each, name, place) for key, each in corpus.splits.items()}
    corpus = dataclasses.replace(corpus, splits=splits, meanings=meanings)
    return with_label(corpus, name)


def in_scores(corpus: Corpus) -> Corpus:
    """The corpus with the scores that its classes were made of.

    Args:
        corpus: Any corpus.

    Returns:
        The corpus with them as labels; as it was where no scores are in classes.
    """
    return with_label(corpus, corpus.provenance[OF]) if _is_made(corpus) else corpus


def class_scores(corpus: Corpus) -> np.ndarray | None:
    """The score that each class stands for.

    Args:
        corpus: Any corpus.

    Returns:
        Array `(classes,)`, or `None` where no scores are in classes.
    """
    if not _is_made(corpus):
        return None
    low, high = corpus.meanings[corpus.provenance[OF]].label_range
    return np.linspace(low, high, len(corpus.classes))


def _is_made(corpus: Corpus) -> bool:
    return bool(corpus.classes) and corpus.provenance.get(OF) in corpus.meanings


def _with(split, name: str, place):
    """The split with its labels in classes among the others."""
    labels = split.labels
    if isinstance(labels, Sequences):
        labels = dataclasses.replace(labels, frames=place(labels.frames[:]))
    else:
        labels = place(labels)
    return dataclasses.replace(split, other_labels={**split.other_labels, name: labels})


def _refuse(corpus: Corpus, count: int) -> None:
    if corpus.classes:
        fault = f"in_classes({count}) of labels that are classes: {corpus.classes}"
        raise DataError(corpus.name, fault, "Only scores are put in classes")
    if count < 3 or count % 2 == 0 or count != int(count):
        fault = f"in_classes({count})"
        remedy = "Give an odd number from 3: the middle of the range is a class"
        raise DataError(corpus.name, fault, remedy)
