"""Zip archives and the arrays in them, measured before memory is taken."""

import contextlib
import math
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mmzoo.reading.data_error import REMEDY, DataError, parsing
from mmzoo.reading.regular_file import open_regular

# What is packed may unpack to so many times its size, and to so much in any case.
MOST_RATIO = 250
FREE_BYTES = 2**26
HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def check_unpacked(
    path: Path, unpacked: int, packed: int, ratio: int = MOST_RATIO
) -> None:
    """Refuse what unpacks to far more than a file of data does.

    Args:
        path: The file.
        unpacked: Bytes that it says it unpacks to.
        packed: Bytes that it has.
        ratio: How many times its size it may unpack to, beyond what any may. Defaults
            to `250`.

    Raises:
        DataError: If the first are out of proportion to the second.

    Example:
    ```python
    mmzoo.reading.check_unpacked("a.npz", unpacked=40_000, packed=10_000)
    ```
    """
    if unpacked > FREE_BYTES + ratio * packed:
        fault = f"it declares {unpacked:,} bytes, but holds only {packed:,}"
        remedy = "It is damaged, or made to fill the memory: do not use it"
        raise DataError(Path(path), fault, remedy)


@contextlib.contextmanager
def open_archive(
    path: Path, fault: str = "it cannot be read as a zip archive", remedy: str = REMEDY
):
    """Open a zip archive whose members unpack to a size that befits the file.

    Args:
        path: The file.
        fault: What to say of it, before the reason why it cannot be read.
        remedy: What to do where it cannot.

    Yields:
        The `zipfile.ZipFile`.

    Raises:
        DataError: If it is no whole archive, or a member declares too much.
    """
    with (
        open_regular(path) as file,
        parsing(path, fault, remedy),
        zipfile.ZipFile(file) as archive,
    ):
        size, members = os.fstat(file.fileno()).st_size, archive.infolist()
        if sum(member.compress_size for member in members) > size:
            raise zipfile.BadZipFile("its members overlap or end beyond the file")
        check_unpacked(path, sum(member.file_size for member in members), size)
        yield archive


def read_arrays(path: Path, keys: tuple[str, ...] | None = None) -> dict:
    """Arrays of an `.npz` file by their names; unpickles nothing.

    Args:
        path: The file.
        keys: The arrays to read; all where not given. Names that the file lacks are
            passed over.

    Returns:
        Dict from name to array.

    Raises:
        DataError: If the file is broken, holds Python objects, or an array declares
            another size than it has.

    Example:
    ```python
    np.savez("scores.npz", scores=np.ones(3))
    mmzoo.reading.read_arrays("scores.npz")["scores"].shape  # (3,)
    ```
    """
    with open_archive(path, "it cannot be read as .npz") as archive:
        names = {name.removesuffix(".npy"): name for name in archive.namelist()}
        wanted = names if keys is None else [key for key in keys if key in names]
        return dict(_arrays(path, archive, names, wanted))


def array_names(path: Path) -> list[str]:
    """Names of the arrays of an `.npz` file, in their order; reads none of them.

    Args:
        path: The file.

    Returns:
        The names.

    Raises:
        DataError: If the file is no such archive.

    Example:
    ```python
    np.savez("scores.npz", scores=np.ones(3))
    mmzoo.reading.array_names("scores.npz")  # ["scores"]
    ```
    """
    with open_archive(path, "it cannot be read as .npz") as archive:
        return [name.removesuffix(".npy") for name in archive.namelist()]


def _arrays(path, archive, names, wanted) -> Iterator[tuple[str, np.ndarray]]:
    for key in wanted:
        _check_header(path, archive, names[key])
        with archive.open(names[key]) as member:
            yield key, np.lib.format.read_array(member, allow_pickle=False)


def _check_header(path, archive: zipfile.ZipFile, name: str) -> None:
    """Refuse an array of objects, or of a size that its member does not have."""
    with archive.open(name) as member:
        version = np.lib.format.read_magic(member)
        if version not in HEADERS:
            raise ValueError(f"{name} is of the unknown version {version}")
        shape, _, dtype = HEADERS[version](member)
        held = archive.getinfo(name).file_size - member.tell()
    if dtype.hasobject:
        fault = "it holds Python objects, which loading would execute"
        raise DataError(
            path, fault, "Save it again with plain arrays (no dtype object)"
        )
    if math.prod(shape) * dtype.itemsize != held or min(shape, default=0) < 0:
        raise ValueError(f"{name} declares the shape {shape}, but holds {held} bytes")
