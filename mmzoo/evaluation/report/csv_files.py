"""The CSV files of a report."""

import numpy as np

from mmzoo.evaluation.report.file_formats import csv_text
from mmzoo.evaluation.row import SIZES
from mmzoo.evaluation.row_dicts import key_of
from mmzoo.evaluation.row_kind import EMOTIONS

_PARTS = ("", " std", " ci95 low", " ci95 high")


def column_name(row):
    """What tells a row from all others in a report."""
    return f"{row.title} ({row.training})"


def results_csv(content):
    """One line a row: what it is, what it cost, and each of its metrics.

    A cell is empty where a number is undefined or not known. Beside a metric that a
    paper printed stands its figure for the row.

    Args:
        content: what `report.json` holds.

    Returns:
        str.
    """
    found = content["rows"]
    held = content.get("published", {"metrics": (), "lines": ()})
    names = list(dict.fromkeys(name for row in found for name in row["metrics"]))
    about = ["name", "training", "control", "num_seeds", "epochs", "seconds"]
    about += ["seconds_per_seed", *SIZES]
    numbers = [[f"{name}{part}" for part in _PARTS] for name in names]
    printed = [f"{name} published" for name in held["metrics"]]
    lines = [
        [
            *(row.get(key, "") for key in about),
            *(cell for name in names for cell in _summary(row["metrics"].get(name))),
            *(_printed(row, held).get(name, "") for name in held["metrics"]),
        ]
        for row in found
    ]
    header = [*about, *(name for parts in numbers for name in parts), *printed]
    return csv_text(header, lines)


def _printed(row, published):
    """The figures that a paper printed for a row, by metric."""
    for line in published["lines"]:
        if key_of(row) in map(key_of, line["rows"]):
            return {name: float(each) for name, each in line["figures"].items()}
    return {}


def paired_tests_csv(content):
    """One line a test in pairs.

    Args:
        content: what `report.json` holds.

    Returns:
        str.
    """
    tests = content["paired_tests"]["tests"]
    header = [*tests[0]]
    place = header.index("ci95")
    named = [*header[:place], "ci95 low", "ci95 high", *header[place + 1 :]]
    lines = []
    for test in tests:
        low, high = test["ci95"] or (None, None)
        cells = [*test.values()]
        lines.append([*cells[:place], low, high, *cells[place + 1 :]])
    return csv_text(named, lines)


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
