"""SentiCap: captions of COCO images, written to be positive or negative.

`senticap_dataset.json`, its folder, or the csv that SentiCap's own script makes of it
(see `mmzoo.data.readers.senticap_file`). The images come with COCO (val2014) and are
looked for in the folders `images` and `val2014` beside the file and beside it; without
them the words alone are read. Most captions are of images that have captions of both
classes, which decide nothing; all captions of one image are in one split.

Protocol `official` (default) reads the captions as they were written. Those were made
by putting pairs of adjective and noun with a sentiment into a description:
`without_sentiment_words` takes the words of these pairs out, in lower case and without
punctuation. What is left tells nearly nothing.

A caption is named after its image and its number there, such as `31369_0`.
"""

import collections
from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.readers.file_table import UNNAMED, Entry
from mmzoo.data.readers.labels_csv import lacking_classes
from mmzoo.data.readers.picture_table import PictureTable
from mmzoo.data.readers.senticap_file import (
    NO_SPLIT,
    SPLIT_RULE,
    SPLITS,
    file_of,
    is_senticap,
    read_images,
)

FORMAT = "SentiCap (senticap_dataset.json or its csv)"
PROTOCOLS = ("official", "without_sentiment_words")
# A sentiment of 0 is negative.
CLASSES = ("negative", "positive")
FOLDERS = ("images", "val2014", ".")


def matches(path: Path) -> bool:
    """Whether the path is such a file, by its name or head, or a folder with one."""
    return is_senticap(file_of(path))


def files(path: Path) -> list[Path]:
    """The file and the images that it names, where they are there."""
    file = file_of(path)
    images, _ = read_images(file)
    folder = _folder(file, images)
    named = {image["filename"] for image in images} if folder else ()
    return [file, *sorted(folder / name for name in named)]


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
) -> Corpus:
    """Read the captions and the images beside them."""
    file = file_of(path)
    table = PictureTable(
        f"SentiCap ({protocol})",
        file,
        [],
        (0, len(CLASSES) - 1),
        SPLIT_RULE,
        CLASSES,
        group_kind="image",
        answering=answering,
    )
    images, table.warnings = read_images(file, table if answering else None)
    if NO_SPLIT in table.warnings:
        table.provenance["cut_by"] = "seed"
    folder = _folder(file, images)
    # Some images stand there several times, with other captions each time.
    numbers = collections.Counter()
    for image in images:
        name, picture = image["imgid"], folder and folder / image["filename"]
        for sentence in image["sentences"]:
            id = f"{name}_{numbers[name]}"
            numbers[name] += 1
            try:
                words = _words(sentence, protocol, id, file)
                label = _label(sentence, id, file, answering)
            except DataError as error:
                table.refuse(error, id)
                continue
            split = SPLITS.get(image["split"], UNNAMED)
            table.entries.append(Entry(picture, id, label, str(name), split, words))
    if "cut_by" in table.provenance:
        splits, labels = (
            [getattr(each, key) for each in table.entries] for key in ("split", "label")
        )
        table.warnings += lacking_classes(splits, labels, CLASSES)
    return table.corpus(strict)


def _folder(file: Path, images: list[dict]) -> Path | None:
    """Where the images are; `None` where none of them is there."""
    names = {image["filename"] for image in images}
    for name in FOLDERS:
        folder = file.parent / name
        if folder.is_dir() and not names.isdisjoint(p.name for p in folder.iterdir()):
            return folder
    return None


def _label(sentence, id: str, file: Path, answering: bool) -> float:
    label = sentence.get("sentiment") if isinstance(sentence, dict) else None
    if label not in (0, 1) and answering:
        return float("nan")
    if label not in (0, 1):
        fault = f"the sentiment of caption {id} is {label!r}"
        raise DataError(file, fault, "It is 0 (negative) or 1 (positive)")
    return int(label)


def _words(sentence, protocol: str, id: str, file: Path) -> str:
    """The caption, or what is left of it without the words of sentiment."""
    try:
        if protocol == "official":
            return " ".join(sentence["raw"].split())
        pairs = zip(sentence["tokens"], sentence["word_sentiment"], strict=True)
        return " ".join(word for word, sentiment in pairs if not sentiment)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        fault = f"caption {id} has no proper text ({error})"
        remedy = (
            "Each needs raw, and one word_sentiment for each of its tokens; SentiCap's "
            "csv does not mark them, its json does"
        )
        raise DataError(file, fault, remedy) from error
