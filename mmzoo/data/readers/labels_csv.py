"""A `labels.csv` beside the files that it names: what its readers share."""

import copy
import csv
import io
import math
import os
import posixpath
import re
from collections.abc import Callable, Sequence
from pathlib import Path, PureWindowsPath

import numpy as np

from mmzoo.data.cells import name_of, natural_order, number_of, value_of
from mmzoo.data.errors import DataError
from mmzoo.data.label_choice import PREFIX, chosen_label, target_named, told
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.readers.file_table import UNNAMED, FileTable, some
from mmzoo.data.split import EMOTION, SPLITS
from mmzoo.reading import decode, inside_folder, open_regular, read_text
from mmzoo.reading.text_file import LOST

PROTOCOLS = ("classes", "regression")
FILE = "labels.csv"
SUFFIXES = (".csv", ".tsv")
DELIMITERS = ",;\t"
# Bytes in which the head of a table ends.
HEAD = 8192
LABEL = "label"
YES_OR_NO = ("0", "1")
# Columns whose cells are told apart, not read as text: numbers have one spelling.
NAMES = ("label", "speaker", "group", "is_positive_sentiment")
# They say that there is no value, and a class may be called so.
NO_VALUE_WORDS = ("none", "null")
# A number as much of Europe writes it.
DECIMAL_COMMA = re.compile(r"[-+\u2212]?\d+,\d+")
# What people call the splits.
SPLIT_NAMES = {
    **{name: name for name in SPLITS},
    **{"training": "train", "val": "valid", "dev": "valid", "validation": "valid"},
    **{"testing": "test"},
}
SHARES = {"valid": 0.2, "test": 0.2}
SEED = 0

Rows = dict[int, dict[str, str]]


def csv_file(path: Path) -> Path:
    """The csv that is meant by itself or by its folder."""
    return inside_folder(path, FILE)


def delimiter(file: Path, fits: Callable[[list[str]], bool]) -> str:
    """What separates the columns of a head that fits; empty where none does."""
    head = _first_line(file)
    found = [mark for mark in DELIMITERS if fits(_cells(head, mark))]
    return found[0] if found else ""


def columns_of(file: Path) -> list[str]:
    """The columns that a table's first line names; none where it is no table."""
    head = _first_line(file)
    if LOST in head or not head.replace("\t", "").isprintable():
        return []
    return [cell for cell in _cells(head, max(DELIMITERS, key=head.count)) if cell]


def _first_line(file: Path) -> str:
    """The first line of a table that is not blank, whatever ends it."""
    if file.suffix.lower() not in SUFFIXES or not file.is_file():
        return ""
    with open_regular(file) as content:
        head = decode(content.read(HEAD))[0].lstrip("\ufeff")
    return next(iter(head.strip().splitlines()), "")


def read_rows(
    file: Path,
    mark: str,
    columns: Sequence[str],
    needed: Sequence[str],
    table: FileTable | None = None,
    label: str = LABEL,
) -> Rows:
    """Cells of each row by its line; a column that is not there is empty.

    Args:
        file: The csv.
        mark: What separates the columns.
        columns: Those that are read.
        needed: Those of them that must be there.
        table: What notes the faults of single rows, where these are to be answered.
        label: The column whose cells are the label.

    Returns:
        Dict from line to a dict from column to cell.
    """
    head, lines = _table(file, mark)
    needed = [label if name == LABEL else name for name in needed]
    columns = [*columns, label] if label != LABEL else columns
    missing = [name for name in needed if name not in head]
    twice = sorted({name for name in columns if head.count(name) > 1})
    if missing or twice:
        fault = f"it has no column {', '.join(missing)}" if missing else ""
        fault = fault or f"it has two columns {', '.join(twice)}"
        remedy = f"Its columns are {', '.join(head)}; it needs {' and '.join(needed)}"
        other = ". `label=` names another column that is the label"
        other *= LABEL in missing
        raise DataError(file, fault, f"{remedy}, once each{other}")
    rows = {}
    for line, cells in lines:
        if len(cells) != len(head):
            fault = f"line {line} has {len(cells)} cells, the head {len(head)}"
            error = DataError(file, fault, "Put text with a comma in quotes")
            refuse(error, f"line {line}", table)
            continue
        raw = dict(zip(head, cells, strict=True))
        cells = {name: value_of(cell) for name, cell in raw.items()}
        cells |= {name: name_of(cells[name]) for name in NAMES if name in cells}
        if label != LABEL:
            cells[LABEL] = name_of(cells.get(label, ""))
        rows[line] = dict.fromkeys(columns, "") | cells
        if raw.get(label, "").strip().casefold() in NO_VALUE_WORDS:
            rows[line]["written"] = raw[label].strip()
    return rows


def label_lacking(row: dict[str, str]) -> str:
    """What a row without a label lacks, with the word in its place, a class perhaps."""
    word = row.get("written")
    return (
        f"label (its cell is {word!r}, which stands for no label)" if word else "label"
    )


def _cells(line: str, mark: str) -> list[str]:
    return [cell.strip(" \"'\r\n").lower() for cell in line.split(mark)]


def _table(file: Path, mark: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The head, and line and cells of each row."""
    remedy = "Save the table again as csv in UTF-8"
    text = read_text(file)[0].lstrip("\ufeff")
    try:
        reader = csv.reader(io.StringIO(text, ""), delimiter=mark, strict=True)
        first = next(row for row in reader if "".join(row).strip())
        head = [cell.strip().lower() for cell in first]
        rows = [(reader.line_num, row) for row in reader if "".join(row).strip()]
    except csv.Error as error:
        raise DataError(file, f"it is no proper csv ({error})", remedy) from error
    return head, rows


def label_column(
    file: Path, mark: str, label: str | int | None, table: FileTable
) -> str:
    """The column whose cells are the label; tells the table which it is.

    Args:
        file: The csv.
        mark: What separates the columns.
        label: Name of any column, or the number of one of those whose name begins with
            `label`. Where not given, `label`, or the only one that begins so.
        table: What is told.

    Returns:
        The name of the column.
    """
    head = [name for name in _table(file, mark)[0] if name]
    names = [name for name in head if name == LABEL or name.startswith(PREFIX)]
    if label is None and (LABEL in names or not names):
        column = LABEL
    else:
        try:
            column = chosen_label(names, label, file, head)
        except DataError as error:
            if label is not None or not table.answering:
                raise
            table.warnings.append(f"it is read without labels: {error.fault}.")
            return LABEL
    if column in head:
        table.provenance |= told(column, names)
        table.names = tuple(names)
    return column


def other_labels(
    rows: Rows, file: Path, mark: str, protocol: str, table: FileTable
) -> list[dict]:
    """The other labels of each row; tells the table what they mean.

    One that the protocol cannot read is left aside, with a warning.

    Args:
        rows: The rows that are read, by their line.
        file: The csv that they are of.
        mark: What separates the columns.
        protocol: How labels are read.
        table: Whose `names` are the columns of labels.

    Returns:
        For each row a dict from column to label, NaN where the cell is empty.
    """
    chosen = table.provenance.get("label")
    head, lines = _table(file, mark)
    cells, found = dict(lines), {line: {} for line in rows}
    for name in table.names:
        if name == chosen:
            continue
        place = head.index(name)
        written = {line: name_of(value_of(cells[line][place])) for line in rows}
        known = {line: {LABEL: cell} for line, cell in written.items() if cell}
        try:
            meaning, values = _other(name, known, protocol, table)
        except DataError as error:
            told_of = f"the label {name} is left aside: {error.fault}."
            table.warnings.append(told_of)
            continue
        table.meanings[name] = meaning
        by_line = dict(zip(known, values, strict=True))
        for line, labels in found.items():
            labels[name] = by_line.get(line, math.nan)
    return list(found.values())


def _other(name: str, rows: Rows, protocol: str, table: FileTable):
    """What one other label says, and its values in the rows that have it."""
    if not rows:
        raise DataError(table.place, "no row has it", "Write it, or leave it out")
    scratch = copy.copy(table)
    scratch.provenance, scratch.warnings = {"label": name}, []
    values = labelled(rows, protocol, table.place, scratch)
    says = scratch.target, scratch.label_range, scratch.classes
    return LabelMeaning(*says), values


def refuse(error: DataError, name: str, table: FileTable | None) -> None:
    """Raise the fault of a row, or note it where there is something that notes it."""
    if table is None:
        raise error
    table.refuse(error, name)


def inside(path: str, line: int, file: Path) -> str:
    """A path as it stands below the folder of the csv; others are refused."""
    path = _relative(path, file.parent)
    windows = PureWindowsPath(path)
    inner = posixpath.normpath(path.replace("\\", "/"))
    if windows.drive or windows.root or inner.split("/")[0] == ".." or "\0" in path:
        fault = f"line {line} names {path!r}, outside the folder of the csv"
        remedy = "Put the files beside the csv, or write paths relative to it"
        raise DataError(file, fault, remedy)
    return inner


def _relative(path: str, folder: Path) -> str:
    """A whole path relative to the folder, where it leads there by any links."""
    if not os.path.isabs(path) or "\0" in path:
        return path
    above, name = os.path.split(path)
    above, folder = os.path.realpath(above), os.path.realpath(folder)
    whole = Path(above, name)
    return str(whole.relative_to(folder)) if whole.is_relative_to(folder) else path


def labelled(rows: Rows, protocol: str, file: Path, table: FileTable) -> list[float]:
    """The label of each row as a number; tells the table what it means."""
    labels = [row["label"] for row in rows.values()]
    if table.answering:
        values = _labelled_in_part(labels, protocol, table)
    elif protocol == "classes":
        table.classes, values = _classes(labels, file, table)
        table.target, table.label_range = EMOTION, (0, len(table.classes) - 1)
    else:
        values = _scores(list(rows), labels, file)
        table.target, table.label_range = "sentiment", (min(values), max(values))
    column = table.provenance.get("label", LABEL)
    if column != LABEL:
        table.target = target_named(column)
    return values


def _labelled_in_part(labels, protocol: str, table: FileTable) -> list[float]:
    """Labels to compare answers with: NaN where there is none, of one class perhaps."""
    commas = _decimal_commas({label for label in labels if label})
    if commas:
        count = sum(label in commas for label in labels)
        table.warnings.append(
            f"{count} labels with a decimal comma, such as {min(commas)!r}, are left "
            "out: write a decimal point."
        )
    labels = ["" if label in commas else label for label in labels]
    found = {label for label in labels if label}
    numbers = [number_of(label) for label in labels]
    fractions = any(number % 1 for number in numbers if math.isfinite(number))
    whole = all(math.isfinite(number_of(label)) for label in found)
    if protocol == "classes" and found and not (whole and fractions):
        # A part may lack one of two classes that are called 0 and 1.
        found = set(YES_OR_NO) if found <= set(YES_OR_NO) else found
        table.classes = tuple(sorted(found, key=natural_order))
        table.target, table.label_range = EMOTION, (0, len(table.classes) - 1)
        places = {name: place for place, name in enumerate(table.classes)}
        return [places.get(label, math.nan) for label in labels]
    known = [number for number in numbers if math.isfinite(number)] or [0.0]
    table.target, table.label_range = "sentiment", (min(known), max(known))
    return [number if math.isfinite(number) else math.nan for number in numbers]


def _classes(labels, file: Path, table: FileTable) -> tuple[tuple[str, ...], list[int]]:
    """The classes in order, and the index of each label."""
    found = set(labels)
    commas = _decimal_commas(found)
    if commas:
        raise DataError(
            file,
            f"its labels are numbers, some with a comma, such as {min(commas)!r}",
            'Write a decimal point and ask for protocol "regression", or write names '
            "of classes",
        )
    numbers = [number_of(label) for label in found]
    if not any(map(math.isnan, numbers)):
        if any(number % 1 for number in numbers):
            raise DataError(
                file,
                f"its labels are numbers, such as {max(found, key=len)}",
                'Ask for protocol "regression", or write names of classes',
            )
        classes = tuple(sorted(found, key=natural_order))
    else:
        classes = tuple(sorted(found, key=natural_order))
    if len(classes) < 2:
        fault = f"all its labels are {classes[0]!r}"
        raise DataError(file, fault, "It takes two classes to tell them apart")
    alike = len(classes) - len({name.casefold() for name in classes})
    if alike:
        table.warnings.append(
            f"some classes differ in upper and lower case alone: {some(list(classes))}."
        )
    return classes, [classes.index(label) for label in labels]


def _decimal_commas(labels: set[str]) -> set[str]:
    """Numbers that are written with a comma, which would pass for names of classes."""
    points = [number_of(label.replace(",", ".")) for label in labels]
    if not all(map(math.isfinite, points)):
        return set()
    return {label for label in labels if DECIMAL_COMMA.fullmatch(label)}


def _scores(lines: list[int], labels: list[str], file: Path) -> list[float]:
    values = [number_of(label) for label in labels]
    for line, label, value in zip(lines, labels, values, strict=True):
        if not math.isfinite(value):
            raise DataError(
                file,
                f"the label of line {line} is {label!r}, no number",
                'Correct it (decimals take a point), or ask for protocol "classes"',
            )
    if min(values) == max(values):
        fault = f"all its labels are {values[0]:g}"
        raise DataError(file, fault, "There is nothing to learn from them")
    return values


def given_splits(rows: Rows, file: Path, answering: bool = False) -> list[str] | None:
    """The split of each row; `None` where the column is not there."""
    given = {line: row["split"].lower() for line, row in rows.items()}
    if not any(given.values()):
        return None
    if answering:
        return [SPLIT_NAMES.get(name, UNNAMED) for name in given.values()]
    for line, name in given.items():
        if name not in SPLIT_NAMES:
            fault = f"the split of line {line} is {name!r}"
            raise DataError(file, fault, f"Write one of {', '.join(SPLITS)}")
    return [SPLIT_NAMES[name] for name in given.values()]


def cut_by_seed(groups: Sequence, shares: dict[str, float] = SHARES) -> list[str]:
    """A split for each sample; those of one group stay together.

    Args:
        groups: Group of each sample.
        shares: Share of the groups that validate and test; the others train.

    Returns:
        The names of the splits.
    """
    names = sorted(set(groups), key=lambda name: natural_order(str(name)))
    order = np.random.default_rng(SEED).permutation(len(names))
    split_of, first = {}, 0
    for name, share in shares.items():
        last = first + max(1, round(share * len(names)))
        split_of |= {names[i]: name for i in order[first:last]}
        first = last
    return [split_of.get(group, "train") for group in groups]


def cut_by_class(groups: Sequence, labels: Sequence, table: FileTable) -> list[str]:
    """As `cut_by_seed`, in each class alone where every group has one label.

    Args:
        groups: Group of each sample.
        labels: Label of each sample.
        table: What is told which classes validation or test lack.

    Returns:
        The names of the splits.
    """
    pairs, classes = set(zip(groups, labels, strict=True)), table.classes
    parts = [{g for g, label in pairs if label == each} for each in sorted(set(labels))]
    splits = cut_by_seed(groups)
    if classes and len(pairs) == len(set(groups)) and min(map(len, parts)) >= 3:
        cut = {}
        for part in parts:
            names = sorted(part, key=lambda name: natural_order(str(name)))
            cut |= dict(zip(names, cut_by_seed(names), strict=True))
        splits = [cut[group] for group in groups]
    table.warnings += lacking_classes(splits, labels, classes)
    return splits


def lacking_classes(
    splits: Sequence, labels: Sequence, classes: Sequence[str] | None
) -> list[str]:
    """A warning for each class that validation or test lacks after a cut.

    Args:
        splits: Split of each sample.
        labels: Index of the class of each sample, NaN where it is not known.
        classes: Names of the classes, `None` where labels are scores.

    Returns:
        The warnings.
    """
    found = []
    for index, name in enumerate(classes or ()):
        of_class = zip(splits, labels, strict=True)
        there = {split for split, label in of_class if label == index}
        found += [
            f"no sample of {split} is {name!r}: results on it tell nothing of that "
            "class."
            for split in ("valid", "test")
            if there and split not in there
        ]
    return found
