"""A computational sequence of the CMU-MultimodalSDK, as it stands in an HDF5 file.

/<root>/data/<entry>/features    (steps, features), or texts (steps, 1)
                     intervals   (steps, 2), start and end in seconds
/<root>/metadata/<key>           one text, JSON

An entry is a video, or `video[segment]` once it was aligned. Files of others have
several roots side by side, and their entries without the group `data`.
"""

import collections
import contextlib
import itertools
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import h5py
import numpy as np

from mmzoo.data.cells import natural_order
from mmzoo.data.errors import DataError
from mmzoo.data.feature_sets import features_of_root
from mmzoo.data.readers.hdf5_file import group_in, numbers_in

DIMENSIONS = "dimension names"
# Entries that are looked at to tell a root from another group.
LOOKED_AT = 20
REMEDY = "Write it again, or download it again"


@dataclass(eq=False)
class Root:
    """A computational sequence.

    Args:
        file: The file that holds it.
        name: Its name there.
        entries: The group of its entries.
        metadata: What its file says of it.
    """

    file: Path
    name: str
    entries: h5py.Group
    metadata: dict = field(default_factory=dict)

    @property
    def told(self) -> str:
        """Its name and its file's, for people."""
        return f"{self.name} ({self.file.name})"

    @cached_property
    def keys(self) -> list[str]:
        """Names of the entries, with their numbers in order."""
        return sorted(self.entries, key=natural_order)

    @cached_property
    def by_video(self) -> dict[str, list[str]]:
        """Names of the entries of each video."""
        found = collections.defaultdict(list)
        for key in self.keys:
            found[video_in(key)].append(key)
        return dict(found)

    @property
    def segmented(self) -> bool:
        """Whether each entry is a segment."""
        return all(video_in(key) != key for key in self.keys)

    @cached_property
    def shape(self) -> tuple[bool, int]:
        """Whether its features are texts, and how many a step has in most entries."""
        found = collections.Counter()
        for key in itertools.islice(self.keys, LOOKED_AT):
            with contextlib.suppress(DataError):
                values = _array(self.entries, key)
                found[is_text(values), _size(values)] += 1
        return found.most_common(1)[0][0] if found else (False, 0)

    @property
    def dimensions(self) -> list[str] | None:
        """Names of the features, from the file or by the name of the root.

        Names that do not tell them apart, such as 300 times `"vector"`, are none.
        """
        told = next((k for k in self.metadata if k.startswith(DIMENSIONS)), None)
        names = self.metadata.get(told)
        if not isinstance(names, list):
            return features_of_root(self.name, self.shape[1])
        names = list(dict.fromkeys(str(name) for name in names))
        return names if len(names) == self.shape[1] else None

    def read(self, key: str, timed: bool = True) -> tuple:
        """Intervals and features of an entry.

        Args:
            key: Its name.
            timed: Whether it needs intervals. Defaults to `True`.

        Returns:
            Intervals `(steps, 2)`, float64, `None` where not asked for; features
            `(steps, features)`, or texts `(steps,)`.

        Raises:
            DataError: If it has none, or they do not fit.
        """
        array = _array(self.entries, key)
        if (is_text(array), _size(array)) != self.shape:
            fault = f"its {self.name}/{key} has features of shape {array.shape}"
            remedy = f"Other entries have {self.shape[1]} a step. {REMEDY}"
            raise DataError(self.file, fault, remedy)
        intervals = self._intervals(key, len(array)) if timed else None
        if is_text(array):
            return intervals, array.asstr(errors="replace")[()].reshape(-1)
        return intervals, array[()].reshape(len(array), -1)

    def _intervals(self, key: str, steps: int) -> np.ndarray:
        entry = group_in(self.entries, key)
        intervals = numbers_in(entry, "intervals")[()].astype("float64")
        # Those of a single step lack an axis in some files.
        intervals = intervals[None] if intervals.shape == (2,) else intervals
        if intervals.shape == (steps, 2):
            return intervals
        fault = f"its {self.name}/{key} has intervals of shape {intervals.shape}, "
        raise DataError(self.file, f"{fault}not ({steps}, 2)", REMEDY)


def _array(entries: h5py.Group, key: str) -> h5py.Dataset:
    """The features of an entry, not read yet."""
    entry = group_in(entries, key)
    found = entry.get("features")
    if isinstance(found, h5py.Dataset) and is_text(found) and found.shape:
        if found.size == len(found):
            return found
        fault = f"its {entry.name.strip('/')} has texts of shape {found.shape}"
        raise DataError(Path(entries.file.filename), fault, "Give each step one")
    found = numbers_in(entry, "features")
    if len(found.shape) < 2:
        fault = f"its {entry.name.strip('/')} has features of shape {found.shape}"
        raise DataError(Path(entries.file.filename), fault, REMEDY)
    return found


def is_text(array: h5py.Dataset) -> bool:
    """Whether an array of a file holds texts."""
    return h5py.check_string_dtype(array.dtype) is not None


def _size(array: h5py.Dataset) -> int:
    return int(np.prod(array.shape[1:]))


def video_in(key: str) -> str:
    """The video of an entry: what stands before its number in brackets."""
    return key.split("[")[0] if key.endswith("]") else key
