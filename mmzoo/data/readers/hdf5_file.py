"""Open an HDF5 file, with one clear error."""

from pathlib import Path

import h5py

from mmzoo.data.readers.stored_texts import StoredTexts
from mmzoo.reading import DataError, check_hdf5, open_regular, parsing

SIGNATURE = b"\x89HDF\r\n\x1a\n"
FAULT = "HDF5 cannot read it"


def is_hdf5(path: Path) -> bool:
    """Whether a file is HDF5, or by its name claims to be."""
    if path.suffix in (".h5", ".hdf5"):
        return True
    with open_regular(path) as file:
        return file.read(len(SIGNATURE)) == SIGNATURE


def open_hdf5(path: Path) -> h5py.File:
    """Open a file for reading, after another process has read it whole."""
    check_hdf5(path)
    with parsing(path, FAULT):
        return h5py.File(path, "r")


def group_in(parent: h5py.Group, name: str) -> h5py.Group:
    """The group of that name, or a `DataError` about what stands in its place."""
    found = _found(parent, name)
    if isinstance(found, h5py.Group):
        return found
    raise _other(parent, name, "an array", "a group")


def numbers_in(parent: h5py.Group, name: str, kinds: str = "fiu") -> h5py.Dataset:
    """The array of numbers of that name, or a `DataError` about what stands there."""
    found = _found(parent, name)
    if isinstance(found, h5py.Group):
        raise _other(parent, name, "a group", "an array of numbers")
    if found.shape is None:
        raise _other(parent, name, "empty", "an array of numbers")
    if found.dtype.kind not in kinds:
        held = "text or objects" if found.dtype.kind in "OSU" else found.dtype
        raise _other(parent, name, held, "an array of numbers")
    return found


def texts_in(parent: h5py.Group, name: str) -> tuple[str, ...]:
    """The list of texts of that name, or a `DataError` about what stands there."""
    return tuple(stored_texts_in(parent, name))


def stored_texts_in(parent: h5py.Group, name: str) -> StoredTexts:
    """The same, decoded where they are asked for."""
    found = _found(parent, name)
    if isinstance(found, h5py.Group):
        raise _other(parent, name, "a group", "a list of texts")
    if h5py.check_string_dtype(found.dtype) is None or len(found.shape or ()) != 1:
        held = f"{found.dtype} of shape {found.shape}"
        raise _other(parent, name, held, "a list of texts")
    return StoredTexts(found)


def _found(parent: h5py.Group, name: str):
    found = parent.get(name)
    if isinstance(found, h5py.Group | h5py.Dataset):
        return found
    link = parent.get(name, getlink=True)
    fault = f"its {_path(parent, name)} is missing"
    if isinstance(link, h5py.SoftLink):
        fault = f"its {_path(parent, name)} is a link to {link.path!r}, which is gone"
    raise DataError(Path(parent.file.filename), fault, "Write the file again")


def _path(parent: h5py.Group, name: str) -> str:
    return repr(f"{parent.name.strip('/')}/{name}".lstrip("/"))


def _other(parent: h5py.Group, name: str, held: str, wanted: str) -> DataError:
    fault = f"its {_path(parent, name)} is {held}, not {wanted}"
    return DataError(Path(parent.file.filename), fault, "Write the file again")
