"""What one pass over the frames of a modality finds: counts, and a mark a sample."""

from dataclasses import dataclass, field

import numpy as np

from mmzoo.data.same_features import marks_of
from mmzoo.data.sequences import Sequences


@dataclass
class FrameTally:
    """What the frames of one modality in one split hold.

    Args:
        nan: Observed values that are NaN.
        inf: Observed values that are infinite.
        observed: Steps that were observed.
        not_observed: Steps that were not.
        most: The size of the largest finite value.
        marks: A mark of each sequence, which equal sequences share; `None` where
            nothing was observed.
        nonzero: Whether each sequence has a finite number but zero.
    """

    nan: int = 0
    inf: int = 0
    observed: int = 0
    not_observed: int = 0
    most: float = 0.0
    marks: list = field(default_factory=list)
    nonzero: list = field(default_factory=list)

    def add(self, frames: np.ndarray, present: np.ndarray, lengths: np.ndarray):
        """Count some more sequences.

        Args:
            frames: Array `(steps, features)` as it is stored, one after the other.
            present: Array `(steps,)`: which steps were observed.
            lengths: Steps of each sequence.
        """
        self.marks += marks_of(frames, present, lengths)
        owner = np.repeat(np.arange(len(lengths)), lengths)
        if not present.all():
            frames, owner = frames[present], owner[present]
        self.observed += len(frames)
        self.not_observed += len(present) - len(frames)
        frames = self._finite(frames)
        self.most = max(self.most, float(np.abs(frames).max(initial=0.0)))
        shown = owner[np.any(frames != 0, axis=1)]
        self.nonzero += (np.bincount(shown, minlength=len(lengths)) > 0).tolist()

    def _finite(self, frames: np.ndarray) -> np.ndarray:
        """The frames with zeros for what is not finite, which is counted."""
        finite = np.isfinite(frames)
        if finite.all():
            return frames
        nan = int(np.isnan(frames).sum())
        self.nan += nan
        self.inf += int((~finite).sum()) - nan
        return np.where(finite, frames, np.float32(0.0))


def tally_of(rows: Sequences) -> FrameTally:
    """Go through all frames of a modality, once.

    Args:
        rows: Its sequences in a split.

    Returns:
        What was found.
    """
    found = FrameTally()
    for frames, present, lengths in rows.whole_blocks():
        found.add(frames, present, lengths)
    return found
