"""Clips of your own: a `labels.csv` beside the recordings, or the folder of both.

    path,text,label,speaker,split
    clips/anna_01.wav,"I am fine, thank you.",happy,anna,train

`path` (relative to the csv) and `label` are needed; `text`, `speaker` and `split` may
be left out. Protocol `classes` (default) takes labels as names of classes, `regression`
as numbers.

Without `split`, 60 % of the speakers train, 20 % validate and 20 % test, by a seed;
without speakers the clips themselves are cut, and a warning says so.
"""

import csv
import math
import posixpath
from pathlib import Path, PureWindowsPath

import numpy as np

from mmzoo.data.corpus import EMOTION, SPLITS, Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.readers.clip_table import Clip, ClipTable, some

FORMAT = "clips (labels.csv with the columns path, label, and text, speaker, split)"
PROTOCOLS = ("classes", "regression")
FILE = "labels.csv"
NEEDED = ("path", "label")
COLUMNS = ("path", "text", "label", "speaker", "split")
DELIMITERS = ",;\t"
# What people call the splits.
SPLIT_NAMES = {
    **{name: name for name in SPLITS},
    **{"training": "train", "val": "valid", "dev": "valid", "validation": "valid"},
    **{"testing": "test"},
}
SHARES = {"valid": 0.2, "test": 0.2}
SEED = 0
UNKNOWN_SPEAKER = "unknown"
SPLIT_RULE = "Each of train, valid and test needs clips: see the column split"


def matches(path: Path) -> bool:
    """Whether the path is such a csv, by its head, or a folder that holds one."""
    file = _file(path)
    return file.suffix == ".csv" and file.is_file() and bool(_delimiter(file))


def files(path: Path) -> list[Path]:
    """The csv and the recordings that it names."""
    file = _file(path)
    named = {row["path"] for _, row in _rows(file)}
    return [file, *sorted(file.parent / name for name in named)]


def read(
    path: Path, protocol: str, modalities: list[str] | None, strict: bool = False
) -> Corpus:
    """Read the csv and its recordings."""
    file = _file(path)
    table = ClipTable(
        file.resolve().parent.name, file, [], (0.0, 0.0), SPLIT_RULE, target="sentiment"
    )
    rows = _usable(file, table, strict)
    speakers = any(row["speaker"] for row in rows.values())
    table.group_kind = "speaker" if speakers else "clip"
    labels = [row["label"] for row in rows.values()]
    if protocol == "classes":
        table.classes, values = _classes(labels, file, table)
        table.target, table.label_range = EMOTION, (0, len(table.classes) - 1)
    else:
        values = _scores(list(rows), labels, file)
        table.label_range = (min(values), max(values))
    groups = [
        (row["speaker"] or UNKNOWN_SPEAKER) if speakers else row["path"]
        for row in rows.values()
    ]
    unnamed = speakers * sum(not row["speaker"] for row in rows.values())
    if unnamed:
        table.warnings.append(f"{unnamed} clips have no speaker: they count as one.")
    splits = _given_splits(rows, file) or _own_splits(groups, table)
    for row, value, group, split in zip(
        rows.values(), values, groups, splits, strict=True
    ):
        place, words = file.parent / row["path"], row["text"]
        table.clips.append(Clip(place, row["path"], value, group, split, words))
    return table.corpus(strict)


def _file(path: Path) -> Path:
    return path / FILE if path.is_dir() else path


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip(" \"'\r\n").lower() for cell in line.split(delimiter)]


def _delimiter(file: Path) -> str:
    """What separates the columns; empty where there is no column `path`."""
    with open(file, encoding="utf-8-sig", errors="replace") as lines:
        head = lines.readline(4096)
    found = [mark for mark in DELIMITERS if "path" in _cells(head, mark)]
    return found[0] if found else ""


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    """Line and cells of each row; a column that is not there is empty."""
    remedy = "Save the table again as csv in UTF-8"
    try:
        with open(file, encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, delimiter=_delimiter(file), strict=True)
            head = [cell.strip().lower() for cell in next(reader)]
            table = [(reader.line_num, row) for row in reader if "".join(row).strip()]
    except UnicodeDecodeError as error:
        raise DataError(file, f"it is not UTF-8 ({error})", remedy) from error
    except csv.Error as error:
        raise DataError(file, f"it is no proper csv ({error})", remedy) from error
    missing = [name for name in NEEDED if name not in head]
    twice = sorted({name for name in COLUMNS if head.count(name) > 1})
    if missing or twice:
        fault = f"it has no column {', '.join(missing)}" if missing else ""
        fault = fault or f"it has two columns {', '.join(twice)}"
        remedy = f"Its columns are {', '.join(head)}; it needs {' and '.join(NEEDED)}"
        raise DataError(file, fault, f"{remedy}, once each")
    rows = []
    for line, cells in table:
        if len(cells) != len(head):
            fault = f"line {line} has {len(cells)} cells, the head {len(head)}"
            raise DataError(file, fault, "Put text with a comma in quotes")
        cells = dict(zip(head, map(str.strip, cells), strict=True))
        row = dict.fromkeys(COLUMNS, "") | cells
        rows.append((line, row | {"path": _inside(row["path"], line, file)}))
    return rows


def _inside(path: str, line: int, file: Path) -> str:
    """A path as it stands below the folder of the csv."""
    windows = PureWindowsPath(path)
    inner = posixpath.normpath(path.replace("\\", "/"))
    if windows.drive or windows.root or inner.split("/")[0] == ".." or "\0" in path:
        fault = f"line {line} names {path!r}, outside the folder of the csv"
        remedy = "Put the recordings beside the csv and write paths relative to it"
        raise DataError(file, fault, remedy)
    return inner


def _usable(file: Path, table: ClipTable, strict: bool) -> dict[int, dict[str, str]]:
    """The rows by their line, without those that lack something or come again."""
    rows, seen = {}, set()
    for line, row in _rows(file):
        if row["path"] == "." or not row["label"]:
            lacks = "label" if row["label"] == "" else "path"
            if strict:
                fault = f"line {line} has no {lacks}"
                raise DataError(file, fault, "Complete it, or read without `strict`")
            table.leave_out(f"without a {lacks}", f"line {line}")
        elif row["path"] in seen:
            table.leave_out("named a second time", f"{row['path']} (line {line})")
        else:
            seen.add(row["path"])
            rows[line] = row
    if not rows:
        raise DataError(file, "no row has a path and a label", "Write a row a clip")
    return rows


def _classes(labels, file: Path, table: ClipTable) -> tuple[tuple[str, ...], list[int]]:
    """The classes in order, and the index of each label."""
    found = set(labels)
    numbers = [_number(label) for label in found]
    if not any(map(math.isnan, numbers)):
        if any(number % 1 for number in numbers):
            raise DataError(
                file,
                f"its labels are numbers, such as {max(found, key=len)}",
                'Ask for protocol "regression", or write names of classes',
            )
        classes = tuple(sorted(found, key=lambda label: (float(label), label)))
    else:
        classes = tuple(sorted(found))
    if len(classes) < 2:
        fault = f"all its labels are {classes[0]!r}"
        raise DataError(file, fault, "It takes two classes to tell them apart")
    alike = len(classes) - len({name.casefold() for name in classes})
    if alike:
        table.warnings.append(
            f"some classes differ in upper and lower case alone: {some(list(classes))}."
        )
    return classes, [classes.index(label) for label in labels]


def _scores(lines: list[int], labels: list[str], file: Path) -> list[float]:
    values = [_number(label) for label in labels]
    for line, label, value in zip(lines, labels, values, strict=True):
        if not math.isfinite(value):
            raise DataError(
                file,
                f"the label of line {line} is {label!r}, no number",
                'Correct it, or ask for protocol "classes"',
            )
    if min(values) == max(values):
        fault = f"all its labels are {values[0]:g}"
        raise DataError(file, fault, "There is nothing to learn from them")
    return values


def _number(text: str) -> float:
    """The number that a text is, or NaN."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _given_splits(rows: dict[int, dict[str, str]], file: Path) -> list[str] | None:
    given = {line: row["split"].lower() for line, row in rows.items()}
    if not any(given.values()):
        return None
    for line, name in given.items():
        if name not in SPLIT_NAMES:
            fault = f"the split of line {line} is {name!r}"
            raise DataError(file, fault, f"Write one of {', '.join(SPLITS)}")
    return [SPLIT_NAMES[name] for name in given.values()]


def _own_splits(groups: list[str], table: ClipTable) -> list[str]:
    """Cut the speakers by a seed, or the clips where there are too few speakers."""
    kind, names = table.group_kind, sorted(set(groups))
    if len(names) < len(SPLITS):
        kind, groups = "clip", list(range(len(groups)))
        names = groups
    if kind == "clip":
        table.warnings.append(
            "there is no column split and there are no three speakers: the clips were "
            "cut by a seed, and a voice that is in two splits makes results too good."
        )
    else:
        table.warnings.append(
            f"there is no column split: {len(names)} speakers were cut by a seed."
        )
    order = np.random.default_rng(SEED).permutation(len(names))
    split_of, first = {}, 0
    for name, share in SHARES.items():
        last = first + max(1, round(share * len(names)))
        split_of |= {names[i]: name for i in order[first:last]}
        first = last
    return [split_of.get(group, "train") for group in groups]
