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

There are no official splits: a tenth of the tweets validates and a tenth tests, by a
seed. Others cut otherwise, so figures can be compared only roughly.
"""

import collections
import contextlib
import re
from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.label_choice import chosen_label
from mmzoo.data.label_choice import told as told_of
from mmzoo.data.readers.file_table import Entry
from mmzoo.data.readers.labels_csv import SEED, cut_by_seed
from mmzoo.data.readers.picture_table import PictureTable
from mmzoo.reading import (
    check_regular,
    common_encoding,
    decode,
    read_regular,
    read_text,
)

FORMAT = "MVSA (a folder of labelResultAll.txt and data)"
PROTOCOLS = ("random",)
FILE = "labelResultAll.txt"
FOLDER = "data"
SEVERAL_LABELS = True
LABELS = ("both", "text", "image")
CLASSES = ("negative", "neutral", "positive")
SHARES = {"valid": 0.1, "test": 0.1}
# Pairs of text and picture on a line.
ANNOTATORS = {1: "MVSA-Single", 3: "MVSA-Multiple"}
ID = re.compile(r"\w+")
SPLIT_RULE = "A tenth of the tweets validates, a tenth tests: there are too few"
NO_MAJORITY = "without a majority of the annotators"
CONTRADICTION = "with a text and a picture that contradict each other"


def matches(path: Path) -> bool:
    """Whether the path looks like this format."""
    return (path / FILE).is_file() and (path / FOLDER).is_dir()


def files(path: Path) -> list[Path]:
    """The labels, and text and picture of each tweet."""
    names = sorted(_pairs(path / FILE))
    return [
        path / FILE,
        *(path / FOLDER / f"{name}{end}" for name in names for end in (".jpg", ".txt")),
    ]


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
    label: str | int | None = None,
) -> Corpus:
    """Read the tweets that have one label."""
    chosen = LABELS[0] if label is None else chosen_label(LABELS, label, path)
    pairs = _pairs(path / FILE)
    table = PictureTable(
        ANNOTATORS[len(next(iter(pairs.values())))],
        path,
        [],
        (0, len(CLASSES) - 1),
        SPLIT_RULE,
        CLASSES,
        group_kind="tweet",
        provenance={"split": "random, 8:1:1", "seed": SEED, **told_of(chosen, LABELS)},
        answering=answering,
    )
    tweets, texts = {}, _texts(path, pairs, table)
    for name, told in pairs.items():
        label, text = _label(told, chosen), texts.get(name)
        if label in CLASSES and text is not None:
            tweets[name] = (CLASSES.index(label), text)
        elif label not in CLASSES:
            # By the rule, no fault of the data.
            table.outside[label] = table.outside.get(label, 0) + 1
        elif strict:
            check_regular(path / FOLDER / f"{name}.txt", path)
        else:
            table.leave_out("without a text", name)
    splits = cut_by_seed(list(tweets), SHARES)
    for (name, (label, text)), split in zip(tweets.items(), splits, strict=True):
        picture = path / FOLDER / f"{name}.jpg"
        table.entries.append(Entry(picture, name, label, name, split, text))
    table.warnings.append(
        f"there are no official splits: {len(tweets)} tweets were cut 8:1:1 by a seed."
    )
    return table.corpus(strict)


def _pairs(file: Path) -> dict[str, list[tuple[str, str]]]:
    """Labels of text and picture by each annotator, of each tweet."""
    pairs = {}
    for line, text in enumerate(read_text(file, file.parent)[0].splitlines(), 1):
        cells = text.lower().split()
        if not cells or cells[0] == "id":
            continue
        told = [tuple(cell.split(",")) for cell in cells[1:]]
        proper = all(len(pair) == 2 and set(pair) <= set(CLASSES) for pair in told)
        if not (proper and ID.fullmatch(cells[0]) and len(told) in ANNOTATORS):
            fault = f"line {line} is {text.strip()!r}"
            remedy = "It needs an id and one or three pairs, such as positive,neutral"
            raise DataError(file, fault, remedy)
        if pairs.setdefault(cells[0], told) != told:
            fault = f"line {line} labels tweet {cells[0]} a second time, otherwise"
            raise DataError(file, fault, "Keep one of the two lines")
    counts = sorted({len(told) for told in pairs.values()})
    if len(counts) != 1:
        fault = f"its lines have {' and '.join(map(str, counts)) or 'no'} pairs"
        raise DataError(file, fault, "Each line needs one pair, or each needs three")
    return pairs


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
