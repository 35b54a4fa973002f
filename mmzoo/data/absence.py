"""Samples whose features are all zero lack the modality: files write absence so."""

import dataclasses

import numpy as np

from mmzoo.data.frame_tally import FrameTally
from mmzoo.data.split import Split


def with_absence_marked(
    splits: dict[str, Split], tallies: dict[str, dict[str, FrameTally]]
) -> tuple[dict[str, Split], dict[str, dict[str, int]]]:
    """Mark features that are zero throughout a sample as not observed there.

    Splits may share an array of frames, so they share what marks its steps.

    Args:
        splits: Dict from the name of a split to its `Split`.
        tallies: What was found in their frames, by split and modality.

    Returns:
        The splits, and the number of steps that were marked, by split and modality.
    """
    present, counts = {}, {}
    for name, split in splits.items():
        counts[name] = {}
        for modality, rows in split.sequences.items():
            absent = tallies[name][modality].absent
            steps = _steps_of(rows, present) if absent else None
            counts[name][modality] = sum(_mark(rows, row, steps) for row in absent)
    return {name: _marked(split, present) for name, split in splits.items()}, counts


def _steps_of(rows, present: dict) -> np.ndarray:
    """Which steps of an array of frames were observed, to be written into."""
    if id(rows.frames) not in present:
        kept = True if rows.present is None else rows.present[:]
        present[id(rows.frames)] = np.full(rows.frames.shape[0], kept)
    return present[id(rows.frames)]


def _mark(rows, row: int, present: np.ndarray) -> int:
    """Mark the steps of one sequence; returns how many were observed before."""
    steps = present[rows.starts[row] : rows.starts[row] + rows.lengths[row]]
    count = int(steps.sum())
    steps[:] = False
    return count


def _marked(split: Split, present: dict) -> Split:
    sequences = {}
    for modality, rows in split.sequences.items():
        found = present.get(id(rows.frames), rows.present)
        sequences[modality] = dataclasses.replace(rows, present=found)
    return dataclasses.replace(split, sequences=sequences)
