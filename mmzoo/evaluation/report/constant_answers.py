"""Rows that give every sample the same answer, which their metrics alone do not say."""

import numpy as np

from mmzoo.evaluation.row_dicts import MAJORITY
from mmzoo.evaluation.row_kind import EMOTIONS

# Scores that differ by less than this share of the labels' range count as the same.
SAME = 0.01


def constant_answers(rows):
    """Sentences on the rows that answer alike whatever the sample.

    A network that died or collapsed can look passable: the error of a constant is that
    of the median, its accuracy that of the most frequent class. Constants by design,
    the floors, are left out, and so are all rows where the labels do not differ.

    Args:
        rows: list of `Row`, controls among them.

    Returns:
        List of str, one a row that does so with one seed or more.
    """
    found = []
    for row in rows:
        span = np.nanmax(row.labels) - np.nanmin(row.labels) if len(row.labels) else 0
        if row.control == MAJORITY or not span:
            continue
        least = 0.5 if row.classes else SAME * span
        alike = np.ptp(row.predictions, axis=1) < least
        # Of emotions, all must be said alike.
        alike = alike.reshape(row.num_seeds, -1).all(axis=1)
        if alike.any():
            found.append(_sentence(row, np.flatnonzero(alike)))
    return found


def _sentence(row, alike):
    answers = [_answer(row, row.predictions[seed]) for seed in alike]
    seeds = f" with {len(alike)} of {row.num_seeds} seeds" if row.num_seeds > 1 else ""
    return (
        f"{row.title} ({row.training}) gives all {len(row.labels)} test samples the "
        f"same answer{seeds}, {' and '.join(dict.fromkeys(answers))}: it tells nothing "
        "apart, and its errors are those of a constant."
    )


def _answer(row, predictions):
    if row.kind is EMOTIONS:
        said = zip(row.classes, predictions[0], strict=True)
        return "+".join(name for name, has in said if has) or "none of the emotions"
    return row.classes[int(predictions[0])] if row.classes else f"{predictions[0]:.2f}"
