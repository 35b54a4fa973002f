"""What a corpus is warned of, whatever format it was read from."""

import collections
import itertools

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.sequences import Sequences


def corpus_warnings(corpus: Corpus) -> list[str]:
    """Warnings about names, groups, modalities and classes.

    Args:
        corpus: Any corpus in which what is zero throughout is marked as absent.

    Returns:
        The warnings.
    """
    return [
        *_repeated_ids(corpus),
        *shared_groups(corpus),
        *_lacking(corpus),
        *unseen_classes(corpus),
    ]


def _repeated_ids(corpus: Corpus) -> list[str]:
    """A warning about names that stand for several samples."""
    ids = collections.Counter(
        id for split in corpus.splits.values() for id in split.ids
    )
    twice = [id for id, count in ids.items() if count > 1]
    if not twice:
        return []
    total, samples = len(twice), sum(ids[id] for id in twice)
    return [
        f"{samples} samples share {total} ids (such as {twice[0]}): rows of "
        "predictions cannot be told apart."
    ]


def shared_groups(corpus: Corpus) -> list[str]:
    """A warning for each two splits that have a group in common.

    Args:
        corpus: Any corpus.

    Returns:
        The warnings, with the number of groups and one of them.
    """
    found, groups = [], {name: set(each.groups) for name, each in corpus.splits.items()}
    for first, second in itertools.combinations(groups, 2):
        shared = sorted(groups[first] & groups[second])
        if shared:
            found.append(
                f"{_counted(len(shared), corpus.group_kind)} in both {first} and "
                f"{second} (such as {shared[0]}): results on {second} are too good."
            )
    return found


def _counted(count: int, noun: str) -> str:
    return f"1 {noun} is" if count == 1 else f"{count} {noun}s are"


def _lacking(corpus: Corpus) -> list[str]:
    """A warning for each modality that samples of a split lack."""
    found = []
    for name, split in corpus.splits.items():
        for modality in corpus.modalities:
            missing = int((~split.sequences[modality].observed).sum())
            if missing:
                found.append(
                    f"{missing} of {len(split)} samples of {name} lack {modality}."
                )
    return found


def unseen_classes(corpus: Corpus) -> list[str]:
    """A warning for each class that the training split does not show.

    Args:
        corpus: Any corpus.

    Returns:
        The warnings, which name the class.
    """
    if corpus.classes is None or "train" not in corpus.splits:
        return []
    labels = corpus.train.labels
    if isinstance(labels, Sequences):
        labels = np.concatenate([rows for rows, _ in labels.blocks()])
    seen = set(labels[np.isfinite(labels)].astype(int))
    return [
        f"no sample of train is {name!r}: the class cannot be learnt."
        for index, name in enumerate(corpus.classes)
        if index not in seen
    ]
