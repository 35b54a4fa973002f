"""What the pickles of the field's projects share: splits, arrays, texts and numbers."""

from pathlib import Path

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.data.feature_names import KEY
from mmzoo.data.feature_sets import published_features
from mmzoo.data.readers.standard_folds import standard_folds
from mmzoo.data.split import SPLITS, Split
from mmzoo.reading import PickledArray, PickledBytes, is_pickle, read_pickle

# How projects call the splits and the modalities.
SPELT = {"train": "train", "valid": "valid", "dev": "valid", "val": "valid"}
SPELT |= {"test": "test"}
MODALITIES = {"text": "text", "audio": "audio", "vision": "video"}
REMEDY = "Write it as the project does that it is made for"


def content_of(path: Path):
    """What a pickle holds; `None` where the path is none.

    Args:
        path: The file.

    Returns:
        A tree, see `mmzoo.reading.read_pickle`.
    """
    return read_pickle(path) if is_pickle(path) else None


def splits_in(content, kind: type = dict) -> dict | None:
    """The splits of a pickle by mmzoo's names.

    Args:
        content: What the pickle holds.
        kind: What each split has to be.

    Returns:
        Dict from `"train"`, `"valid"` and `"test"`, those that are there in this
        order, to the splits; `None` where the content is nothing of the kind.
    """
    if type(content) is not dict:
        return None
    found = {SPELT[key]: content[key] for key in content if key in SPELT}
    if not found or not all(type(part) is kind for part in found.values()):
        return None
    return {name: found[name] for name in SPLITS if name in found}


def frames_in(part: dict, path: Path, split: str) -> dict[str, PickledArray]:
    """The padded sequences of a split.

    Args:
        part: The split.
        path: The file, for errors.
        split: Name of the split, for errors.

    Returns:
        Dict from mmzoo's modalities to arrays `(samples, steps, features)`.

    Raises:
        DataError: If there is none, or one is no such array.
    """
    found = {name: part[key] for key, name in MODALITIES.items() if key in part}
    for key, name in MODALITIES.items():
        if name in found:
            _check_frames(found[name], path, f"{key} of {split}")
    counts = {name: len(array) for name, array in found.items()}
    if len(set(counts.values())) != 1:
        fault = f"{split} has none of {', '.join(MODALITIES)}"
        if counts:
            fault = f"the samples of {split} differ by modality: {counts}"
        raise DataError(path, fault, REMEDY)
    return found


def removed_padding(arrays: dict, sequences: dict) -> dict[str, int]:
    """How many steps of each modality were padding.

    Args:
        arrays: Arrays `(samples, steps, features)` by modality.
        sequences: What they became, by modality.

    Returns:
        Dict from modality to steps.
    """
    return {
        key: int(array.shape[0] * array.shape[1] - sequences[key].lengths.sum())
        for key, array in arrays.items()
    }


def _check_frames(array, path: Path, place: str) -> None:
    known = isinstance(array, PickledArray | np.ndarray)
    if not known or array.dtype.kind not in "fiu":
        fault = f"{place} is {shown(array)}, no array of numbers"
    elif array.ndim != 3 or 0 in array.shape[1:]:
        fault = f"{place} has the shape {array.shape}, not (samples, steps, features)"
    else:
        return
    raise DataError(path, fault, REMEDY)


def names_of_features(splits: dict[str, Split], data: str | None = None) -> dict:
    """The names of columns that are known of the data set that splits are of.

    Args:
        splits: The splits.
        data: Name of the data set, where the file says it; else its videos do.

    Returns:
        Dict for the provenance, empty where the data set is not known, or its features
        are not those that were published.
    """
    videos = {video for split in splits.values() for video in split.groups}
    found = data or next(iter(standard_folds(videos) or ()), None)
    first = next(iter(splits.values())).sequences
    widths = {name: rows.features for name, rows in first.items()}
    names = published_features(found, widths)
    return {KEY: names} if names else {}


def texts_in(part: dict, key: str) -> tuple[str, ...] | None:
    """The text of each sample.

    Args:
        part: The split.
        key: Where it has them.

    Returns:
        The texts; `None` where there are none. Those of Python 2 are UTF-8 or latin-1.
    """
    texts = part.get(key)
    if isinstance(texts, PickledArray) and texts.ndim == 1:
        texts = texts.read().tolist()
    if not isinstance(texts, list | tuple):
        return None
    return tuple(text_of(text) for text in texts)


def text_of(text) -> str:
    """A text, a name or a number as text.

    Args:
        text: It, or its bytes.

    Returns:
        The text; empty where it is nothing of the kind.

    Raises:
        DataError: If it is so long that it stayed in the file.
    """
    if isinstance(text, PickledBytes):
        fault = f"a text of it has {text.stored:,} bytes"
        raise DataError("texts", fault, "Cut it: no sample has so many words")
    if isinstance(text, bytes):
        try:
            return text.decode("utf-8")
        except UnicodeDecodeError:
            return text.decode("latin-1")
    return str(text) if isinstance(text, str | int | float) else ""


def numbers_in(part: dict, key: str, place) -> np.ndarray:
    """An array of numbers, or a list of them.

    Args:
        part: The split.
        key: Where it has them.
        place: What has the split, for errors.

    Returns:
        The array, as it is stored.

    Raises:
        DataError: If it is nothing of the kind.
    """
    found = part[key]
    if isinstance(found, list | tuple):
        if all(type(each) in (int, float) for each in found):
            return np.array(found, "float64")
        rows = [each.read() for each in found if isinstance(each, PickledArray)]
        if len(rows) == len(found) and len({row.shape for row in rows}) == 1:
            found = np.stack(rows)
    array = found.read() if isinstance(found, PickledArray) else found
    known = isinstance(array, np.ndarray) and array.ndim
    if not known or array.dtype.kind not in "fiub":
        fault = f"{key} is {shown(found)}, no array of numbers"
        raise DataError(place, fault, REMEDY)
    return array


def shown(value) -> str:
    """What a value is, in some words.

    Args:
        value: Part of what a pickle holds.

    Returns:
        Its type and size; of a dict the first keys.
    """
    if isinstance(value, PickledArray):
        return f"an array {value.shape} of {value.dtype}"
    if type(value) is dict:
        keys = ", ".join(str(key)[:30] for key in list(value)[:8])
        return f"a dict of {len(value)} ({keys}{', ...' if len(value) > 8 else ''})"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a {type(value).__name__}"


def outline(content) -> str:
    """What a pickle holds, for a person: two levels of it.

    Args:
        content: What it holds.

    Returns:
        Some words.
    """
    if type(content) is not dict or not content:
        return shown(content)
    key, first = next(iter(content.items()))
    inner = f"; {str(key)[:30]} is {shown(first)}"
    return shown(content) + inner


def one_hot(rows: np.ndarray, path: Path, answering: bool = False) -> np.ndarray:
    """Index of the one entry that is 1, `(rows, classes)` to `(rows,)`.

    Args:
        rows: Zeros and a 1 in each row.
        path: The file, for errors.
        answering: Whether the samples are to be answered: then a row that is anything
            else becomes NaN. Defaults to `False`.

    Returns:
        The indices.

    Raises:
        DataError: If a row is anything else.
    """
    wrong = ~np.isin(rows, (0, 1)).all(axis=1) | (rows.sum(axis=1) != 1)
    if wrong.any() and not answering:
        example = np.array2string(rows[wrong][0], threshold=6)
        fault = f"{int(wrong.sum())} labels are no row of zeros and a 1, {example}"
        raise DataError(path, fault, "Give each label a single 1, and zeros")
    return np.where(wrong, np.nan, rows.argmax(axis=1))
