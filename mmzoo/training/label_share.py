"""A corpus of which only a share of the training samples has a label."""

import dataclasses

import numpy as np

from mmzoo.data import Sequences
from mmzoo.data.subset import chosen_share


def with_label_share(corpus, share, seed=0):
    """The corpus with the labels of some training samples, and all frames.

    The others keep their frames, from which a translation still learns; their labels
    are NaN, which batches mask. The labels that are left are spread like all, see
    `Corpus.subset`. Validation and test keep theirs.

    Args:
        corpus: `Corpus`.
        share: float. Of the training samples, above 0 and up to 1.
        seed: int. Of the choice; shares of one seed are nested. Defaults to `0`.

    Returns:
        The corpus.

    Example:
    ```python
    corpus = mmzoo.data.read("sample")
    tenth = mmzoo.training.with_label_share(corpus, 0.1)
    len(tenth.train), int(np.isfinite(tenth.train.labels).sum())  # (1284, 128)
    ```
    """
    if share == 1:
        return corpus
    split = corpus.train
    left = np.ones(len(split), bool)
    left[chosen_share(split, share, seed)] = False
    labels = _without(split.labels, np.flatnonzero(left))
    train = dataclasses.replace(split, labels=labels)
    return dataclasses.replace(corpus, splits={**corpus.splits, "train": train})


def labelled_samples(split):
    """The samples of a split that have any label.

    Args:
        split: `Split`.

    Returns:
        The `Split` of these.
    """
    labels = split.labels
    if isinstance(labels, Sequences):
        known = [np.isfinite(labels[row][0]).any() for row in range(len(split))]
    else:
        known = np.isfinite(labels).reshape(len(split), -1).any(axis=1)
    return split.select(np.flatnonzero(known))


def _without(labels, rows):
    """Labels of which those of some samples are not known."""
    if not isinstance(labels, Sequences):
        labels = labels.astype("float32")
        labels[rows] = np.nan
        return labels
    frames = np.array(labels.frames, "float32")
    for row in rows:
        start = labels.starts[row]
        frames[start : start + labels.lengths[row]] = np.nan
    return dataclasses.replace(labels, frames=frames)
