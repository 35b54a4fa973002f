"""The model and the rows that a command names."""

import dataclasses
import functools
import os
import threading
from concurrent import futures
from pathlib import Path

import numpy as np

from mmzoo.command.fit import check_fit, label_fault
from mmzoo.command.train_arguments import READING
from mmzoo.command.trusted import load_trusted
from mmzoo.data import Corpus, DataError, Sequences, Split, read, rows_to_answer
from mmzoo.data.readers.hdf5_file import is_hdf5
from mmzoo.data.speaker_normalization import (
    FEW_RECORDINGS,
    few_recordings,
    speakers_heard,
)
from mmzoo.training.measure import labelled
from mmzoo.training.model_inputs import with_inputs

# Reasons that a command has room for.
NAMED = 10


@dataclasses.dataclass(frozen=True, eq=False)
class _Opened:
    """A model and the rows that it is to answer.

    Args:
        model: the model.
        corpus: `Corpus` of all rows that can be read.
        split: `Split` of those to answer, with all that the model reads.
        labels: label of each answer, NaN where there is none.
        ids: name of each answer.
        groups: group of each answer.
        told: sentence that says which rows were taken.
        missing: for each row without an answer a dict with `id`, `group`, `reason`.
    """

    model: object
    corpus: Corpus
    split: Split
    labels: np.ndarray
    ids: tuple[str, ...]
    groups: tuple[str, ...]
    told: str
    missing: list[dict[str, str]]

    def lines(self, others=()):
        """How much was read and of how much a modality is missing, a line each.

        Args:
            others: modalities that were read, if they are not the model's source.

        Returns:
            An iterator of str.
        """
        modalities = list(others) or self.model.source
        count, size = int(np.isfinite(self.labels).sum()), len(self.split)
        read_from = " and ".join(modalities)
        yield f"{self.corpus.name}: {self.told}"
        yield f"{count} labels of {size} samples, read from {read_from}"
        for name in modalities:
            lacking = size - int(_observed(self.model, self.split, name).sum())
            if lacking:
                yield f"warning: {lacking} of {size} samples lack {name}"
        for name in self.model.speaker_normalized:
            few, least = self._few(name), FEW_RECORDINGS
            if few:
                yield f"warning: {few} speakers have fewer than {least} recordings"
        if self.model.answers:
            fault = label_fault(self.model, self.corpus, self.labels)
            yield from [f"warning: {fault}"] if fault else []
        for warning in self.corpus.provenance.get("warnings", ()):
            if "without labels" in warning:
                yield f"warning: {warning}"

    def _few(self, name):
        """How many speakers have few recordings of a modality."""
        rows = self.split.sequences[name]
        return few_recordings(speakers_heard(rows, self.split.groups))

    def reasons(self, verb="answered"):
        """Why not every row was answered, a line each; the first ten are named.

        Args:
            verb: what was done with the others. Defaults to `"answered"`.

        Returns:
            An iterator of str; empty where nothing is missing.
        """
        if self.missing:
            yield f"not {verb}: {len(self.missing)}"
        for each in self.missing[:NAMED]:
            yield f"  {each['id']}: {each['reason']}"
        if len(self.missing) > NAMED:
            yield f"  and {len(self.missing) - NAMED} more"


def open_rows(arguments, comparing=False):
    """Read the model and the rows of a command.

    Args:
        arguments: words of the command line, as `parse` returns them.
        comparing: whether the labels must be such as the model answers with.

    Returns:
        `_Opened`.
    """
    model, corpus = _model_and_corpus(arguments)
    rows = rows_to_answer(corpus, arguments.split)
    check_fit(model, corpus, rows.split, arguments.data, comparing)
    split, missing = _with_something(model, rows.split)
    if not len(split):
        raise ValueError(f"{arguments.data}: of {rows.told} {missing[0]['reason']}.")
    if "order" in corpus.provenance:
        order = np.argsort([*places(corpus, split.ids)], kind="stable")
        split = split.select(order)
    read, split, alone = _read(model, corpus, split)
    labels, ids, groups = labelled(split)
    missing = [*rows.left_out, *missing, *alone]
    return _Opened(model, corpus, read, labels, ids, groups, rows.told, missing)


def _model_and_corpus(arguments):
    """The model, and beside it the corpus, where no Keras takes part in reading it."""
    how = {name: getattr(arguments, name) for name in READING}
    reading = functools.partial(
        read, arguments.data, arguments.protocol, answering=True, **how
    )
    if not (os.path.isfile(arguments.data) and is_hdf5(Path(arguments.data))):
        return load_trusted(arguments), reading()
    corpus = futures.Future()
    # A daemon: what is wrong with the model ends a command that reads a long file.
    threading.Thread(target=_fulfil, args=(corpus, reading), daemon=True).start()
    return load_trusted(arguments), corpus.result()


def _fulfil(future, make):
    """Give a future what a function returns, or raises."""
    try:
        future.set_result(make())
    except BaseException as error:
        future.set_exception(error)


def _observed(model, split, name):
    """Which samples have a modality that the model reads, `(samples,)`."""
    front_end = model.front_ends.get(name)
    if front_end is not None and front_end.raw == "tokens":
        return np.array([bool(words.strip()) for words in split.words or ()])
    raw = front_end.raw if front_end is not None else name
    return split.observed(raw if raw in split.sequences else name)


def _with_something(model, split):
    """The samples that have anything the model reads, and a reason for the others."""
    found = np.any([_observed(model, split, name) for name in model.source], axis=0)
    reason = f"it has no {' and no '.join(model.source)}, so there is nothing to answer"
    missing = [
        {"id": split.ids[index], "group": split.groups[index], "reason": reason}
        for index in np.flatnonzero(~found)
    ]
    return (split.select(np.flatnonzero(found)) if missing else split), missing


def _read(model, corpus, split):
    """The samples as the model reads them, those that it can, and a reason for others.

    Of a speaker who says too little to be standardised by, no row has an answer.
    """
    try:
        return with_inputs(model, corpus, _with_any_labels(split)), split, []
    except DataError:
        reasons = _of_speakers(model, corpus, split) if model.speaker_normalized else {}
        missing = [
            {"id": id, "group": group, "reason": reasons[group]}
            for id, group in zip(split.ids, split.groups, strict=True)
            if group in reasons
        ]
        if not 0 < len(missing) < len(split):
            raise
    split = split.select([i for i, g in enumerate(split.groups) if g not in reasons])
    return with_inputs(model, corpus, _with_any_labels(split)), split, missing


def _of_speakers(model, corpus, split):
    """Why the samples of some speakers cannot be read, a dict by speaker."""
    reasons = {}
    for name in dict.fromkeys(split.groups):
        own = split.select([i for i, each in enumerate(split.groups) if each == name])
        try:
            with_inputs(model, corpus, _with_any_labels(own))
        except DataError as error:
            reasons[name] = str(error)
    return reasons


def places(corpus, ids):
    """Where each row stands in the file; what is not known stands last.

    Args:
        corpus: `Corpus`.
        ids: names of rows.

    Returns:
        An iterator of int.
    """
    order = corpus.provenance.get("order", ())
    place = {name: number for number, name in enumerate(order)}
    return (place.get(str(name), len(place)) for name in ids)


def _with_any_labels(split):
    """The same samples with 0 for labels that are not there: no batch holds a NaN."""
    labels = split.labels
    if isinstance(labels, Sequences):
        labels = dataclasses.replace(labels, frames=np.nan_to_num(labels.frames))
    elif np.isnan(labels).any():
        labels = np.nan_to_num(labels)
    return dataclasses.replace(split, labels=labels)
