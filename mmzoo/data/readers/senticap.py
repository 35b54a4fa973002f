"""SentiCap: captions of COCO images, written to be positive or negative.

`senticap_dataset.json`, or its folder. The images come with COCO (val2014) and are
looked for in the folders `images` and `val2014` beside the json and beside it; without
them the words alone are read. Most captions are of images that have captions of both
classes, which decide nothing; all captions of one image are in one split.

Protocol `official` (default) reads the captions as they were written. Those were made
by putting pairs of adjective and noun with a sentiment into a description:
`without_sentiment_words` takes the words of these pairs out, in lower case and without
punctuation. What is left tells nearly nothing.

A caption is named after its image and its number there, such as `31369_0`.
"""

import collections
import json
from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.readers.file_table import Entry
from mmzoo.data.readers.picture_table import PictureTable

FORMAT = "SentiCap (senticap_dataset.json)"
PROTOCOLS = ("official", "without_sentiment_words")
FILE = "senticap_dataset.json"
# A sentiment of 0 is negative.
CLASSES = ("negative", "positive")
SPLITS = {"train": "train", "val": "valid", "test": "test"}
SPLIT_RULE = "The json gives the split of each image: train, val or test"
FOLDERS = ("images", "val2014", ".")
# A json of another format need not be parsed whole.
HEAD = 4096


def matches(path: Path) -> bool:
    """Whether the path is such a json, by its name or head, or a folder with one."""
    file = _file(path)
    if file.suffix != ".json" or not file.is_file():
        return False
    with open(file, encoding="utf-8", errors="replace") as text:
        head = text.read(HEAD)
    return file.name == FILE or ('"images"' in head and '"word_sentiment"' in head)


def files(path: Path) -> list[Path]:
    """The json and the images that it names, where they are there."""
    file = _file(path)
    images = _images(file)
    folder = _folder(file, images)
    named = {image["filename"] for image in images} if folder else ()
    return [file, *sorted(folder / name for name in named)]


def read(
    path: Path, protocol: str, modalities: list[str] | None, strict: bool = False
) -> Corpus:
    """Read the json and the images beside it."""
    file = _file(path)
    images = _images(file)
    _check_splits(images, file)
    table = PictureTable(
        f"SentiCap ({protocol})",
        file,
        [],
        (0, len(CLASSES) - 1),
        SPLIT_RULE,
        CLASSES,
        group_kind="image",
    )
    folder = _folder(file, images)
    # Some images stand in the json several times, with other captions each time.
    numbers = collections.Counter()
    for image in images:
        name, picture = image["imgid"], folder and folder / image["filename"]
        for sentence in image["sentences"]:
            id = f"{name}_{numbers[name]}"
            numbers[name] += 1
            words = _words(sentence, protocol, id, file)
            label, split = _label(sentence, id, file), SPLITS[image["split"]]
            table.entries.append(Entry(picture, id, label, str(name), split, words))
    return table.corpus(strict)


def _file(path: Path) -> Path:
    return path / FILE if path.is_dir() else path


def _images(file: Path) -> list[dict]:
    """The images, each with what this reader takes."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        fault = f"it is no proper json ({error})"
        raise DataError(file, fault, "Copy or download it again") from error
    images = content.get("images") if isinstance(content, dict) else None
    if not isinstance(images, list) or not images:
        raise DataError(file, "it lists no images", "Copy or download it again")
    for number, image in enumerate(images):
        _check_image(image, number, file)
    return images


def _check_image(image, number: int, file: Path) -> None:
    kinds = {"imgid": (int, str), "sentences": list, "split": str, "filename": str}
    for key, kind in kinds.items():
        if not isinstance(image, dict) or not isinstance(image.get(key), kind):
            fault = f"its image {number} has no proper {key}"
            raise DataError(file, fault, f"Each image needs {', '.join(kinds)}")
    if image["split"] not in SPLITS:
        fault = f"the split of image {image['imgid']} is {image['split']!r}"
        raise DataError(file, fault, SPLIT_RULE)
    if Path(image["filename"]).name != image["filename"]:
        fault = f"image {image['imgid']} names {image['filename']!r}, no plain file"
        raise DataError(file, fault, "Write the name of the file without a folder")


def _check_splits(images: list[dict], file: Path) -> None:
    """Refuse an image that is in two splits, by its number or its file."""
    split_of = {}
    for image in images:
        for key in (image["imgid"], image["filename"]):
            first = split_of.setdefault(key, image["split"])
            if first != image["split"]:
                raise DataError(
                    file,
                    f"image {image['imgid']} is in both {first} and {image['split']}",
                    "Put all captions of an image in one split: it would be known "
                    "from training",
                )


def _folder(file: Path, images: list[dict]) -> Path | None:
    """Where the images are; `None` where none of them is there."""
    names = {image["filename"] for image in images}
    for name in FOLDERS:
        folder = file.parent / name
        if folder.is_dir() and not names.isdisjoint(p.name for p in folder.iterdir()):
            return folder
    return None


def _label(sentence, id: str, file: Path) -> int:
    label = sentence.get("sentiment") if isinstance(sentence, dict) else None
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
        remedy = "Each needs raw, and one word_sentiment for each of its tokens"
        raise DataError(file, fault, remedy) from error
