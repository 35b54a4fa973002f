"""MVSA, tweets with pictures: the folder of `labelResultAll.txt` and `data`.

`data/<id>.jpg` and `data/<id>.txt` are a tweet. A line of the labels has, after the id,
what an annotator says of text and picture: one pair in MVSA-Single, three in
MVSA-Multiple.

    ID    text,image
    1     positive,neutral

One label is made of them by the rule that most papers follow. Of three annotators the
majority counts, for the text and for the picture; without one the tweet is left out.
Where text and picture agree, that is the label; where one is neutral, it is the other;
where one is positive and the other negative, the tweet is left out. `label="text"` and
`label="image"` take what was said of one of them alone.

There are no official splits. Protocol `random` (default): a tenth of the tweets
validates and a tenth tests, by a seed. Splits that others have published are further
protocols, of the names of their folders: `splits/<protocol>/train.txt`, `valid.txt` and
`test.txt`, an id a line; `splits=` names one of them, or another folder. `paper_01` to
`paper_10` are also the folds of one protocol `paper`, a cross-validation. Only figures
on the same lists can be compared closely.

A line of labels that cannot be used is counted and left out, with its number; if most
are such, the file is refused.
"""

import collections
import contextlib
import dataclasses
import itertools
import math
import re
from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.label_choice import chosen_label
from mmzoo.data.label_choice import told as told_of
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.readers.file_table import UNNAMED, Entry
from mmzoo.data.readers.labels_csv import SEED, cut_by_seed, lacking_classes
from mmzoo.data.readers.picture_table import PictureTable
from mmzoo.data.readers.split_lists import lists_of, protocols_in, read_lists
from mmzoo.reading import (
    check_regular,
    common_encoding,
    decode,
    read_regular,
    read_text,
)

FORMAT = "MVSA (a folder of labelResultAll.txt and data)"
RANDOM = "random"
PROTOCOLS = (RANDOM,)
FILE = "labelResultAll.txt"
FOLDER = "data"
# The folder of published lists of splits.
LISTS = "splits"
SEVERAL_LABELS = True
SPLIT_LISTS = True
LABELS = ("both", "text", "image")
CLASSES = ("negative", "neutral", "positive")
SHARES = {"valid": 0.1, "test": 0.1}
# Pairs of text and picture on a line.
ANNOTATORS = {1: "MVSA-Single", 3: "MVSA-Multiple"}
ID = re.compile(r"\w+")
SPLIT_RULE = "A tenth of the tweets validates, a tenth tests: there are too few"
NAME = "MVSA"
LINE = "A line is an id and one or three pairs, such as positive,neutral"
# Characters of a line that a report has room for.
MOST = 60
BAD_LINE = "in a label line that cannot be understood"
OTHER_COUNT = "in a label line with another number of pairs than most"
TWICE = "labelled twice, differently"
UNLISTED = "in no list of the splits"
NO_MAJORITY = "without a majority of the annotators"
CONTRADICTION = "with a text and a picture that contradict each other"


def matches(path: Path) -> bool:
    """Whether the path looks like this format."""
    return (path / FILE).is_file() and (path / FOLDER).is_dir()


def files(path: Path, splits: Path | None = None) -> list[Path]:
    """The labels, the lists, and text and picture of each tweet."""
    names = sorted(_pairs(path / FILE))
    folders = itertools.chain(*_protocols(path, splits).values())
    return [
        path / FILE,
        *sorted({file for each in folders for file in lists_of(each)}),
        *(path / FOLDER / f"{name}{end}" for name in names for end in (".jpg", ".txt")),
    ]


def protocols(path: Path, splits: Path | None = None) -> tuple[str, ...]:
    """The protocols: `random`, and each published split whose lists are there.

    Where the folder of the lists was named, these are meant, and stand first.
    """
    return tuple(_protocols(path, splits))


def _protocols(path: Path, splits: Path | None) -> dict[str, list[Path]]:
    own = protocols_in(path / LISTS)
    if splits is None:
        return {RANDOM: [], **{n: f for n, f in own.items() if n != RANDOM}}
    if _is_named(splits):
        found = {name: own[name] for name in {str(splits)} & set(own)}
    else:
        found = protocols_in(splits)
    if not found:
        fault = "neither it nor a folder in it has train.txt, valid.txt and test.txt"
        raise DataError(splits, fault, "Name the folder of published lists")
    return {**found, RANDOM: []}


def _is_named(splits: Path) -> bool:
    """Whether the lists are named as those beside the data are, such as `clmlf`."""
    return len(splits.parts) == 1 and not splits.exists()


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
    label: str | int | None = None,
    splits: Path | None = None,
) -> Corpus:
    """Read the tweets that have one label."""
    chosen = LABELS[0] if label is None else chosen_label(LABELS, label, path)
    table = PictureTable(
        NAME,
        path,
        [],
        (0, len(CLASSES) - 1),
        SPLIT_RULE,
        CLASSES,
        group_kind="tweet",
        provenance=told_of(chosen, LABELS),
        answering=answering,
        names=LABELS,
    )
    says = LabelMeaning(table.target, table.label_range, CLASSES)
    table.meanings = {name: says for name in LABELS if name != chosen}
    tweets = _tweets(path, chosen, table, strict)
    folders, folds = _protocols(path, splits)[protocol], []
    if folders:
        beside = splits is None or _is_named(splits)
        folds = _folds(folders, path if beside else splits, table, strict)
        split_by_id = _listed(path, folds, tweets, table)
    else:
        split_by_id = _cut(tweets, table)
    _enter(tweets, split_by_id, table)
    given = tuple(folds) if len(folds) > 1 else ()
    return dataclasses.replace(table.corpus(strict), given_folds=given)


def _tweets(path: Path, chosen: str, table: PictureTable, strict: bool) -> dict:
    """The class, the text and the other labels of each tweet that has a class."""
    pairs = _pairs(path / FILE, table, strict)
    table.name = ANNOTATORS[max(map(len, pairs.values()), default=1)]
    tweets, texts = {}, _texts(path, pairs, table)
    for name, told in pairs.items():
        label, text = _label(told, chosen), texts.get(name)
        if label in CLASSES and text is not None:
            others = {each: _index(told, each) for each in table.meanings}
            tweets[name] = (CLASSES.index(label), text, others)
        elif label not in CLASSES:
            # By the rule, no fault of the data.
            table.outside[label] = table.outside.get(label, 0) + 1
        elif strict:
            check_regular(path / FOLDER / f"{name}.txt", path)
        else:
            table.leave_out("without a text", name)
    return tweets


def _enter(tweets: dict, splits: list, table: PictureTable) -> None:
    """Enter the tweets that have a split, and count the others."""
    indices = [index for index, *_ in tweets.values()]
    table.warnings += lacking_classes(splits, indices, CLASSES)
    for (name, tweet), split in zip(tweets.items(), splits, strict=True):
        if split is None:
            table.outside[UNLISTED] = table.outside.get(UNLISTED, 0) + 1
            continue
        (label, text, others), picture = tweet, table.place / FOLDER / f"{name}.jpg"
        entry = Entry(picture, name, label, name, split, text, others)
        table.entries.append(entry)


def _cut(tweets: dict, table: PictureTable) -> list[str]:
    """A split for each tweet, by a seed."""
    table.provenance |= {"split": "random, 8:1:1", "seed": SEED}
    table.warnings.append(
        f"there are no official splits: {len(tweets)} tweets were cut 8:1:1 by a seed."
    )
    return cut_by_seed(list(tweets), SHARES)


def _folds(folders, root: Path, table: PictureTable, strict: bool) -> list[dict]:
    """The split of each id, in each fold; one where the lists are of one split."""
    names = " to ".join(dict.fromkeys([folders[0].name, folders[-1].name]))
    told = f"lists of {folders[0].parent.name}/{names}"
    if len(folders) > 1:
        told += f", the {len(folders)} folds of one cross-validation"
    table.provenance["split"] = told
    table.split_rule = f"Too few of the tweets are in the {told}"
    folds = []
    for folder in folders:
        split_of, warnings = read_lists(folder, root, strict)
        folds.append(split_of)
        table.warnings += warnings
    tested = collections.Counter(n for fold in folds for n in fold if fold[n] == "test")
    often = [name for name, count in tested.items() if count > 1]
    if often:
        table.warnings.append(
            f"{len(often)} tweets are tested by several folds (such as {often[0]}): "
            "they count as often."
        )
    return folds


def _listed(path: Path, folds, tweets: dict, table: PictureTable) -> list:
    """The split of each tweet in the first fold that lists it; `None` in no list."""
    split_of = dict(collections.ChainMap(*folds))
    for name in split_of:
        if not (path / FOLDER / f"{name}.txt").exists():
            table.leave_out("in a list of the splits, but not in the data", name)
    others = UNNAMED if table.answering else None
    return [split_of.get(name, others) for name in tweets]


def _pairs(
    file: Path, table: PictureTable | None = None, strict: bool = False
) -> dict[str, list[tuple[str, str]]]:
    """Labels of text and picture by each annotator, of each tweet."""
    told, faults, total = {}, {}, 0
    for line, text in enumerate(read_text(file, file.parent)[0].splitlines(), 1):
        cells = text.lower().split()
        if not cells or cells[0] == "id":
            continue
        total += 1
        pairs = [tuple(cell.split(",")) for cell in cells[1:]]
        proper = all(len(pair) == 2 and set(pair) <= set(CLASSES) for pair in pairs)
        if proper and ID.fullmatch(cells[0]) and len(pairs) in ANNOTATORS:
            told.setdefault(cells[0], {})[line] = pairs
        else:
            faults[line] = BAD_LINE, f"line {line} is {text.strip()[:MOST]!r}"
    counts = collections.Counter(
        len(p) for rows in told.values() for p in rows.values()
    )
    (number, most), *others = [*counts.most_common(), (0, 0)]
    if not most or most == others[0][1]:
        fault = f"its lines have {' and '.join(map(str, sorted(counts))) or 'no'} pairs"
        if not most and faults:
            fault = next(iter(faults.values()))[1]
        raise DataError(file, fault, LINE)
    for name, rows in told.items():
        for line in [line for line, pairs in rows.items() if len(pairs) != number]:
            fault = f"line {line} has {len(rows.pop(line))} pairs, most have {number}"
            faults[line] = OTHER_COUNT, fault
        if any(pairs != next(iter(rows.values())) for pairs in rows.values()):
            lines = " and ".join(map(str, rows))
            twice = f"lines {lines} label tweet {name} differently"
            faults |= dict.fromkeys(rows, (TWICE, twice))
            rows.clear()
    if (
        faults
        and (strict or 2 * len(faults) > total)
        and not (table and table.answering)
    ):
        share = f"{len(faults)} of {total} lines cannot be used: "
        raise DataError(file, share + faults[min(faults)][1], LINE)
    for kind, fault in dict.fromkeys(faults[line] for line in sorted(faults)):
        if table is not None:
            table.leave_out(kind, fault)
    return {name: next(iter(rows.values())) for name, rows in told.items() if rows}


def _label(pairs: list[tuple[str, str]], which: str) -> str:
    """The one label of a tweet, or why it has none."""
    chosen = []
    for name, labels in zip(("text", "image"), zip(*pairs, strict=True), strict=True):
        if which not in ("both", name):
            continue
        (label, votes), *_ = collections.Counter(labels).most_common()
        if 2 * votes <= len(labels):
            return NO_MAJORITY
        chosen.append(label)
    told = set(chosen)
    if len(told) == 2:
        told -= {"neutral"}
    return told.pop() if len(told) == 1 else CONTRADICTION


def _index(pairs: list[tuple[str, str]], which: str) -> float:
    """The index of another label of a tweet, NaN where it has none by the rule."""
    label = _label(pairs, which)
    return CLASSES.index(label) if label in CLASSES else math.nan


def _texts(path: Path, names, table: PictureTable) -> dict[str, str]:
    """The text of each tweet that has a file, decoded as all of them speak for."""
    contents = {}
    for name in names:
        with contextlib.suppress(DataError):
            contents[name] = read_regular(path / FOLDER / f"{name}.txt", path)
    encoding = common_encoding(list(contents.values()))
    return {
        name: table.note_text(*decode(content, encoding)).strip()
        for name, content in contents.items()
    }
