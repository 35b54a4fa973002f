"""The one array of an HDF5 file in MFN's layout, `data` or `d1`."""

from pathlib import Path

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.data.readers.hdf5_file import FAULT, numbers_in, open_hdf5
from mmzoo.reading import check_regular, parsing

KEYS = ("data", "d1")


def array_of(path: Path) -> tuple[np.ndarray, dict]:
    """The array and its attributes.

    Args:
        path: The file.

    Returns:
        The array, and a dict of its attributes by their names.

    Raises:
        DataError: If the file has no such array of numbers.
    """
    check_regular(path, path.parent)
    with open_hdf5(path) as file, parsing(path, FAULT):
        names = [key for key in KEYS if key in file]
        if not names:
            fault = f"it has {sorted(file)} in place of 'data' or 'd1'"
            raise DataError(path, fault, "Name its one array 'data'")
        array = numbers_in(file, names[0])
        return array[()], dict(array.attrs)
