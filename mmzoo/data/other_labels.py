"""The labels that samples have beside the one that is read."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.corpus_warnings import with_warnings_anew
from mmzoo.data.errors import DataError
from mmzoo.data.filling import refilled
from mmzoo.data.label_choice import chosen_label, told
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.refusals import refuse_labels
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import EMOTIONS, Split
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


def exchanged(
    corpus: Corpus, label: str | int | list, answering: bool = False
) -> Corpus:
    """A corpus with another of its labels in the place of the one that is read.

    Args:
        corpus: Any corpus.
        label: Name or number of the label; a list of several is read at once.
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
    several = isinstance(label, list | tuple)
    for each in label if several else [label]:
        _refuse_shifted(corpus, each)
    asked = dict.fromkeys(
        chosen_label(corpus.label_names, each, corpus.name)
        for each in (label if several else [label])
    )
    names, former = list(asked), corpus.label
    if several and len(names) < 2:
        fault = f"label={label!r} names {len(names)} labels"
        raise DataError(corpus.name, fault, "Name two or more, or one without a list")
    chosen = names if several else names[0]
    if chosen == former:
        return corpus
    meaning = _several(corpus, names, answering) if several else corpus.meanings[chosen]
    splits = {
        key: _exchanged(split, chosen, former, meaning.target)
        for key, split in corpus.splits.items()
    }
    corpus = dataclasses.replace(
        corpus,
        splits=splits,
        label_range=meaning.label_range,
        classes=meaning.classes,
        provenance=_provenance(corpus, names, several, meaning),
    )
    return corpus if answering else _without_unlabelled(corpus)


def _refuse_shifted(corpus: Corpus, label) -> None:
    """Refuse a number that would count past labels which were left aside."""
    names = corpus.label_names
    aside = set(corpus.provenance.get("other_labels", ())) - set(names)
    if aside and str(label).strip().isdigit() and str(label).strip() not in names:
        fault = f"label={label!r}, but it could not carry {', '.join(sorted(aside))}"
        raise DataError(corpus.name, fault, f"Name one of {', '.join(names)}")


def _several(corpus: Corpus, names: list[str], answering: bool) -> LabelMeaning:
    """What several labels say together; each says whether something is so."""
    meanings = [corpus.meanings[name] for name in names]
    for name, meaning in zip(names, meanings, strict=True):
        low, high = meaning.label_range
        classes = len(meaning.classes or (0, 1))
        if classes != 2 or not (low == 0 or answering):
            fault = f"the label {name} has {classes} classes"
            fault = fault if meaning.classes else f"{name} is in [{low:g}, {high:g}]"
            remedy = "Of several at once each has two classes, or 0 where it is not so"
            raise DataError(corpus.name, fault, remedy)
    targets = tuple(meaning.target for meaning in meanings)
    classes = targets if len(set(targets)) == len(names) else tuple(names)
    return LabelMeaning(EMOTIONS, (0, 1), classes)


def _provenance(corpus: Corpus, names: list[str], several: bool, meaning) -> dict:
    """What is told of the labels that are read now, in place of the former."""
    provenance = dict(corpus.provenance)
    former = corpus.label if isinstance(corpus.label, str) else None
    for key in corpus.meanings[former].provenance if former else ():
        provenance.pop(key, None)
    # Those that the data have, but which are not carried, are still told.
    known = dict.fromkeys([*corpus.label_names, *provenance.get("other_labels", ())])
    provenance.pop("other_labels", None)
    choice = told(names if several else names[0], list(known))
    return provenance | choice | meaning.provenance


def _exchanged(split: Split, chosen, former, target: str) -> Split:
    others = dict(split.other_labels)
    if isinstance(former, str):
        others[former] = split.labels
    if isinstance(chosen, str):
        labels = others.pop(chosen)
    else:
        labels = _has_each([others[name] for name in chosen])
    return dataclasses.replace(split, labels=labels, target=target, other_labels=others)


def _has_each(labels: list) -> np.ndarray:
    """Whether each sample has each label, `(samples, labels)`, NaN where unknown."""
    if any(isinstance(each, Sequences) for each in labels):
        fault = "several labels are one a step"
        raise DataError("with_label", fault, "Choose one label alone")
    values = np.stack(labels, axis=1)
    return np.where(np.isnan(values), np.float32(np.nan), values > 0)


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
    names = corpus.label if isinstance(corpus.label, list) else [corpus.label]
    kind = f"without the label {' and '.join(names)}"
    provenance = dict(corpus.provenance)
    provenance["dropped"] = {**provenance.get("dropped", {}), kind: lacking}
    warning = f"left out, {kind}: {lacking}."
    provenance["warnings"] = [*provenance.get("warnings", ()), warning]
    splits = refilled(splits)
    return dataclasses.replace(corpus, splits=splits, provenance=provenance)


def _labelled(labels) -> np.ndarray:
    """Which samples have any label, `(samples,)`."""
    if not isinstance(labels, Sequences):
        return ~np.isnan(labels.reshape(len(labels), -1)).all(axis=1)
    rows = [labels[index][0] for index in range(len(labels))]
    return np.array([not len(row) or not np.isnan(row).all() for row in rows], bool)


def with_label(corpus: Corpus, label: str | int | list) -> Corpus:
    """The corpus of `Corpus.with_label`."""
    found = exchanged(corpus, label)
    for name, split in corpus.splits.items():
        if len(split) and not len(found.splits[name]):
            fault = f"no sample of {name} has the label {found.label}"
            raise DataError(corpus.name, fault, "Choose another label")
        refuse_labels(found.splits[name], name, found, found.name)
    # What was warned of the former classes says nothing of these.
    return with_warnings_anew(found, corpus)
