"""The numbers behind a report in one file, so that reports can be joined later."""

import dataclasses
import io
import json
from pathlib import Path

import numpy as np

from mmzoo.evaluation.report.file_formats import plain
from mmzoo.evaluation.row import Row
from mmzoo.reading import DataError, parsing, read_arrays

KEPT = "rows.npz"
# What the report holds beside rows, but for its pictures.
FIELDS = ("data", "config", "environment", "label_range", "remarks", "chosen_on")
FIELDS += ("title",)
# Of a row what is no array.
ABOUT = ("name", "training", "control", "history", "seconds", "epochs", "extra")
ABOUT += ("classes", "group_kind", "target", "parameters", "trainable_parameters")
ABOUT += ("tuning", "latent", "members")


def report_arrays(report):
    """The content of `rows.npz`.

    Args:
        report: `Report`.

    Returns:
        bytes.
    """
    about = {name: plain(getattr(report, name)) for name in FIELDS}
    about["rows"] = [
        {name: plain(getattr(row, name)) for name in ABOUT} for row in report.rows
    ]
    first = report.rows[0]
    arrays = {
        "about": json.dumps(about, allow_nan=False),
        "ids": np.array(list(map(str, report.ids)), str),
        "labels": first.labels,
    }
    for number, row in enumerate(report.rows):
        arrays[f"{number}.predictions"] = row.predictions
        if row.probabilities is not None:
            arrays[f"{number}.probabilities"] = row.probabilities
        if row.groups is not None:
            arrays[f"{number}.groups"] = np.array(row.groups, str)
        for name, (errors, deviations) in row.explained.items():
            arrays[f"{number}.{name}"] = np.atleast_2d(errors)
            arrays[f"{number}.{name}_of"] = deviations
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def load_kept(directory):
    """What a report was made of, read from the folder of its run.

    Args:
        directory: the folder.

    Returns:
        Dict of the arguments of a `Report`, but for its pictures.

    Raises:
        DataError: naming the file and what is wrong with it.
    """
    path = Path(directory) / KEPT
    if not path.exists():
        fault = "there is no such file"
        raise DataError(path, fault, "Give the folder of a run that ended")
    arrays = read_arrays(path)
    with parsing(path, "it is no report that mmzoo wrote"):
        about = json.loads(str(arrays["about"]))
        rows = [_row(number, each, arrays) for number, each in enumerate(about["rows"])]
        found = {name: about[name] for name in FIELDS}
        ids = tuple(arrays["ids"].tolist())
    return {**found, "rows": rows, "ids": ids, "label_range": (*found["label_range"],)}


def _row(number, about, arrays):
    prefix = f"{number}."
    own = {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
    explained = {
        name: (array, own[f"{name}_of"])
        for name, array in own.items()
        if f"{name}_of" in own
    }
    fields = {field.name for field in dataclasses.fields(Row)}
    return Row(
        **{name: value for name, value in about.items() if name in fields},
        labels=arrays["labels"],
        predictions=own["predictions"],
        probabilities=own.get("probabilities"),
        groups=own.get("groups"),
        explained=explained,
    )
