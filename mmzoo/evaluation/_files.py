"""Writing the files of a run: each whole or not at all, and safe to open."""

import csv
import hashlib
import io
import json
import math
import os
import tempfile
from pathlib import Path

import numpy as np

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")


def write_atomically(path, content):
    """Write bytes or text so that a reader finds the old file or the whole new one.

    Args:
        path: the file.
        content: bytes, or str that is written as UTF-8.

    Returns:
        str, the SHA-256 of what was written.
    """
    path = Path(path)
    if isinstance(content, str):
        # A lone surrogate, possible in a file's name, has no UTF-8.
        content = content.encode("utf-8", "replace")
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner can read
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return hashlib.sha256(content).hexdigest()


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


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
