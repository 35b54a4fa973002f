"""Published lists of splits: folders of train.txt, valid.txt and test.txt, of ids.

Folders that have a number after one name, such as `paper_01` to `paper_10`, are the
folds of one cross-validation.
"""

import collections
import re
from pathlib import Path

from mmzoo.data.cells import natural_order
from mmzoo.data.errors import DataError
from mmzoo.data.split import SPLITS
from mmzoo.reading import read_text

FOLD = re.compile(r"(.+)_\d+")
# Fewer folds cannot train, validate and test.
LEAST_FOLDS = 3


def protocols_in(folder: Path) -> dict[str, list[Path]]:
    """The protocols whose lists are in a folder.

    Args:
        folder: A folder of lists, or of such folders; it may be missing.

    Returns:
        Dict from the name of each protocol to its folder of lists, or to those of its
        folds, in order. Cross-validations stand first.
    """
    if is_complete(folder):
        return {folder.name: [folder]}
    inside = folder.iterdir() if folder.is_dir() else ()
    names = {each.name: each for each in inside if is_complete(each)}
    names = {name: names[name] for name in sorted(names, key=natural_order)}
    folds = collections.defaultdict(list)
    for name, each in names.items():
        if match := FOLD.fullmatch(name):
            folds[match[1]].append(each)
    joined = {name: each for name, each in folds.items() if len(each) >= LEAST_FOLDS}
    return {**joined, **{name: [each] for name, each in names.items()}}


def is_complete(folder: Path) -> bool:
    """Whether a folder has all three lists."""
    return all(file.is_file() for file in lists_of(folder))


def lists_of(folder: Path) -> list[Path]:
    """The files of a folder of lists."""
    return [folder / f"{split}.txt" for split in SPLITS]


def read_lists(folder: Path, root: Path, strict: bool) -> tuple[dict, list[str]]:
    """Read the three lists of a folder.

    Args:
        folder: The folder.
        root: The folder that links may not lead out of.
        strict: Whether an id that stands twice is refused.

    Returns:
        Dict from id, in lower case, to its split, and a sentence for each kind of id
        that stands twice. What is held out stays so: an id of several lists counts for
        the last of train, valid and test.

    Raises:
        DataError: If a list cannot be read, or, `strict`, if an id stands twice.
    """
    split_of, repeated, shared = {}, [], []
    for split, file in zip(SPLITS, lists_of(folder), strict=True):
        counts = collections.Counter(read_text(file, root)[0].lower().split())
        repeated += [name for name, count in counts.items() if count > 1]
        shared += [name for name in counts if name in split_of]
        split_of |= dict.fromkeys(counts, split)
    found = {
        "several times in one list": (repeated, "each counts once"),
        "in two lists": (shared, "each counts for the last of train, valid and test"),
    }
    told = [
        f"{len(names)} ids stand {where} of {folder.name} (such as {names[0]}): {what}."
        for where, (names, what) in found.items()
        if names
    ]
    if told and strict:
        raise DataError(folder, told[0].rstrip("."), "Keep each id in one of the lists")
    return split_of, told
