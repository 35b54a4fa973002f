"""Alignment in time as the CMU-MultimodalSDK does it.

A frame belongs to a span that it overlaps by more than a hundred thousandth of a
second, the tolerance of the SDK; what only touches it does not. All frames count the
same, however long they overlap it.
"""

from dataclasses import dataclass

import numpy as np

# Seconds, of overlaps and of the lengths of intervals.
EPSILON = 1e-5


@dataclass(frozen=True, eq=False)
class Track:
    """Frames of a video, in the order of their starts.

    Args:
        intervals: `(frames, 2)`, start and end in seconds.
        frames: `(frames, features)`, or texts `(frames,)`.
        present: `(frames,)`, whether each was observed.
        imputed: `(frames,)`, which are zeros because nothing was there; `None` where
            none is.
    """

    intervals: np.ndarray
    frames: np.ndarray
    present: np.ndarray
    imputed: np.ndarray | None = None

    def __len__(self):
        return len(self.frames)

    def at(self, rows: np.ndarray) -> "Track":
        """The frames at some places."""
        imputed = None if self.imputed is None else self.imputed[rows]
        parts = (self.intervals[rows], self.frames[rows], self.present[rows])
        return Track(*parts, imputed)


def observed(frames: np.ndarray) -> np.ndarray:
    """Which frames were observed: those that are not zero in all features."""
    return (
        np.any(frames != 0, axis=1) if frames.ndim > 1 else np.ones(len(frames), bool)
    )


def track_of(intervals: np.ndarray, frames: np.ndarray) -> Track:
    """A track of frames in any order, without those whose interval has no length.

    Args:
        intervals: `(frames, 2)`.
        frames: `(frames, features)`, or texts `(frames,)`.

    Returns:
        The track. A frame that is zero in all features was not observed.
    """
    with np.errstate(invalid="ignore"):
        usable = np.flatnonzero(intervals[:, 1] - intervals[:, 0] > EPSILON)
    order = usable[np.argsort(intervals[usable, 0], kind="stable")]
    intervals, frames = intervals[order], frames[order]
    return Track(intervals, frames, observed(frames))


def overlapping(intervals: np.ndarray, spans: np.ndarray) -> list[np.ndarray]:
    """Which intervals overlap each span.

    Args:
        intervals: `(frames, 2)`, in the order of their starts.
        spans: `(spans, 2)`.

    Returns:
        Places of intervals, an array a span.
    """
    starts, ends = intervals.T
    first = np.searchsorted(np.maximum.accumulate(ends), spans[:, 0], "right")
    last = np.searchsorted(starts, spans[:, 1], "left")
    found = []
    for (low, high), begin, end in zip(spans, first, last, strict=True):
        rows = np.arange(begin, max(begin, end))
        shared = np.minimum(ends[rows], high) - np.maximum(starts[rows], low)
        found.append(rows[shared > EPSILON])
    return found


def collapsed(track: Track, spans: np.ndarray, strict: bool = False) -> Track:
    """One frame a span: the mean of those that overlap it.

    Args:
        track: The frames.
        spans: `(spans, 2)`.
        strict: Whether values that are not finite make the mean so, too. They take no
            part in it otherwise. Defaults to `False`.

    Returns:
        The track of the spans. Without any frame a span has zeros, not observed.
    """
    frames = np.zeros((len(spans), track.frames.shape[1]), "float64")
    found = overlapping(track.intervals, spans)
    for place, rows in enumerate(found):
        if len(rows):
            frames[place] = _mean(track.frames[rows], strict)
    imputed = np.array([not len(rows) for rows in found], bool)
    return Track(spans, frames, observed(frames), imputed)


def _mean(frames: np.ndarray, strict: bool) -> np.ndarray:
    finite = np.isfinite(frames)
    if strict or finite.all():
        return frames.mean(axis=0, dtype="float64")
    counts = finite.sum(axis=0)
    sums = frames.sum(axis=0, where=finite, dtype="float64")
    return np.divide(sums, counts, where=counts > 0, out=np.full(len(sums), np.nan))


def texts_at(track: Track, spans: np.ndarray) -> tuple[str, ...]:
    """The text that overlaps each span the longest.

    Args:
        track: Texts.
        spans: `(spans, 2)`.

    Returns:
        A text a span, `""` where none overlaps it.
    """
    found = []
    for (low, high), rows in zip(
        spans, overlapping(track.intervals, spans), strict=True
    ):
        starts, ends = track.intervals[rows].T
        shared = np.minimum(ends, high) - np.maximum(starts, low)
        found.append(str(track.frames[rows[shared.argmax()]]) if len(rows) else "")
    return tuple(found)
