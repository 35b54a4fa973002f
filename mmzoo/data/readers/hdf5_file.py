"""Open an HDF5 file, with one clear error."""

from pathlib import Path

import h5py

from mmzoo.data.errors import DataError

SIGNATURE = b"\x89HDF\r\n\x1a\n"


def is_hdf5(path: Path) -> bool:
    """Whether a file is HDF5, or by its name claims to be."""
    if path.suffix in (".h5", ".hdf5"):
        return True
    with open(path, "rb") as file:
        return file.read(len(SIGNATURE)) == SIGNATURE


def open_hdf5(path: Path) -> h5py.File:
    """Open a file for reading."""
    try:
        return h5py.File(path, "r")
    except FileNotFoundError as error:
        raise DataError(
            path, "there is no such file", "Complete the folder, or correct the path"
        ) from error
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path, error: Exception) -> DataError:
    """The error for a file whose content HDF5 cannot read."""
    return DataError(
        path,
        f"HDF5 cannot read it ({error})",
        "It may be truncated or of another format: copy or download it again",
    )
