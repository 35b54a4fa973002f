"""Marks that samples with the very same features share, and hardly any others.

A mark is a hash of 64 bits: of 100,000 samples two others share one in one of four
billion cases. It differs from process to process, so it is never stored.
"""

from collections.abc import Iterable

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import Split


def same_features(corpus: Corpus) -> dict[str, list]:
    """A mark of the features of each sample, which equal samples share.

    Args:
        corpus: Any corpus. What it streams is read once.

    Returns:
        Dict from the name of a split to a list with a mark a sample, `None` where
        nothing was observed.
    """
    return {name: _marks_of_split(split) for name, split in corpus.splits.items()}


def joined_marks(by_modality: Iterable[list]) -> list[tuple | None]:
    """One mark of each sample from those of its modalities.

    Args:
        by_modality: For each modality a list with a mark a sample, `None` where
            nothing of it was observed.

    Returns:
        A mark a sample, `None` where nothing was observed.
    """
    return [marks if any(marks) else None for marks in zip(*by_modality, strict=True)]


def marks_of(
    frames: np.ndarray, present: np.ndarray, lengths: np.ndarray
) -> list[int | None]:
    """A mark of each sequence in a block of them.

    Args:
        frames: Array `(steps, features)`, the sequences one after the other.
        present: Array `(steps,)`; what is stored elsewhere does not count.
        lengths: Steps of each sequence.

    Returns:
        A mark a sequence, `None` where nothing was observed.
    """
    if not present.all():
        frames = np.where(present[:, None], frames, np.float32(0.0))
    width, found = frames.shape[1] * frames.itemsize, []
    content, seen, observed = frames.tobytes(), present.tobytes(), b"\1"
    ends = np.cumsum(lengths)
    for start, end in zip((ends - lengths).tolist(), ends.tolist(), strict=True):
        steps = seen[start:end]
        mark = hash((content[start * width : end * width], steps))
        found.append(mark if observed in steps else None)
    return found


def _marks_of_split(split: Split) -> list[tuple | None]:
    rows = [split.sequences[name] for name in sorted(split.sequences)]
    return joined_marks(map(_marks_of_rows, rows)) if rows else [None] * len(split)


def _marks_of_rows(rows: Sequences) -> list[int | None]:
    return [
        mark
        for frames, present, lengths in rows.whole_blocks()
        for mark in marks_of(frames, present, lengths)
    ]
