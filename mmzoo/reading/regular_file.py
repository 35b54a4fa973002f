"""The one way in which files are opened: regular ones, inside their folder."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from mmzoo.reading.data_error import DataError

KINDS = {
    stat.S_IFDIR: "folder",
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}


def check_regular(path: str | Path, root: str | Path | None = None) -> Path:
    """Refuse what is no regular file: a pipe or a device may never come to an end.

    Args:
        path: The file.
        root: A folder that the file must be in, wherever links lead. Any place will
            do where it is not given.

    Returns:
        The path.

    Raises:
        DataError: If there is no such file, it is of another kind, or a link leads
            out of `root`.

    Example:
    ```python
    path = mmzoo.reading.check_regular(mmzoo.__file__)
    path.name  # "__init__.py"
    ```
    """
    path = Path(path)
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        remedy = "Correct the path, or restore it"
        raise DataError(path, _why_missing(path, error), remedy) from error
    if not stat.S_ISREG(mode):
        fault = f"it is a {KINDS.get(stat.S_IFMT(mode), 'special file')}, no file"
        raise DataError(path, fault, "Put a regular file in its place")
    if root is not None and not path.resolve().is_relative_to(Path(root).resolve()):
        fault = f"it is a link that leads out of {root}, to {path.resolve()}"
        raise DataError(path, fault, "Put the file itself there: it is not followed")
    return path


def inside_folder(path: Path, name: str) -> Path:
    """The file that is meant by itself or by its folder.

    Args:
        path: The file or the folder.
        name: Name that the file has in a folder, where it may be missing.

    Returns:
        The file.

    Raises:
        DataError: If it is a link that leads out of the folder.

    Example:
    ```python
    import pathlib
    folder = pathlib.Path(mmzoo.__file__).parent
    mmzoo.reading.inside_folder(folder, "__init__.py").name  # "__init__.py"
    ```
    """
    file = path / name if path.is_dir() else path
    return check_regular(file, path) if path.is_dir() and file.is_file() else file


def _why_missing(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return "it is a link to a file that is not there"
    if isinstance(error, FileNotFoundError | NotADirectoryError | ValueError):
        return "there is no such file"
    return f"it cannot be opened ({getattr(error, 'strerror', None) or error})"


def open_regular(path: str | Path, root: str | Path | None = None) -> BinaryIO:
    """Open a regular file for reading its bytes.

    Args:
        path: The file.
        root: A folder that the file must be in, wherever links lead.

    Returns:
        The open file.

    Raises:
        DataError: If it is no such file, or cannot be opened.

    Example:
    ```python
    with mmzoo.reading.open_regular(mmzoo.__file__) as file:
        file.read(3)  # the bytes of three quotes
    ```
    """
    path = check_regular(path, root)
    try:
        return open(path, "rb")
    except OSError as error:
        fault = f"it cannot be opened ({error.strerror})"
        raise DataError(path, fault, "Correct its permissions") from error


def read_regular(path: str | Path, root: str | Path | None = None) -> bytes:
    """All bytes of a regular file.

    Args:
        path: The file.
        root: A folder that the file must be in, wherever links lead.

    Returns:
        Its content.

    Raises:
        DataError: If it is no such file, or cannot be opened.

    Example:
    ```python
    mmzoo.reading.read_regular(mmzoo.__file__)[:3]  # the bytes of three quotes
    ```
    """
    with open_regular(path, root) as file:
        return file.read()
