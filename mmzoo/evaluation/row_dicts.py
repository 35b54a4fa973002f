"""Rows as `report.json` holds them: their order, their labels, their numbers."""

import math

# The control of a floor that is a constant: the median, or the most frequent class.
MAJORITY = "majority"


def as_dicts(rows):
    """Rows as `report.json` holds them, whether they are `Row`s or that already."""
    return [row if isinstance(row, dict) else row.to_dict() for row in rows]


def in_order(rows):
    """Each row followed by its own controls; other controls come last.

    Args:
        rows: dicts of `report.json`.

    Returns:
        list of `(row, belongs)`; `belongs` tells that a control stands under its row.
    """
    controls = [row for row in rows if row.get("control")]
    ordered = []
    for row in rows:
        if row.get("control"):
            continue
        ordered.append((row, False))
        own = [control for control in controls if _variant(control) == _variant(row)]
        ordered.extend((control, True) for control in own)
    placed = [id(row) for row, _ in ordered]
    ordered.extend((row, False) for row in controls if id(row) not in placed)
    return ordered


def _variant(row):
    return row["name"], row["training"]


def key_of(row):
    """What tells a row from all others: name, training, and control or `None`."""
    return row["name"], row["training"], row.get("control") or None


def called(row):
    """A row's name in a sentence, with that of the control that it is."""
    return ", ".join(filter(None, (row["name"], row.get("control"))))


UNDEFINED = "undefined"


def number(metrics, metric, factor=1, decimals=3):
    """A metric as text, `"76.3 ±0.5"`; empty where the row does not have it."""
    if metric not in metrics:
        return ""
    found = metrics[metric]
    if not is_defined(found["mean"]):
        return UNDEFINED
    text = f"{factor * found['mean']:.{decimals}f}"
    if len(found["values"]) > 1:
        text += f" ±{factor * found['std']:.{decimals}f}"
    return text


def mean_text(metrics, metric):
    """The mean over the seeds as text, `"0.763"`."""
    mean = metrics[metric]["mean"]
    return f"{mean:.3f}" if is_defined(mean) else UNDEFINED


def is_defined(value):
    """Whether a number is there; a row has NaN else, `report.json` None or "nan"."""
    return value is not None and math.isfinite(float(value))


def row_label(row, belongs=False):
    """What stands in the first column; a control under its row is set in."""
    if belongs:
        return f"  {row['control']}"
    return (
        floor_name(row["control"], row["name"]) if row.get("control") else row["name"]
    )


def floor_name(control, name):
    """A control that stands for itself: `"majority"`, `"ridge on text+audio"`."""
    return control if control == name else f"{control} on {name}"
