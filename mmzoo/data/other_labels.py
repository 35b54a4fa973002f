"""The labels that samples have beside the one that is read."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from mmzoo.data.cleaning import check_labels, unseen_classes
from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.filling import refilled
from mmzoo.data.label_choice import chosen_label, told
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import Split
from mmzoo.reading import parsing


def carrying(
    corpus: Corpus,
    names: Sequence[str],
    chosen: str,
    read_one: Callable[[str], tuple[dict, LabelMeaning]],
    own: dict | None = None,
) -> Corpus:
    """A corpus that has its other labels, too.

    One that cannot be used is left out, with a warning: nobody asked for it.

    Args:
        corpus: What was read with one of the labels.
        names: Names of all labels, in their order.
        chosen: The one that was read.
        read_one: Function from the name of another to its labels by split, and their
            meaning; it raises `DataError` where they cannot be used.
        own: What the provenance tells of the chosen one alone; nothing where not given.

    Returns:
        The corpus; as it was where there is no other label.
    """
    meanings, splits, unusable = {}, corpus.splits, []
    for name in dict.fromkeys([*names, chosen]):
        if name == chosen:
            says = (corpus.target, corpus.label_range, corpus.classes)
            meanings[name] = LabelMeaning(*says, own or {})
            continue
        try:
            with parsing(corpus.name):
                labels, meaning = read_one(name)
                splits = _with_other(splits, name, labels)
            meanings[name] = meaning
        except DataError as error:
            unusable.append(f"the label {name} is left aside: {error.fault}.")
    warnings = [*corpus.provenance.get("warnings", ()), *unusable]
    provenance = corpus.provenance | ({"warnings": warnings} if unusable else {})
    several = meanings if len(meanings) > 1 else {}
    return dataclasses.replace(
        corpus, splits=splits, meanings=several, provenance=provenance
    )


def _with_other(splits: dict[str, Split], name: str, labels: dict) -> dict[str, Split]:
    return {
        key: dataclasses.replace(
            split, other_labels={**split.other_labels, name: labels[key]}
        )
        for key, split in splits.items()
    }


def exchanged(corpus: Corpus, label: str | int, answering: bool = False) -> Corpus:
    """A corpus with another of its labels in the place of the one that is read.

    Args:
        corpus: Any corpus.
        label: Name or number of the label.
        answering: Whether samples without it are kept, with NaN in its place.
            Defaults to `False`: they are left out and counted.

    Returns:
        The corpus, whose labels are not checked yet.

    Raises:
        DataError: If there is no such label.
    """
    hint = corpus.target, corpus.provenance.get("label")
    if not corpus.meanings and label in hint:
        return corpus
    name, former = chosen_label(corpus.label_names, label, corpus.name), corpus.label
    if name == former:
        return corpus
    meaning, provenance = corpus.meanings[name], dict(corpus.provenance)
    for key in corpus.meanings[former].provenance:
        provenance.pop(key, None)
    provenance |= told(name, _all_named(corpus)) | meaning.provenance
    splits = {
        key: _exchanged(split, name, former, meaning.target)
        for key, split in corpus.splits.items()
    }
    corpus = dataclasses.replace(
        corpus,
        splits=splits,
        label_range=meaning.label_range,
        classes=meaning.classes,
        provenance=provenance,
    )
    return corpus if answering else _without_unlabelled(corpus)


def _all_named(corpus: Corpus) -> list[str]:
    """The labels that the data have, those among them that are not carried."""
    others = corpus.provenance.get("other_labels", ())
    return list(dict.fromkeys([*corpus.label_names, *others]))


def _exchanged(split: Split, name: str, former: str, target: str) -> Split:
    others = {**split.other_labels, former: split.labels}
    labels = others.pop(name)
    return dataclasses.replace(split, labels=labels, target=target, other_labels=others)


def _without_unlabelled(corpus: Corpus) -> Corpus:
    """The corpus without the samples that have no label, which are counted."""
    kept = {name: _labelled(split.labels) for name, split in corpus.splits.items()}
    lacking = sum(int((~each).sum()) for each in kept.values())
    if not lacking:
        return corpus
    splits = {
        name: split.select(np.flatnonzero(kept[name]))
        for name, split in corpus.splits.items()
    }
    kind, provenance = f"without the label {corpus.label}", dict(corpus.provenance)
    provenance["dropped"] = {**provenance.get("dropped", {}), kind: lacking}
    warning = f"left out, {kind}: {lacking}."
    provenance["warnings"] = [*provenance.get("warnings", ()), warning]
    splits = refilled(splits)
    return dataclasses.replace(corpus, splits=splits, provenance=provenance)


def _labelled(labels) -> np.ndarray:
    """Which samples have any label, `(samples,)`."""
    if not isinstance(labels, Sequences):
        return ~np.isnan(labels)
    rows = [labels[index][0] for index in range(len(labels))]
    return np.array([not len(row) or not np.isnan(row).all() for row in rows], bool)


def with_label(corpus: Corpus, label: str | int) -> Corpus:
    """The corpus of `Corpus.with_label`."""
    found = exchanged(corpus, label)
    for name, split in corpus.splits.items():
        if len(split) and not len(found.splits[name]):
            fault = f"no sample of {name} has the label {found.label}"
            raise DataError(corpus.name, fault, "Choose another label")
    check_labels(found, found.name)
    # What was warned of the former classes says nothing of these.
    former = unseen_classes(corpus)
    warnings = [
        each for each in found.provenance.get("warnings", ()) if each not in former
    ]
    provenance = {**found.provenance, "warnings": [*warnings, *unseen_classes(found)]}
    return dataclasses.replace(found, provenance=provenance)
