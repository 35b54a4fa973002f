"""The two forms in which SentiCap comes: its json, and a csv made of that.

The csv is what the script that SentiCap is published with writes:

    filename,is_positive_sentiment,caption
    COCO_val2014_000000389081.jpg,1,"a plate of delicious food including french fries"

It says nothing of splits and of the words of sentiment. A column `split` may be added;
without it 60 % of the images train, 20 % validate and 20 % test, by a seed. That is
not the official split, and a warning says so.
"""

from pathlib import Path

from mmzoo.data.errors import DataError
from mmzoo.data.readers.file_table import UNNAMED, FileTable
from mmzoo.data.readers.labels_csv import (
    cut_by_seed,
    delimiter,
    given_splits,
    read_rows,
    refuse,
)
from mmzoo.reading import inside_folder, read_json

FILE = "senticap_dataset.json"
# The json's names of the splits.
SPLITS = {"train": "train", "val": "valid", "test": "test"}
SPLIT_RULE = "Each image is in one split: train, val or test"
# A json of another format need not be parsed whole.
HEAD = 4096
NEEDED = ("filename", "is_positive_sentiment", "caption")
NO_SPLIT = (
    "there is no column split: the images were cut by a seed, which is not the "
    "official split. senticap_dataset.json has that."
)


def file_of(path: Path) -> Path:
    """The file that is meant by itself or by its folder."""
    return inside_folder(path, FILE)


def is_senticap(file: Path) -> bool:
    """Whether this is SentiCap's json or csv, by its name or head."""
    if _delimiter(file):
        return True
    if file.suffix != ".json" or not file.is_file():
        return False
    with open(file, encoding="utf-8", errors="replace") as text:
        head = text.read(HEAD)
    return file.name == FILE or ('"images"' in head and '"word_sentiment"' in head)


def read_images(
    file: Path, table: FileTable | None = None
) -> tuple[list[dict], list[str]]:
    """Read the images with their captions.

    Args:
        file: The json or csv.
        table: What notes the faults of single images, where these are to be answered.

    Returns:
        The images, each with its `imgid`, `filename`, `split` and `sentences`, and
        warnings.
    """
    mark = _delimiter(file)
    images, warnings = _of_csv(file, mark, table) if mark else (_of_json(file), [])
    proper = []
    for number, image in enumerate(images):
        try:
            _check_image(image, number, file)
            proper.append(image)
        except DataError as error:
            refuse(error, f"image {number}", table)
    if table is None:
        _check_splits(images, file)
    return proper, warnings


def _delimiter(file: Path) -> str:
    return delimiter(file, lambda head: {"filename", "caption"} <= set(head))


def _of_csv(
    file: Path, mark: str, table: FileTable | None
) -> tuple[list[dict], list[str]]:
    needed = NEEDED if table is None else ("filename", "caption")
    rows = read_rows(file, mark, (*NEEDED, "split"), needed, table)
    if not rows:
        raise DataError(file, "it lists no captions", "Write a row a caption")
    splits = given_splits(rows, file, table is not None)
    own = splits or cut_by_seed([row["filename"] for row in rows.values()])
    theirs = {name: key for key, name in SPLITS.items()} | {UNNAMED: UNNAMED}
    images = {}
    for row, split in zip(rows.values(), own, strict=True):
        name = row["filename"]
        image = {"imgid": Path(name).stem, "filename": name, "split": theirs[split]}
        image = images.setdefault((name, split), {**image, "sentences": []})
        label = row["is_positive_sentiment"]
        # What is neither is refused later, with the caption's name.
        sentiment = int(label) if label in ("0", "1") else label
        image["sentences"].append({"raw": row["caption"], "sentiment": sentiment})
    return list(images.values()), [] if splits else [NO_SPLIT]


def _of_json(file: Path) -> list[dict]:
    content = read_json(file)
    images = content.get("images") if isinstance(content, dict) else None
    if not isinstance(images, list) or not images:
        raise DataError(file, "it lists no images", "Copy or download it again")
    return images


def _check_image(image, number: int, file: Path) -> None:
    kinds = {"imgid": (int, str), "sentences": list, "split": str, "filename": str}
    for key, kind in kinds.items():
        if not isinstance(image, dict) or not isinstance(image.get(key), kind):
            fault = f"its image {number} has no proper {key}"
            raise DataError(file, fault, f"Each image needs {', '.join(kinds)}")
    if image["split"] not in (*SPLITS, UNNAMED):
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
