"""What is refused in a corpus, whatever format it was read from."""

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.frame_tally import FrameTally
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import EMOTIONS, SPLITS, Split

# The largest feature: normalisation squares and adds, and float32 ends at 3e38.
MOST = 1e15


def refuse_empty_splits(corpus: Corpus, path) -> None:
    """Refuse a split without samples.

    Args:
        corpus: What was read.
        path: Where it came from, for the error.

    Raises:
        DataError: If there is one.
    """
    for name in SPLITS:
        if name not in corpus.splits or not len(corpus.splits[name]):
            raise DataError(
                path,
                f"the split {name!r} is empty",
                "Each of train, valid and test needs samples",
            )


def refuse_unlike_splits(corpus: Corpus, path) -> None:
    """Refuse modalities or targets that differ between the splits.

    Args:
        corpus: What was read.
        path: Where it came from, for the error.

    Raises:
        DataError: If they do.
    """
    targets = {name: split.target for name, split in corpus.splits.items()}
    if len(set(targets.values())) > 1:
        fault = f"the targets of its splits are {targets}"
        raise DataError(path, fault, "Give every split the same target")
    reference, first = corpus.input_dims, next(iter(corpus.splits))
    for name, split in corpus.splits.items():
        found = {key: rows.features for key, rows in split.sequences.items()}
        if found != reference:
            raise DataError(
                path,
                f"features by modality are {found} in {name} and {reference} in "
                f"{first}",
                "Write the same modalities and widths in every split",
            )


def refuse_unknown_modalities(corpus: Corpus, modalities: list[str], path) -> None:
    """Refuse modalities that are asked for and are not there.

    Args:
        corpus: What was read.
        modalities: What was asked for.
        path: Where it came from, for the error.

    Raises:
        DataError: If one is not there, or none was named.
    """
    missing = [name for name in modalities if name not in corpus.modalities]
    if missing or not modalities:
        raise DataError(
            path,
            f"modalities={list(modalities)} of a corpus with {corpus.modalities}",
            "Name some of these, or read it by another protocol",
        )


def refuse_labels(split: Split, name: str, corpus: Corpus, path) -> None:
    """Refuse a label that is not finite, is outside the range, or names no class.

    Args:
        split: Any split of the corpus.
        name: Its name.
        corpus: What was read.
        path: Where it came from, for the error.

    Raises:
        DataError: If there is such a label, or a sample has more or fewer labels than
            steps where each step has one.
    """
    labels = split.labels
    if isinstance(labels, Sequences):
        if np.any(labels.lengths != split.lengths):
            raise DataError(
                path,
                f"some samples of {name} have more or fewer labels than steps",
                "Give every step one label",
            )
        # Read past the cleaning of streamed frames, which would hide a NaN.
        labels = np.concatenate([rows for rows, _ in labels.blocks(raw=True)])[:, 0]
    if corpus.target == EMOTIONS:
        # What a sample does not say of a class is masked.
        labels = labels[~np.isnan(labels)]
    low, high = corpus.label_range
    outside = np.flatnonzero(~((labels >= low) & (labels <= high)))
    if len(outside):
        raise DataError(
            path,
            f"{len(outside)} labels of {name} are outside [{low:g}, {high:g}], "
            f"the first is {labels[outside[0]]:g}",
            "Correct or remove these samples",
        )
    between = labels[labels != np.round(labels)]
    if corpus.classes is not None and len(between):
        raise DataError(
            path,
            f"{len(between)} labels of {name} are no index of a class, "
            f"the first is {between[0]:g}",
            f"Labels are whole numbers from 0 to {high:g}",
        )


def refuse_frames(
    tally: FrameTally, place: str, path, strict: bool, answering: bool
) -> None:
    """Refuse features that no model can make use of.

    Args:
        tally: What was found in a modality of a split.
        place: Which modality and split, for the error.
        path: Where the corpus came from, for the error.
        strict: Whether what is not finite is refused.
        answering: Whether a modality may be zero throughout.

    Raises:
        DataError: If the features are such.
    """
    if tally.most > MOST:
        raise DataError(
            path,
            f"the {place} goes up to {tally.most:g}; of more than {MOST:g} no square "
            "fits",
            "Scale its features, or leave the modality out (`modalities=`)",
        )
    if tally.observed and not (any(tally.nonzero) or answering):
        raise DataError(
            path,
            f"the {place} is zero throughout",
            "Extract its features again, or leave the modality out (`modalities=`)",
        )
    if strict and tally.nan + tally.inf:
        raise DataError(
            path,
            f"the {place} has {tally.nan} NaN and {tally.inf} infinite values",
            "Correct them, or read without `strict` to have them set to the mean",
        )
