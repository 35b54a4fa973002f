"""The two CSV files of a report."""

import numpy as np

from mmzoo.evaluation.report.file_formats import csv_text


def column_name(row):
    """What tells a row from all others in a report."""
    return f"{row.title} ({row.training})"


def predictions_csv(rows, ids):
    """One line a test sample: its id, its label, a column a row and seed.

    Classes are written by name.
    """
    header, columns = ["id", "label"], [rows[0].labels]
    for row in rows:
        for seed, predictions in enumerate(row.predictions):
            header.append(f"{column_name(row)}, seed {seed}")
            columns.append(predictions)
    values = np.stack(columns, axis=1)
    if rows[0].classes:
        values = np.array(rows[0].classes)[values]
    lines = ([str(i), *line] for i, line in zip(ids, values.tolist(), strict=True))
    return csv_text(header, lines)


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
