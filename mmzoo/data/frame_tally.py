"""What one pass over the frames of a modality finds: counts, and a mark a sample."""

from dataclasses import dataclass, field

import numpy as np

from mmzoo.data.column_edges import ColumnEdges
from mmzoo.data.same_features import marks_of
from mmzoo.data.sequences import Sequences, ends_of


@dataclass
class FrameTally:
    """What the frames of one modality in one split hold.

    Args:
        nan: Observed values that are NaN.
        inf: Observed values that are infinite.
        observed: Steps that were observed.
        not_observed: Steps that were not.
        most: The size of the largest finite value.
        recorded: Whether the modality was recorded: there zero, black and white are
            values, and no sequence is absent.
        thorough: Whether marks are made, and steps of zeros and edges looked for.
        marks: A mark of each sequence, which equal sequences share; `None` where
            nothing was observed.
        shown: Whether each sequence has an observed step, a byte each: a list takes
            eight.
        nonzero: Whether each sequence has a finite number but zero, likewise.
        zero_steps: Observed steps that are zero in all features, in sequences that
            are not zero throughout.
        edges: The edges of each column over the same sequences, `None` where they are
            not looked for.
    """

    nan: int = 0
    inf: int = 0
    observed: int = 0
    not_observed: int = 0
    most: float = 0.0
    recorded: bool = False
    thorough: bool = True
    marks: list = field(default_factory=list)
    shown: bytearray = field(default_factory=bytearray)
    nonzero: bytearray = field(default_factory=bytearray)
    zero_steps: int = 0
    edges: ColumnEdges | None = None

    @property
    def absent(self) -> list[int]:
        """The sequences whose features are there, but are all zero."""
        if self.recorded:
            return []
        shown, nonzero = np.array(self.shown, bool), np.array(self.nonzero, bool)
        return np.flatnonzero(shown & ~nonzero).tolist()

    @property
    def marks_of_present(self) -> list[int | None]:
        """The marks, `None` also for those that are absent."""
        absent = set(self.absent)
        return [None if row in absent else m for row, m in enumerate(self.marks)]

    def add(self, frames: np.ndarray, present: np.ndarray, lengths: np.ndarray):
        """Count some more sequences.

        Args:
            frames: Array `(steps, features)` as it is stored, one after the other.
            present: Array `(steps,)`: which steps were observed.
            lengths: Steps of each sequence.
        """
        if self.thorough:
            self.marks += marks_of(frames, present, lengths)
        owner = np.repeat(np.arange(len(lengths)), lengths)
        if not present.all():
            frames, owner = frames[present], owner[present]
        self.shown += (np.bincount(owner, minlength=len(lengths)) > 0).tobytes()
        self.observed += len(frames)
        self.not_observed += len(present) - len(frames)
        finite, ends = frames, ends_of(frames)
        if not np.isfinite(ends).all():
            finite = self._finite(frames)
            ends = ends_of(finite)
        self.most = max(self.most, *map(abs, ends))
        nonzero = _nonzero(finite, owner, len(lengths))
        self.nonzero += nonzero.tobytes()
        if self.edges is not None:
            self._look_at(frames if nonzero[owner].all() else frames[nonzero[owner]])

    def _look_at(self, frames: np.ndarray) -> None:
        """Count steps of zeros, and the edges of columns, in what is there."""
        self.zero_steps += len(frames) - int(np.any(frames != 0, axis=1).sum())
        self.edges.add(frames)

    def _finite(self, frames: np.ndarray) -> np.ndarray:
        """The frames with zeros for what is not finite, which is counted."""
        finite, nan = np.isfinite(frames), int(np.isnan(frames).sum())
        self.nan += nan
        self.inf += int((~finite).sum()) - nan
        return np.where(finite, frames, np.float32(0.0))


def _nonzero(frames: np.ndarray, owner: np.ndarray, count: int) -> np.ndarray:
    """Which of so many sequences have a value that is not zero."""
    # The first feature tells it of most of them.
    first = frames[:, 0] != 0 if frames.shape[1] else np.zeros(len(frames), bool)
    nonzero = np.bincount(owner[first], minlength=count) > 0
    if not nonzero.all():
        shown = owner[frames.any(axis=1)]
        nonzero = np.bincount(shown, minlength=count) > 0
    return nonzero


def tally_of(rows: Sequences, recorded: bool, thorough: bool = True) -> FrameTally:
    """Go through all frames of a modality, once.

    Args:
        rows: Its sequences in a split.
        recorded: Whether the modality was recorded, such as a picture.
        thorough: Whether to look for what a training should know, too: samples that
            are there twice, steps of zeros, and edges of columns. Defaults to `True`.

    Returns:
        What was found.
    """
    found = FrameTally(recorded=recorded, thorough=thorough)
    if thorough and not recorded:
        found.edges = ColumnEdges(rows.features)
    for frames, present, lengths in rows.whole_blocks():
        found.add(frames, present, lengths)
    return found
