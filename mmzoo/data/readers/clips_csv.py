"""Clips of your own: a `labels.csv` beside the recordings, or the folder of both.

    path,text,label,speaker,split
    clips/anna_01.wav,"I am fine, thank you.",happy,anna,train

`path` (relative to the csv) and `label` are needed; `text`, `speaker` and `split` may
be left out. Protocol `classes` (default) takes labels as names of classes, `regression`
as numbers. `label=` names another column that is the label, such as `label_arousal`.

Without `split`, 60 % of the speakers train, 20 % validate and 20 % test, by a seed;
without speakers the clips themselves are cut, and a warning says so.
"""

import contextlib
from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.readers.clip_table import ClipTable
from mmzoo.data.readers.file_table import Entry, FileTable, some
from mmzoo.data.readers.labels_csv import (
    LABEL,
    PROTOCOLS,
    Rows,
    columns_of,
    csv_file,
    cut_by_class,
    delimiter,
    given_splits,
    inside,
    label_column,
    label_lacking,
    labelled,
    other_labels,
    read_rows,
    refuse,
)
from mmzoo.data.split import SPLITS
from mmzoo.reading import read_text

__all__ = ["FORMAT", "PROTOCOLS", "SEVERAL_LABELS", "files", "matches", "read"]

FORMAT = "clips (labels.csv with the columns path, label, and text, speaker, split)"
SEVERAL_LABELS = True
NEEDED = ("path", LABEL)
COLUMNS = ("path", "text", "label", "speaker", "split")
# What a column of paths names, for what lacks it.
NAMED = {"path": "path", "frames": "folder or file of frames"}
UNKNOWN_SPEAKER = "unknown"
SPLIT_RULE = "Each of train, valid and test needs clips: see the column split"


def matches(path: Path) -> bool:
    """Whether the path is such a csv, by its head, or a folder that holds one."""
    return bool(delimiter_with(csv_file(path), "path"))


def files(path: Path) -> list[Path]:
    """The csv and the recordings that it names."""
    file = csv_file(path)
    named = {row["path"] for row in rows_of(file).values()}
    return [file, *sorted(file.parent / name for name in named)]


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
    label: str | int | None = None,
) -> Corpus:
    """Read the csv and its recordings."""
    file = csv_file(path)
    table = ClipTable(file.resolve().parent.name, file, [], (0.0, 0.0), SPLIT_RULE)
    table.answering = answering
    list_clips(table, file, protocol, strict, label)
    return table.corpus(strict)


def names_recordings(file: Path) -> bool:
    """Whether a csv names recordings that are there.

    Args:
        file: The csv.

    Returns:
        Whether one of its paths is a file, and no csv.
    """
    with contextlib.suppress(DataError):
        rows = rows_of(file) if delimiter_with(file, "path") else {}
        paths = (file.parent / row["path"] for row in rows.values())
        return any(path.suffix.lower() != ".csv" and path.is_file() for path in paths)
    return False


def list_clips(
    table: FileTable,
    file: Path,
    protocol: str,
    strict: bool,
    label: str | int | None,
    path: str = "path",
) -> None:
    """Enter the rows of a csv into a table, with their labels, groups and splits.

    Args:
        table: The table, which is told what it has to know of them.
        file: The csv.
        protocol: Whether labels are classes or scores.
        strict: Whether a row that lacks something is an error.
        label: The column that is the label.
        path: The column that names the files. Defaults to `"path"`.

    Raises:
        DataError: If the csv cannot be used.
    """
    mark = delimiter_with(file, path)
    if not mark:
        fault = f"its columns are {some(columns_of(file)) or 'not to be made out'}"
        raise DataError(file, fault, f"It needs {path} and {LABEL}")
    table.note_text(*read_text(file))
    column = label_column(file, mark, label, table)
    rows = _usable(file, table, strict, column, path)
    speakers = any(row["speaker"] for row in rows.values())
    table.group_kind = "speaker" if speakers else "clip"
    values = labelled(rows, protocol, file, table)
    groups = [
        (row["speaker"] or UNKNOWN_SPEAKER) if speakers else row["path"]
        for row in rows.values()
    ]
    unnamed = speakers * sum(not row["speaker"] for row in rows.values())
    if unnamed:
        table.warnings.append(f"{unnamed} clips have no speaker: they count as one.")
    given = given_splits(rows, file, table.answering)
    splits = given or _own_splits(groups, values, table)
    others = other_labels(rows, file, mark, protocol, table)
    for row, value, group, split, other in zip(
        rows.values(), values, groups, splits, others, strict=True
    ):
        place, words = file.parent / row["path"], row["text"]
        name = row["name"]
        table.entries.append(Entry(place, name, value, group, split, words, other))


def delimiter_with(file: Path, path: str) -> str:
    """What separates the columns of a csv that has one of paths; empty where not.

    Args:
        file: The csv.
        path: The column that names the files.

    Returns:
        A comma, a semicolon or a tab.
    """
    return delimiter(file, lambda head: path in head)


def rows_of(
    file: Path, table: FileTable | None = None, column: str = "", path: str = "path"
) -> Rows:
    """Rows by their line, with the path below the csv as the name.

    The label is needed where a column of it is given, unless rows are to be answered.

    Args:
        file: The csv.
        table: What notes the faults of single rows, where these are to be answered.
        column: The column that is the label, empty where none is read.
        path: The column that names the files. Defaults to `"path"`.

    Returns:
        Dict from line to a dict from column to cell; `"path"` is that of the file.
    """
    needed = (path, LABEL) if column and table is None else (path,)
    columns, label = (path, *COLUMNS[1:]), column or LABEL
    mark, found = delimiter_with(file, path), {}
    rows = read_rows(file, mark, columns, needed, table, label)
    for line, row in rows.items():
        try:
            place = inside(row[path], line, file)
            found[line] = row | {"path": place, "name": place}
        except DataError as error:
            refuse(error, f"line {line}", table)
    return found


def _usable(file: Path, table: FileTable, strict: bool, column: str, path: str) -> Rows:
    """The rows by their line, without those that lack something or come again."""
    rows, seen = {}, set()
    noting = table if table.answering else None
    for line, row in rows_of(file, noting, column, path).items():
        if row["path"] == "." or not (row["label"] or table.answering):
            lacks = NAMED[path] if row["path"] == "." else label_lacking(row)
            if strict:
                fault = f"line {line} has no {lacks}"
                raise DataError(file, fault, "Complete it, or read without `strict`")
            table.leave_out(f"without a {lacks}", f"line {line}")
        elif table.answering:
            again = f" (line {line})" if row["path"] in seen else ""
            seen.add(row["path"])
            rows[line] = row | {"name": row["path"] + again}
        elif row["path"] in seen:
            table.leave_out("named a second time", f"{row['path']} (line {line})")
        else:
            seen.add(row["path"])
            rows[line] = row
    if not rows:
        fault = f"no row has a {NAMED[path]} and a label"
        raise DataError(file, fault, "Write a row a clip")
    return rows


def _own_splits(groups: list[str], values, table: FileTable) -> list[str]:
    """Cut the speakers by a seed, or the clips where there are too few speakers."""
    table.provenance["cut_by"] = "seed"
    count = len(set(groups))
    enough = count >= len(SPLITS)
    if table.group_kind == "clip" or not enough:
        table.warnings.append(
            "there is no column split and there are no three speakers: the clips were "
            "cut by a seed, and a voice that is in two splits makes results too good."
        )
        return cut_by_class(groups if enough else range(len(groups)), values, table)
    table.warnings.append(
        f"there is no column split: {count} speakers were cut by a seed."
    )
    return cut_by_class(groups, values, table)
