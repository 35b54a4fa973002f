"""What a corpus is warned of, whatever format it was read from."""

import collections
import dataclasses
import itertools

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.facts import flat_labels
from mmzoo.data.split import EMOTIONS


def corpus_warnings(corpus: Corpus) -> list[str]:
    """Warnings about names, groups, modalities and classes.

    Args:
        corpus: Any corpus in which what is zero throughout is marked as absent.

    Returns:
        The warnings.
    """
    return [
        *_repeated_ids(corpus),
        *_shared_groups(corpus),
        *_lacking(corpus),
        *_constant_labels(corpus),
        *_unseen_classes(corpus),
    ]


def _repeated_ids(corpus: Corpus) -> list[str]:
    """A warning about names that stand for several samples."""
    parts = [split.ids for split in corpus.splits.values()]
    # Hashes take less memory than names; equal ones only say that names may be.
    names, total = itertools.chain.from_iterable(parts), sum(map(len, parts))
    hashes = np.fromiter(map(hash, names), "int64", total)
    hashes.sort()
    if (hashes[1:] != hashes[:-1]).all():
        return []
    ids = collections.Counter(itertools.chain.from_iterable(parts))
    twice = [id for id, count in ids.items() if count > 1]
    if not twice:
        return []
    total, samples = len(twice), sum(ids[id] for id in twice)
    return [
        f"{samples} samples share {total} ids (such as {twice[0]}): rows of "
        "predictions cannot be told apart."
    ]


def _shared_groups(corpus: Corpus) -> list[str]:
    """A warning for each two splits that have a group in common.

    Args:
        corpus: Any corpus.

    Returns:
        The warnings, with the number of groups and one of them.
    """
    found, groups = [], {}
    if len(corpus.splits) > 1:
        groups = {name: set(each.groups) for name, each in corpus.splits.items()}
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


def with_warnings_anew(corpus: Corpus, former: Corpus) -> Corpus:
    """The corpus with the warnings on groups and classes that hold for its splits.

    Args:
        corpus: A corpus whose samples, splits or labels were chosen anew.
        former: The corpus that it was made from, whose warnings it has.

    Returns:
        The corpus with a provenance of its own.
    """
    gone = {*_shared_groups(former), *_unseen_classes(former)}
    told = [each for each in corpus.provenance.get("warnings", ()) if each not in gone]
    told += [*_shared_groups(corpus), *_unseen_classes(corpus)]
    told = {"warnings": told} if told or corpus.provenance.get("warnings") else {}
    return dataclasses.replace(corpus, provenance={**corpus.provenance, **told})


def _constant_labels(corpus: Corpus) -> list[str]:
    """A warning where all that training shows is one score."""
    labels = _labels_of_training(corpus)
    if corpus.classes is not None or len(labels) < 2 or len(set(labels)) > 1:
        return []
    return [f"all {len(labels)} labels of train are {labels[0]:g}: nothing is learnt."]


def _unseen_classes(corpus: Corpus) -> list[str]:
    """A warning for each class that the training split does not show.

    Args:
        corpus: Any corpus.

    Returns:
        The warnings, which name the class.
    """
    if corpus.classes is None or "train" not in corpus.splits:
        return []
    if corpus.target == EMOTIONS:
        seen = set(np.flatnonzero((corpus.train.labels == 1).any(axis=0)))
    else:
        seen = set(_labels_of_training(corpus).astype(int))
    return [
        f"no sample of train is {name!r}: the class cannot be learnt."
        for index, name in enumerate(corpus.classes)
        if index not in seen
    ]


def _labels_of_training(corpus: Corpus) -> np.ndarray:
    """All labels of the training split that are known, in one row."""
    labels = flat_labels(corpus.train) if "train" in corpus.splits else np.zeros(0)
    return labels[np.isfinite(labels)]
