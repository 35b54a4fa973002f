"""Open an `.npz` file of plain arrays, with one clear error."""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from mmzoo.data.errors import DataError


def read_npz(path: Path, keys: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Load the arrays `keys`, which share their first axis; unpickles nothing.

    Args:
        path: The file.
        keys: Names of the arrays that it must have.

    Returns:
        Dict from key to array.

    Raises:
        DataError: If the file is broken, lacks a key, holds Python objects, or its
            arrays differ in length.
    """
    if not zipfile.is_zipfile(path):
        # NumPy would call such a file pickled.
        raise _broken(path, "it is no complete zip archive")
    try:
        with np.load(path, allow_pickle=False) as archive:
            missing = [key for key in keys if key not in archive.files]
            table = {key: archive[key] for key in keys if key not in missing}
    except ValueError as error:
        if "pickle" not in str(error):
            raise _broken(path, error) from error
        raise DataError(
            path,
            "it holds Python objects, which loading would execute",
            "Save it again with plain arrays (no dtype object)",
        ) from error
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        raise _broken(path, error) from error
    if missing:
        raise DataError(
            path,
            f"it has no array {', '.join(missing)}",
            f"An .npz corpus needs {', '.join(keys)}",
        )
    counts = {key: array.shape[:1] for key, array in table.items()}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{key} {count}" for key, count in counts.items())
        raise DataError(
            path,
            f"its arrays differ in their number of rows ({listed})",
            "Give every utterance one row in each",
        )
    return table


def _broken(path, error) -> DataError:
    fault = f"it cannot be read as .npz ({error})"
    return DataError(path, fault, "It may be truncated: copy or download it again")
