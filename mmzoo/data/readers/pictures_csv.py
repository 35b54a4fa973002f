"""Pictures of your own: a `labels.csv` beside them, or the folder of both.

    image,text,label,split,group
    photos/beach.jpg,"What a day!",positive,train,anna

`image` (relative to the csv) may be empty where a sample has words alone. Instead of
it, `guid` or `id` may name pictures of a folder `images` beside the csv, such as
`images/17.jpg`. `label` is needed; `text`, `split` and `group` (what must not be in
two splits, such as who took the picture) may be left out. Protocol `classes` (default)
takes labels as names of classes, `regression` as numbers. `label=` names another column
that is the label, such as `label_arousal`.

Without `split`, 60 % of the groups train, 20 % validate and 20 % test, by a seed.
"""

from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.readers.file_table import Entry
from mmzoo.data.readers.labels_csv import (
    LABEL,
    PROTOCOLS,
    Rows,
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
from mmzoo.data.readers.picture_table import PictureTable
from mmzoo.data.split import SPLITS
from mmzoo.reading import read_text

__all__ = ["FORMAT", "PROTOCOLS", "SEVERAL_LABELS", "files", "matches", "read"]

FORMAT = (
    "pictures (labels.csv with the columns label, image or guid with a folder images, "
    "and text, split, group)"
)
SEVERAL_LABELS = True
NEEDED = (LABEL,)
NAMES = ("guid", "id")
COLUMNS = ("image", *NAMES, "text", "label", "split", "group")
FOLDER = "images"
SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff")
SPLIT_RULE = "Each of train, valid and test needs pictures: see the column split"


def matches(path: Path) -> bool:
    """Whether the path is such a csv, by its head, or a folder that holds one."""
    return bool(_delimiter(csv_file(path)))


def files(path: Path) -> list[Path]:
    """The csv and the pictures that it names."""
    file = csv_file(path)
    return [file, *sorted(set(_pictures(_rows(file), file).values()))]


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
    label: str | int | None = None,
) -> Corpus:
    """Read the csv and its pictures."""
    file = csv_file(path)
    table = PictureTable(file.resolve().parent.name, file, [], (0.0, 0.0), SPLIT_RULE)
    table.answering = answering
    table.note_text(*read_text(file))
    column = label_column(file, _delimiter(file), label, table)
    rows, pictures = _usable(file, table, strict, column)
    if any(row["group"] for row in rows.values()):
        table.group_kind = "group"
    values = labelled(rows, protocol, file, table)
    names = _names(rows)
    # One picture with several texts is one group, however its path is spelt.
    groups = [
        row["group"] or (_below(pictures[line], file) if line in pictures else name)
        for (line, row), name in zip(rows.items(), names, strict=True)
    ]
    splits = given_splits(rows, file, answering) or _own_splits(groups, values, table)
    others = other_labels(rows, file, _delimiter(file), protocol, table)
    for line, name, value, group, split, other in zip(
        rows, names, values, groups, splits, others, strict=True
    ):
        words = rows[line]["text"]
        table.entries.append(
            Entry(pictures.get(line), name, value, group, split, words, other)
        )
    return table.corpus(strict)


def _delimiter(file: Path) -> str:
    folder = (file.parent / FOLDER).is_dir()

    def fits(head):
        # A column `path` is of recordings.
        named = "image" in head or (folder and not set(head).isdisjoint(NAMES))
        return "path" not in head and named

    return delimiter(file, fits)


def _rows(file: Path, table: PictureTable | None = None, column: str = "") -> Rows:
    needed = NEEDED if column and table is None else ()
    label = column or LABEL
    return read_rows(file, _delimiter(file), COLUMNS, needed, table, label)


def _pictures(
    rows: Rows, file: Path, table: PictureTable | None = None
) -> dict[int, Path]:
    """The picture of each line that names one; rows with faults are taken out."""
    folder = file.parent / FOLDER
    listed = sorted(folder.iterdir()) if folder.is_dir() else []
    listed = [each for each in listed if each.suffix.lower() in SUFFIXES]
    # A name may have its ending; one without must mean one picture.
    by_name = {each.stem: each for each in listed} | {
        each.name: each for each in listed
    }
    twice = {each.stem for each in listed if by_name[each.stem] != each}
    # Where there is a column of paths, an empty cell is a sample without a picture.
    paths, found = any(row["image"] for row in rows.values()), {}
    for line, row in list(rows.items()):
        name = row["guid"] or row["id"]
        try:
            if row["image"]:
                found[line] = file.parent / inside(row["image"], line, file)
            elif name and not paths:
                inner = inside(name, line, file)
                if inner in twice:
                    fault = f"line {line} names {name!r}, of which {FOLDER} has several"
                    raise DataError(file, fault, "Write the name with its ending")
                found[line] = by_name.get(inner, folder / f"{inner}{SUFFIXES[0]}")
        except DataError as error:
            refuse(error, f"line {line}", table)
            del rows[line]
    return found


def _below(path: Path, file: Path) -> str:
    return path.relative_to(file.parent).as_posix()


def _names(rows: Rows) -> list[str]:
    """A name of its own for each row."""
    names, seen = [], set()
    for line, row in rows.items():
        name = row["guid"] or row["id"] or row["image"] or f"line {line}"
        names.append(f"{name} (line {line})" if name in seen else name)
        seen.add(name)
    return names


def _usable(file: Path, table: PictureTable, strict: bool, column: str):
    """The rows that lack nothing and come once, and their pictures, by their line."""
    noting = table if table.answering else None
    rows, usable, seen = _rows(file, noting, column), {}, {}
    pictures = _pictures(rows, file, noting)
    for line, row in rows.items():
        content = (pictures.get(line), row["text"])
        lacks = "" if any(content) else "picture and text"
        lacks = lacks if row["label"] or table.answering else label_lacking(row)
        if lacks and strict:
            fault = f"line {line} has no {lacks}"
            raise DataError(file, fault, "Complete it, or read without `strict`")
        if lacks:
            table.leave_out(f"without a {lacks}", f"line {line}")
        elif content in seen and content[0] and not table.answering:
            other = ", with another label" * (seen[content] != row["label"])
            table.leave_out(f"named a second time{other}", f"line {line}")
        else:
            seen[content] = row["label"]
            usable[line] = row
    if not usable:
        remedy = "Write a row a picture"
        raise DataError(file, "no row has a label and a picture or text", remedy)
    return usable, pictures


def _own_splits(groups: list[str], values, table: PictureTable) -> list[str]:
    """Cut the groups by a seed, or the rows where there are too few groups."""
    table.provenance["cut_by"] = "seed"
    count = len(set(groups))
    if count >= len(SPLITS):
        table.warnings.append(
            f"there is no column split: {count} {table.group_kind}s were cut by a seed."
        )
        return cut_by_class(groups, values, table)
    table.warnings.append(
        f"there is no column split and there are no three {table.group_kind}s: the "
        "rows were cut by a seed, which makes results too good."
    )
    return cut_by_class(range(len(groups)), values, table)
