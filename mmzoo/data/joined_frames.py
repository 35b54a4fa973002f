"""Frames of several files, or parts of one, as if they were one array."""

import numpy as np


class JoinedFrames:
    """Arrays one after the other, each of which stays where it is until it is read.

    Args:
        parts: list of arrays or HDF5 data sets `(steps, features)`, of the same
            features; at least one is in a file.

    Example:
    ```python
    from mmzoo.data.joined_frames import JoinedFrames

    joined = JoinedFrames([np.zeros((2, 3)), np.ones((4, 3))])
    joined[1:3][:, 0].tolist()  # [0.0, 1.0]
    ```
    """

    def __init__(self, parts):
        self._parts = parts
        self._ends = np.cumsum([len(part) for part in parts])
        self.shape = (int(self._ends[-1]), *parts[0].shape[1:])
        self.dtype = np.result_type(*(part.dtype for part in parts))

    @property
    def file(self):
        """The file of the first part that is in one, as an HDF5 data set has it."""
        return next(part.file for part in self._parts if hasattr(part, "file"))

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, steps: slice) -> np.ndarray:
        """The steps of a slice without a stride."""
        start, stop, _ = steps.indices(len(self))
        found = [np.zeros((0, *self.shape[1:]), self.dtype)]
        for part, end in zip(self._parts, self._ends, strict=True):
            first = end - len(part)
            if start < end and first < stop:
                found.append(part[max(start - first, 0) : min(stop, end) - first])
        return np.concatenate(found)
