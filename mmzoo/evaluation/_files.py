"""What the files of a run hold: strict JSON, and CSV that is safe to open."""

import csv
import io
import json
import math

import numpy as np

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")


def plain(value):
    """A value as strict JSON holds it.

    NumPy values become Python's, tuples and sets lists, paths and whatever else is
    no JSON its text; NaN and infinities become the strings "nan", "inf", "-inf".
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return [plain(item) for item in sorted(value, key=str)]
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return str(value)


def json_text(value, sort_keys=False):
    """Strict JSON with an end of line; a NaN is an error."""
    return json.dumps(value, indent=2, sort_keys=sort_keys, allow_nan=False) + "\n"


def csv_text(header, lines):
    """CSV whose text cells no spreadsheet takes for a formula.

    A text that begins with `=`, `+`, `-`, `@`, a tab, a carriage return or an
    apostrophe gets an apostrophe before it; numbers are written as they are. To
    read a text back, drop one leading apostrophe.
    """
    buffer = io.StringIO(newline="")
    # Every text is quoted: a lone carriage return would end the line otherwise.
    style = {"lineterminator": "\n", "quoting": csv.QUOTE_NONNUMERIC}
    writer = csv.writer(buffer, **style)
    writer.writerow([_cell(name) for name in header])
    writer.writerows([_cell(value) for value in line] for line in lines)
    return buffer.getvalue()


def _cell(value):
    formula = isinstance(value, str) and value.startswith(_FORMULA_STARTS)
    return f"'{value}" if formula else value
