"""A csv of openSMILE, of its program or of its package for Python.

The program writes `name;frameTime;...`, the package `file,start,end,...`. A row is a
frame (descriptors) or a clip (functionals).
"""

from pathlib import Path

import numpy as np

from mmzoo.data.readers.feature_file import FeatureFile
from mmzoo.data.readers.number_csv import head_of, rows_of

# The columns before the features. That of the name tells the clips apart.
OF_PROGRAM = ("name", "frameIndex", "frameTime")
OF_PACKAGE = ("file", "start", "end")
MARKS = {"frameTime": ";,\t", "end": ","}
# What the program calls a clip that was not given a name.
UNKNOWN = "unknown"


def columns(file: Path) -> tuple[str, ...]:
    """Names of the features.

    Args:
        file: Any file.

    Returns:
        The names; none where the file is no csv of openSMILE.
    """
    _, leading, head = _layout(file)
    return head[leading:]


def read_opensmile(file: Path) -> FeatureFile:
    """Read the clips of a file.

    Args:
        file: The csv.

    Returns:
        The clips, by their names.

    Raises:
        DataError: If it is damaged.
    """
    mark, leading, head = _layout(file)
    texts, numbers = rows_of(file, mark, leading)
    named = head[0] in ("name", "file")
    names = [row[0] if named and row[0] != UNKNOWN else "" for row in texts]
    places = {}
    for place, name in enumerate(names):
        places.setdefault(name, []).append(place)
    with np.errstate(over="ignore"):
        frames = numbers.astype("float32")
    return FeatureFile(
        {
            name: (frames[rows], np.ones(len(rows), bool))
            for name, rows in places.items()
        }
    )


def _layout(file: Path) -> tuple[str, int, tuple[str, ...]]:
    """What separates the columns, how many stand before the features, and all."""
    for last, marks in MARKS.items():
        known = OF_PROGRAM if last in OF_PROGRAM else OF_PACKAGE
        for mark in marks:
            head = head_of(file, mark)
            leading = [name for name in head[:3] if name in known]
            count = len(leading)
            if leading and leading[-1] == last and tuple(leading) == head[:count]:
                return mark, count, head
    return "", 0, ()
