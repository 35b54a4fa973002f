"""A path that no reader takes: a folder around one file that is meant, or an error."""

from collections.abc import Callable
from pathlib import Path

from mmzoo.data.errors import DataError
from mmzoo.data.readers import clips_csv, frames_csv, pictures_csv, senticap_file
from mmzoo.data.readers.file_table import some
from mmzoo.data.readers.labels_csv import SUFFIXES, columns_of, csv_file
from mmzoo.data.readers.pickled_splits import outline
from mmzoo.reading import check_regular, is_pickle, read_pickle

# The columns that each table needs.
TABLES = {
    "clips": clips_csv.NEEDED,
    "pictures": ("image", *pictures_csv.NEEDED),
    "SentiCap": senticap_file.NEEDED,
    "frames": frames_csv.NEEDED,
}
# Endings of the files that a folder is searched for.
ENDINGS = (".npz", ".h5", ".hdf5", ".json", ".pkl", ".pickle", *SUFFIXES)
REMEDY = (
    "Rename those that mean the same. Instead of image, guid or id may name the "
    "pictures of a folder images"
)


def only_file(path: Path, fits: Callable[[Path], bool]) -> Path | None:
    """The one file of a folder that can be read, if there is one.

    Args:
        path: The folder; a file has none in it.
        fits: Whether a file can be read.

    Returns:
        The file, `None` where there is none.

    Raises:
        DataError: If there are several.
    """
    found = [file for file in _files_in(path, ENDINGS) if fits(file)]
    if len(found) > 1:
        names = some([file.name for file in found])
        fault = f"the folder has {len(found)} files that could be meant: {names}"
        raise DataError(path, fault, f"Name one of them, such as {found[0]}")
    return found[0] if found else None


def _files_in(path: Path, endings: tuple[str, ...]) -> list[Path]:
    """The files of a folder with these endings, without links that lead out of it."""

    def usable(file):
        try:
            return file.is_file() and bool(check_regular(file, path))
        except DataError:
            return False

    shown = path.iterdir() if path.is_dir() else ()
    named = [
        file
        for file in sorted(shown)
        if file.suffix.lower() in endings and not file.name.startswith(".")
    ]
    return [file for file in named if usable(file)]


def unknown(path: Path, formats: list[str]) -> DataError:
    """The error for a path that is of no known format.

    Args:
        path: The file or folder.
        formats: How errors call the known formats.

    Returns:
        The error. It names the columns that a table has and those that it lacks.
    """
    file, tables = csv_file(path), _files_in(path, SUFFIXES)
    if not file.is_file() and len(tables) == 1:
        file = tables[0]
    columns = columns_of(file)
    if columns:
        lacks = " or ".join(
            f"{', '.join(name for name in needed if name not in columns)} ({table})"
            for table, needed in TABLES.items()
            if not set(needed) <= set(columns)
        )
        fault = f"it lacks the columns {lacks}; those it has are {some(columns)}"
        return DataError(file, fault, REMEDY)
    fault = "it is of no format that mmzoo reads"
    if is_pickle(path):
        fault = f"it is a pickle {fault[6:]}: {outline(read_pickle(path))}"
        formats = [each for each in formats if "pickle" in each]
    known = "".join(f"\n  - {each}" for each in formats)
    return DataError(path, fault, f"Those are:{known}")
