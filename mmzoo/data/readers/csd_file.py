"""Open the HDF5 files of computational sequences, and find the roots in them."""

import contextlib
import itertools
import json
from pathlib import Path

import h5py
import numpy as np

from mmzoo.data.readers.csd_root import LOOKED_AT, Root, is_text
from mmzoo.data.readers.hdf5_file import FAULT, open_hdf5
from mmzoo.reading import check_regular, parsing

SUFFIX = ".csd"


def csd_files(path: Path) -> list[Path]:
    """The files of computational sequences that are meant by a file or a folder."""
    if not path.is_dir():
        return [path]
    found = sorted(path.glob(f"*{SUFFIX}"))
    return [file for file in found if not file.name.startswith(".")]


def open_roots(path: Path, opened: contextlib.ExitStack) -> list[Root]:
    """The roots of a file, or of all files of a folder.

    Args:
        path: The file or folder.
        opened: What closes the files.

    Returns:
        The roots, by file and name.

    Raises:
        DataError: If a file cannot be read.
    """
    roots = []
    for file in csd_files(path):
        content = open_hdf5(check_regular(file, path if path.is_dir() else None))
        opened.enter_context(content)
        with parsing(file, FAULT):
            roots += _roots(content, file)
    return roots


def _roots(content: h5py.File, file: Path) -> list[Root]:
    found = []
    for name in content:
        group = content.get(name)
        if not isinstance(group, h5py.Group):
            continue
        data = group.get("data")
        entries = data if isinstance(data, h5py.Group) and _holds(data) else group
        if _holds(entries):
            found.append(Root(file, name, entries, _metadata(group)))
    return found


def _holds(group: h5py.Group) -> bool:
    """Whether the members of a group are entries."""
    shown = (group.get(key) for key in itertools.islice(group, LOOKED_AT))
    return any(isinstance(each, h5py.Group) and "features" in each for each in shown)


def _metadata(group: h5py.Group) -> dict:
    stored, found = group.get("metadata"), {}
    for key in stored if isinstance(stored, h5py.Group) else ():
        text = stored.get(key)
        if isinstance(text, h5py.Dataset) and is_text(text) and text.size == 1:
            told = np.ravel(text.asstr(errors="replace")[()])[0]
            # What is no JSON is no list of names either.
            with contextlib.suppress(ValueError, RecursionError):
                found[key] = json.loads(told)
    return found
