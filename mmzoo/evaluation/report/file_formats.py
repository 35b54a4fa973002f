"""What the files of a run hold: strict JSON, and CSV that is safe to open."""

import csv
import io
import json
import math
import re
import unicodedata

import numpy as np

from mmzoo.reading.visible_text import is_hidden, visible

# ASCII that is drawn as it is, and begins like no formula.
_HARMLESS = re.compile("[A-Za-z0-9][ -~]*")
_HARMLESS_COLUMN = re.compile(rf"{_HARMLESS.pattern}(\n{_HARMLESS.pattern})*")
_FORMULA_STARTS = ("=", "+", "-", "@", "\u2212")


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

    A text that begins with `=`, `+`, `-`, `@` or another sign of a formula, full-width
    and behind blanks too, with a tab, a carriage return or an apostrophe gets an
    apostrophe before it; numbers are written as they are. To read a text back, drop one
    leading apostrophe. Control, direction and invisible characters are written as
    Python escapes them.
    """
    return csv_lines([header, *lines])


def csv_lines(lines):
    """The same for lines without a header, for a file that is written in parts."""
    buffer = io.StringIO(newline="")
    # Every text is quoted: a lone carriage return would end the line otherwise.
    style = {"lineterminator": "\n", "quoting": csv.QUOTE_NONNUMERIC}
    writer = csv.writer(buffer, **style)
    writer.writerows(zip(*map(_cells, zip(*lines, strict=True)), strict=True))
    return buffer.getvalue()


def _cells(column):
    """The cells of a column, most of which hold what needs no look at each."""
    kinds = set(map(type, column))
    if kinds <= {float, int, type(None)}:
        return column
    if kinds == {str}:
        joined = "\n".join(column)
        whole = joined.count("\n") == len(column) - 1
        if whole and _HARMLESS_COLUMN.fullmatch(joined):
            return column
    return map(_cell, column)


def _cell(value):
    if type(value) is float or type(value) is str and _HARMLESS.fullmatch(value):
        return value
    # A NumPy number is none of Python's, and would be quoted as text.
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return f"'{visible(text)}" if _is_formula(text) else visible(text)


def _is_formula(text):
    """Whether a spreadsheet may take a text for a formula, or for a quoted one."""
    if text.startswith(("'", "\t", "\r")):
        return True
    drawn = (c for c in text if not (c.isspace() or is_hidden(c)))
    # Full-width and small signs become the plain ones.
    return unicodedata.normalize("NFKC", next(drawn, "")).startswith(_FORMULA_STARTS)
