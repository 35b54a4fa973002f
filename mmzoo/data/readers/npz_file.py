"""Open an `.npz` file of plain arrays, with one clear error."""

from pathlib import Path

import numpy as np

from mmzoo.reading import DataError, read_arrays


def read_npz(
    path: Path, keys: tuple[str, ...], optional: tuple[str, ...] = ()
) -> dict[str, np.ndarray]:
    """Load the arrays `keys`, which share their first axis; unpickles nothing.

    Args:
        path: The file.
        keys: Names of the arrays that it must have.
        optional: Names of others that are read where they are there.

    Returns:
        Dict from key to array.

    Raises:
        DataError: If the file is broken, lacks a key, holds Python objects, or its
            arrays differ in length.
    """
    table = read_arrays(path, (*keys, *optional))
    missing = [key for key in keys if key not in table]
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
