"""Bring sequences that were stored by id into the order of a split."""

import dataclasses

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.data.sequences import Sequences


def join_by_id(
    rows: Sequences, row_ids: tuple[str, ...], ids: tuple[str, ...], place: object
) -> Sequences:
    """Reorder sequences so that they stand beside the samples `ids`.

    Args:
        rows: The sequences, in an order of their own.
        row_ids: Id of each of them.
        ids: The samples that need one each; a sample that has none gets a sequence
            of length 0. Sequences of no sample are left out.
        place: What to name in an error.

    Returns:
        One sequence a sample; no frame is copied.

    Raises:
        DataError: If no id is shared, or one stands twice among `row_ids`.
    """
    position = {name: row for row, name in enumerate(row_ids)}
    if len(position) < len(row_ids) or len(row_ids) != len(rows):
        raise DataError(
            place,
            f"{len(rows)} sequences have {len(row_ids)} ids, {len(position)} different",
            "Give each sequence one id of its own",
        )
    found = np.array([position.get(name, -1) for name in ids], dtype="int64")
    if not np.any(found >= 0):
        raise DataError(
            place,
            f"it shares no id with the samples (such as {_first(row_ids)} and "
            f"{_first(ids)})",
            "Write the same ids in both",
        )
    starts = np.where(found >= 0, rows.starts[found], 0)
    lengths = np.where(found >= 0, rows.lengths[found], 0)
    return dataclasses.replace(rows, starts=starts, lengths=lengths)


def _first(names: tuple[str, ...]) -> str:
    return repr(names[0]) if names else "none"
