"""Ragged sequences of one modality, stored flat."""

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.data.joined_frames import JoinedFrames
from mmzoo.reading import parsing

# Kinds of numbers whose conversion to float32 loses no meaning.
REAL = "fiu"
# So many values are read at once where all are: 4 MB.
BLOCK_VALUES = 2**20


def real_numbers(place, values) -> np.ndarray:
    """Values as float32, if they are real numbers.

    NumPy would drop an imaginary part, and take dates, truth and digits for numbers.

    Args:
        place: What they are of, for the error.
        values: Array of floats or of whole numbers, or nested lists of them.

    Returns:
        The array, float32; a number that is too large for it is infinite.

    Raises:
        DataError: If they are of another kind.
    """
    values = np.asarray(values)
    if values.dtype.kind not in REAL:
        fault = f"its values are {values.dtype}, no real numbers"
        raise DataError(place, fault, "Give floats or whole numbers")
    with np.errstate(over="ignore"):
        return values.astype("float32", copy=False)


@dataclass(frozen=True, eq=False)
class Sequences:
    """Sequences of unequal length, one after the other in one array.

    The frames of sequence `i` are `frames[starts[i] : starts[i] + lengths[i]]`.
    `frames` and `present` are NumPy arrays, or HDF5 data sets that are only read
    where a sequence is asked for. A sequence of length 0 is a sample that lacks
    this modality altogether.

    Args:
        frames: Array of shape `(total_steps, features)`.
        starts: Array of shape `(num_sequences,)`: first step of each sequence.
        lengths: Array of shape `(num_sequences,)`: steps of each sequence.
        present: Boolean array of shape `(total_steps,)`, or `None` where all
            are. `False` marks a step at which the modality was not observed;
            its frame is read as zeros.
        fill: Array of shape `(features,)`, read in the place of values that are NaN or
            infinite, or `None` where there are none; a file is read with zeros there.

    Example:
    ```python
    rows = mmzoo.data.Sequences.from_list([np.ones((4, 2)), np.ones((1, 2))])
    frames, mask = rows.padded([1, 0], timesteps=4)
    frames.shape  # (2, 4, 2)
    mask[0].tolist()  # [True, False, False, False]
    ```
    """

    frames: Any
    starts: np.ndarray
    lengths: np.ndarray
    present: Any = None
    fill: np.ndarray | None = None

    def __post_init__(self):
        for name in ("starts", "lengths"):
            values = np.asarray(getattr(self, name), dtype="int64")
            object.__setattr__(self, name, values)
        total = self.frames.shape[0] if len(self.frames.shape) else 0
        if self.frames.dtype.kind not in REAL:
            fault = f"frames are {self.frames.dtype}, no real numbers"
        elif len(self.frames.shape) != 2:
            fault = f"frames must be (total_steps, features), not {self.frames.shape}"
        elif self.starts.shape != self.lengths.shape or self.starts.ndim != 1:
            fault = (
                f"{self.starts.shape} starts do not fit {self.lengths.shape} lengths"
            )
        elif self.present is not None and self.present.shape != (total,):
            fault = f"present is {self.present.shape}, the frames need ({total},)"
        elif np.any(self.starts < 0) or np.any(self.lengths < 0):
            fault = "starts and lengths must not be negative"
        elif np.any((self.starts + self.lengths)[self.lengths > 0] > total):
            fault = f"a sequence ends beyond the {total} steps that are stored"
        else:
            return
        raise DataError("Sequences", fault, "Store one row of features a step")

    @classmethod
    def from_list(
        cls, arrays: Iterable[np.ndarray], present: Iterable | None = None
    ) -> "Sequences":
        """Store a list of `(timesteps, features)` arrays (and of `(timesteps,)`)."""
        arrays = [real_numbers("Sequences", array) for array in arrays]
        lengths = np.array([len(array) for array in arrays], dtype="int64")
        frames = np.concatenate(arrays) if arrays else np.zeros((0, 0), "float32")
        if present is not None:
            present = np.concatenate([np.asarray(row, dtype=bool) for row in present])
        return cls(frames, np.cumsum(lengths) - lengths, lengths, present)

    @classmethod
    def missing(cls, count: int, features: int) -> "Sequences":
        """A modality that none of `count` samples has."""
        return cls(np.zeros((0, features), "float32"), *np.zeros((2, count), "int64"))

    @classmethod
    def concatenate(cls, parts: Sequence["Sequences"]) -> "Sequences":
        """All sequences of `parts`, in order.

        Parts of one array are not copied, and what is streamed stays so.
        """
        streamed = any(part.streamed for part in parts)
        stores = {(id(part.frames), id(part.present)): part for part in parts}
        if len(stores) > 1 and not streamed:
            parts = [part.in_memory() for part in parts]
            stores = {(id(part.frames), id(part.present)): part for part in parts}
        sizes = [each.frames.shape[0] for each in stores.values()]
        places = dict(zip(stores, np.cumsum([0, *sizes]).tolist(), strict=False))
        frames, present = _joined([*stores.values()], streamed)
        starts = [
            part.starts + places[id(part.frames), id(part.present)] for part in parts
        ]
        lengths = [part.lengths for part in parts]
        where = np.concatenate(starts), np.concatenate(lengths)
        fill = next((each.fill for each in parts if each.fill is not None), None)
        return cls(frames, *where, present, fill)

    def __len__(self):
        return len(self.lengths)

    def __repr__(self):
        counts = (
            f"{len(self)} rows, {self.lengths.sum()} steps, {self.features} features"
        )
        return f"<Sequences: {counts}, in {'a file' if self.streamed else 'memory'}>"

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Frames `(timesteps, features)` and present `(timesteps,)` of one."""
        start, length = int(self.starts[index]), int(self.lengths[index])
        return self._read(slice(start, start + length))

    @property
    def features(self) -> int:
        return self.frames.shape[1]

    @property
    def streamed(self) -> bool:
        """Whether the frames stay in a file until they are asked for."""
        return not isinstance(self.frames, np.ndarray)

    @property
    def observed(self) -> np.ndarray:
        """Whether each sequence has a step that was observed, `(num_sequences,)`."""
        if self.present is None:
            return self.lengths > 0
        # How many steps were observed before each one.
        before = np.concatenate([[0], np.cumsum(np.asarray(self.present, bool))])
        starts = np.where(self.lengths > 0, self.starts, 0)
        return before[starts + self.lengths] > before[starts]

    @property
    def nonzero(self) -> np.ndarray:
        """Whether each sequence has a number but zero, `(num_sequences,)`."""
        found = [np.zeros(0, bool)]
        for frames, present, lengths in self.whole_blocks():
            shown = np.any(np.isfinite(frames) & (frames != 0), axis=1) & present
            owner = np.repeat(np.arange(len(lengths)), lengths)
            found.append(np.bincount(owner[shown], minlength=len(lengths)) > 0)
        return np.concatenate(found)

    def select(self, indices) -> "Sequences":
        """Some of the sequences, in the order given; no frame is copied."""
        starts, lengths = self.starts[indices], self.lengths[indices]
        return dataclasses.replace(self, starts=starts, lengths=lengths)

    def truncate(self, steps: int, keep: str = "first") -> "Sequences":
        """The same sequences, of at most so many steps; no frame is copied.

        Args:
            steps: The most steps that a sequence keeps.
            keep: Which of them, `"first"` or `"last"`. Defaults to `"first"`.

        Returns:
            The sequences.
        """
        lengths = np.minimum(self.lengths, steps)
        skipped = self.lengths - lengths if keep == "last" else 0
        return dataclasses.replace(self, starts=self.starts + skipped, lengths=lengths)

    def in_memory(self) -> "Sequences":
        """The same sequences, packed into arrays of their own."""
        return self.columns(slice(None))

    def columns(self, places) -> "Sequences":
        """Some of the features of every step, packed into arrays of their own.

        Args:
            places: Where they stand, in the order wanted.

        Returns:
            The sequences, in memory.
        """
        fill = self.fill
        if self.streamed and fill is None:
            fill = np.zeros(self.features, "float32")
        empty = np.zeros((0, self.features), "float32"), np.zeros(0, bool)
        blocks = itertools.chain([empty], self.blocks(raw=True))
        kept = [(frames[:, places], present) for frames, present in blocks]
        frames, present = map(np.concatenate, zip(*kept, strict=True))
        starts = np.cumsum(self.lengths) - self.lengths
        fill = None if fill is None else fill[places]
        return Sequences(frames, starts, self.lengths, present, fill)

    def blocks(
        self, steps: int | None = None, raw: bool = False
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Go through the steps of these sequences in order, some at a time.

        Other sequences may share the array `frames` (those of another split do
        where a file is streamed), so go through the steps here, never there.

        Args:
            steps: About how many steps at a time. Defaults to as many as hold
                a million values.
            raw: Whether frames come as they are stored: with what is not finite,
                and with what is stored for a step that was not observed.

        Yields:
            Frames `(steps, features)` and present `(steps,)`.
        """
        for rows in self._runs(steps):
            yield self._flat(rows, raw)

    def whole_blocks(
        self, steps: int | None = None
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Go through the steps as they are stored, some whole sequences at a time.

        Args:
            steps: About how many steps at a time, as for `blocks`.

        Yields:
            Frames `(steps, features)`, present `(steps,)` and the lengths of the
            sequences that they are of.
        """
        for rows in self._runs(steps):
            yield *self._flat(rows, raw=True), self.lengths[rows]

    def _runs(self, steps: int | None) -> Iterator[np.ndarray]:
        """Indices of sequences that have about so many steps together."""
        steps = steps or max(1, BLOCK_VALUES // max(1, self.features))
        ends = np.cumsum(self.lengths)
        first = 0
        while first < len(self):
            done = ends[first - 1] if first else 0
            last = max(int(np.searchsorted(ends, done + steps, "right")), first + 1)
            yield np.arange(first, last)
            first = last

    def padded(self, indices, timesteps: int) -> tuple[np.ndarray, np.ndarray]:
        """Some sequences as one right-padded batch.

        Args:
            indices: The sequences, one a row.
            timesteps: Length of the batch; longer sequences are an error.

        Returns:
            Frames `(rows, timesteps, features)`, zeros where not observed, and
            the mask `(rows, timesteps)`.
        """
        lengths = self.lengths[indices]
        if len(lengths) and lengths.min() == timesteps == lengths.max():
            frames, mask = self._flat(indices)
            # What is in memory may be shown as it is, and a batch may be changed.
            frames = frames if self.streamed else frames.copy()
            shape = len(lengths), timesteps
            return frames.reshape(*shape, self.features), mask.reshape(shape)
        # (rows, timesteps)
        mask = np.arange(timesteps) < lengths[:, None]
        frames = np.zeros((*mask.shape, self.features), "float32")
        frames[mask], mask[mask] = self._flat(indices)
        return frames, mask

    def _flat(self, indices, raw=False) -> tuple[np.ndarray, np.ndarray]:
        """Frames and present of some sequences, one after the other."""
        starts, lengths = self.starts[indices], self.lengths[indices]
        starts, lengths = starts[lengths > 0], lengths[lengths > 0]
        ends = starts + lengths
        if not len(starts):
            return self._read(slice(0, 0), raw)
        if np.array_equal(starts[1:], ends[:-1]):
            return self._read(slice(int(starts[0]), int(ends[-1])), raw)
        if self.streamed:
            places = [slice(*map(int, ends)) for ends in zip(starts, ends, strict=True)]
            frames, present = zip(*(self._read(p, raw) for p in places), strict=True)
            return np.concatenate(frames), np.concatenate(present)
        before = np.cumsum(lengths) - lengths
        steps = np.arange(lengths.sum()) + np.repeat(starts - before, lengths)
        return self._read(steps, raw)

    def _read(self, where, raw=False) -> tuple[np.ndarray, np.ndarray]:
        if not self.streamed:
            return self._read_array(where, raw)
        with parsing(self.frames.file.filename, "HDF5 cannot read it"):
            return self._read_array(where, raw)

    def _read_array(self, where, raw) -> tuple[np.ndarray, np.ndarray]:
        frames = np.asarray(self.frames[where], dtype="float32")
        if self.present is None:
            present = np.ones(len(frames), bool)
        else:
            present = np.asarray(self.present[where], dtype=bool)
        if raw:
            return frames, present
        # A file that was not cleaned may hold anything.
        if self.fill is not None or self.streamed:
            frames = self._filled(frames)
        if not present.all():
            frames = np.where(present[:, None], frames, np.float32(0.0))
        return frames, present

    def _filled(self, frames: np.ndarray) -> np.ndarray:
        """The frames with the fill, or zero, for what is not finite."""
        if np.isfinite(ends_of(frames)).all():
            return frames
        fill = np.float32(0.0) if self.fill is None else self.fill
        return np.where(np.isfinite(frames), frames, fill)


def ends_of(frames: np.ndarray) -> tuple[float, float]:
    """The least and the largest value, at most and at least 0.

    NaN and infinity show in them, which costs less than to ask each value.

    Args:
        frames: Array of any shape.

    Returns:
        Two floats, NaN where there is a NaN.
    """
    return float(frames.min(initial=0.0)), float(frames.max(initial=0.0))


def _joined(stores: list[Sequences], streamed: bool):
    """Frames and present of all stores, one after the other."""
    if len(stores) == 1:
        return stores[0].frames, stores[0].present
    join = JoinedFrames if streamed else np.concatenate
    present = [
        np.ones(each.frames.shape[0], bool) if each.present is None else each.present[:]
        for each in stores
    ]
    whole = all(each.all() for each in present)
    frames = join([each.frames for each in stores])
    return frames, None if whole else np.concatenate(present)
