"""The file of answers, written some rows at a time in the form that its name says."""

import itertools
import json

from mmzoo.evaluation.report.file_formats import csv_lines
from mmzoo.files import atomic_file

# So many rows are held in memory at once.
ROWS = 4096


def write_answers(path, columns, rows):
    """Write rows as `.csv`, `.json`, `.jsonl` or `.parquet`, all with the same columns.

    A value that is missing is an empty cell in a csv and null elsewhere.

    Args:
        path: `pathlib.Path` with one of these endings.
        columns: dict from the name of each column to its type, `str` or `float`.
        rows: iterable of lists with a value, or `None`, for each column; it is read
            once, while the file is written.
    """
    write = WRITERS[path.suffix.lower()]
    with atomic_file(path) as temporary, open(temporary, "wb") as file:
        write(file, columns, rows)


def _write_csv(file, columns, rows):
    file.write(_bytes(csv_lines([columns])))
    for part in _parts(rows):
        file.write(_bytes(csv_lines(part)))


def _write_json(file, columns, rows):
    before = "[\n"
    for row in rows:
        file.write(_bytes(before + _object(columns, row)))
        before = ",\n"
    file.write(b"[]\n" if before == "[\n" else b"\n]\n")


def _write_jsonl(file, columns, rows):
    for row in rows:
        file.write(_bytes(_object(columns, row) + "\n"))


def _write_parquet(file, columns, rows):
    import pyarrow
    import pyarrow.parquet

    types = {str: pyarrow.string(), float: pyarrow.float64()}
    schema = pyarrow.schema([(name, types[kind]) for name, kind in columns.items()])
    with pyarrow.parquet.ParquetWriter(file, schema) as writer:
        for part in _parts(rows):
            values = [
                [_sound(value) for value in column]
                for column in zip(*part, strict=True)
            ]
            writer.write_table(pyarrow.table(values, schema=schema))


WRITERS = {
    ".csv": _write_csv,
    ".json": _write_json,
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
}


def _parts(rows):
    rows = iter(rows)
    while part := list(itertools.islice(rows, ROWS)):
        yield part


def _object(columns, row):
    row = dict(zip(columns, map(_sound, row), strict=True))
    return json.dumps(row, ensure_ascii=False, allow_nan=False)


def _sound(value):
    """The value without lone surrogates, which have no UTF-8."""
    return _bytes(value).decode() if isinstance(value, str) else value


def _bytes(text):
    return text.encode("utf-8", "replace")
