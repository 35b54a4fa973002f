"""Cut the longest sequences of a corpus."""

import dataclasses

import numpy as np

from mmzoo.data.audio_file import WAVEFORM
from mmzoo.data.common_steps import lengths_of, steps_differ
from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.filling import refilled
from mmzoo.data.frame_file import FRAMES
from mmzoo.data.provenance import by_split, recorded
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import RECORDED, Split

ENDS = ("first", "last")


def truncated_corpus(
    corpus: Corpus, steps: int, modality: str | None, keep: str
) -> Corpus:
    """The corpus of `Corpus.truncate`."""
    if steps < 1 or steps != int(steps) or keep not in ENDS:
        fault = f"truncate({steps}, keep={keep!r})"
        remedy = 'Give a whole number from 1 on; keep is "first" or "last"'
        raise DataError(corpus.name, fault, remedy)
    names = _cut_names(corpus, modality)
    done = {}
    for name, split in corpus.splits.items():
        for labels in (split.labels, *split.other_labels.values()):
            place = f"{corpus.name}, {name}"
            _refuse_labels(labels, split, place, names, int(steps))
        done[name] = _cut(split, names, int(steps), keep)
    told = {name: counts for name, (_, counts) in done.items()}
    splits = refilled({name: split for name, (split, _) in done.items()})
    emptied = {name: counts["emptied"] for name, counts in told.items()}
    warnings = []
    if any(emptied.values()):
        listed = by_split(emptied)
        warnings.append(
            f"cut to {steps} steps, samples have nothing observed in a modality that "
            f"they had ({listed})."
        )
    before = corpus.provenance.get("truncated", ())
    told = {"steps": int(steps), "keep": keep, "modalities": names, "splits": told}
    shorter = dataclasses.replace(corpus, splits=splits)
    return recorded(shorter, warnings, truncated=[*before, told])


def _cut_names(corpus: Corpus, modality: str | None) -> list[str]:
    """The modalities that are cut."""
    frames = [name for name in corpus.modalities if name not in RECORDED]
    timed = (*frames, FRAMES, WAVEFORM)
    possible = [name for name in corpus.modalities if name in timed]
    if modality is None and frames:
        return frames
    if modality in possible:
        return [modality]
    fault = f"truncate(modality={modality!r}), but there are no such steps to cut"
    remedy = f"Name one of {', '.join(possible)}" if possible else "It has no frames"
    raise DataError(corpus.name, fault, remedy)


def _refuse_labels(
    labels, split: Split, place: str, names: list[str], steps: int
) -> None:
    """Refuse labels a step that would stand beside other steps than before."""
    if not isinstance(labels, Sequences):
        return
    lengths = {**lengths_of(split), "labels": labels.lengths}
    wrong = steps_differ(lengths) & (labels.lengths > steps)
    if set(names) != set(split.sequences):
        fault = f"truncate cuts {' and '.join(names)}, but labels are one a step"
        remedy = (
            "Leave `modality` out, so that all are cut; of recordings keep the frames "
            "alone (`with_modalities`)"
        )
        raise DataError(place, fault, remedy)
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        counts = ", ".join(f"{rows[first]} of {key}" for key, rows in lengths.items())
        fault = f"sample {split.ids[first]!r} has {counts}, so that steps differ"
        raise DataError(place, fault, "Align them first: `corpus.align_to(...)`")


def _cut(split: Split, names: list[str], steps: int, keep: str) -> tuple[Split, dict]:
    """A split of shorter sequences, and the counts of what was cut."""
    told = {"cut": {}, "steps": {}, "emptied": 0}
    emptied, sequences = np.zeros(len(split), bool), dict(split.sequences)
    for name in names:
        rows = split.sequences[name]
        sequences[name] = after = rows.truncate(steps, keep)
        told["cut"][name] = int((rows.lengths > steps).sum())
        told["steps"][name] = [int(rows.lengths.sum()), int(after.lengths.sum())]
        emptied |= rows.observed & ~after.observed
    told["emptied"] = int(emptied.sum())

    def cut(labels):
        steps_each = isinstance(labels, Sequences)
        return labels.truncate(steps, keep) if steps_each else labels

    shorter = dataclasses.replace(
        split,
        sequences=sequences,
        labels=cut(split.labels),
        other_labels={name: cut(each) for name, each in split.other_labels.items()},
        step_ids=None,
    )
    step_ids = _step_ids(split, shorter, steps, keep)
    if split.step_ids is not None and step_ids is None:
        told["step_ids_left_out"] = sum(map(len, split.step_ids))
    return dataclasses.replace(shorter, step_ids=step_ids), told


def _step_ids(split: Split, shorter: Split, steps: int, keep: str):
    """The names of the steps that are left, or `None` where they cannot be told."""
    if split.step_ids is None:
        return None
    unchanged = all(
        np.array_equal(rows.lengths, shorter.sequences[name].lengths)
        for name, rows in split.sequences.items()
    )
    if unchanged:
        return split.step_ids
    both = [{**lengths_of(part)} for part in (split, shorter)]
    both[0]["names"] = np.array([len(row) for row in split.step_ids])
    if any(steps_differ(lengths).any() for lengths in both):
        return None
    part = slice(steps) if keep == "first" else slice(-steps, None)
    return tuple(row[part] for row in split.step_ids)
