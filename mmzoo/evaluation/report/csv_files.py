"""The CSV files of a report."""

import numpy as np

from mmzoo.evaluation.report.file_formats import csv_text
from mmzoo.evaluation.row import SIZES
from mmzoo.evaluation.row_kind import EMOTIONS

_PARTS = ("", " std", " ci95 low", " ci95 high")


def column_name(row):
    """What tells a row from all others in a report."""
    return f"{row.title} ({row.training})"


def results_csv(rows):
    """One line a row: what it is, what it cost, and each of its metrics.

    A cell is empty where a number is undefined or not known.
    """
    found = [row.to_dict() for row in rows]
    names = list(dict.fromkeys(name for row in found for name in row["metrics"]))
    about = ["name", "training", "control", "num_seeds", "epochs", "seconds", *SIZES]
    numbers = [[f"{name}{part}" for part in _PARTS] for name in names]
    lines = [
        [
            *(row.get(key, "") for key in about),
            *(cell for name in names for cell in _summary(row["metrics"].get(name))),
        ]
        for row in found
    ]
    return csv_text([*about, *(name for parts in numbers for name in parts)], lines)


def _summary(metric):
    if metric is None:
        return [""] * len(_PARTS)
    return [metric["mean"], metric["std"], *metric["ci95"]]


def predictions_csv(rows, ids):
    """One line a test sample: its id, its label, a column a row and seed.

    Classes are written by name; of emotions each has a column, 1, 0, or empty.
    """
    header, columns = ["label"], [rows[0].labels]
    for row in rows:
        for seed, predictions in enumerate(row.predictions):
            header.append(f"{column_name(row)}, seed {seed}")
            columns.append(predictions)
    if rows[0].kind is EMOTIONS:
        header = [f"{name}: {each}" for name in header for each in rows[0].classes]
        values = np.concatenate(columns, axis=1)
        values = np.where(np.isnan(values), None, values)
    else:
        values = np.stack(columns, axis=1)
        values = np.array(rows[0].classes)[values] if rows[0].classes else values
    lines = ([str(i), *line] for i, line in zip(ids, values.tolist(), strict=True))
    return csv_text(["id", *header], lines)


def history_csv(rows):
    """One line a row, seed, phase and epoch (from 1), a column a metric."""
    logs = [
        (row, seed, phase, metrics)
        for row in rows
        for seed, phases in enumerate(row.history)
        for phase, metrics in phases.items()
    ]
    names = list(dict.fromkeys(name for *_, metrics in logs for name in metrics))
    lines = []
    for row, seed, phase, metrics in logs:
        for epoch in range(max(map(len, metrics.values()), default=0)):
            values = [_value(metrics.get(name, ()), epoch) for name in names]
            lines.append([column_name(row), seed, phase, epoch + 1, *values])
    return csv_text(["row", "seed", "phase", "epoch", *names], lines)


def _value(values, epoch):
    return float(values[epoch]) if epoch < len(values) else ""
