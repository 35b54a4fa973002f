"""The tables of `IEMOCAP_features_raw.pkl`: a dialogue is a sequence of utterances.

Dicts by dialogue of ids, speakers, labels, text, audio, video and sentences, then the
dialogues of training and of the test.
"""

from collections import Counter
from pathlib import Path

import numpy as np

from mmzoo.data.cells import natural_order
from mmzoo.data.errors import DataError
from mmzoo.data.readers.pickled_splits import REMEDY, numbers_in, shown, text_of
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import EMOTION, Split
from mmzoo.reading import PickledArray

MODALITIES = ("text", "audio", "video")
EMOTIONS = ("happy", "sad", "neutral", "angry", "excited", "frustrated")


def dialogue_splits(
    content, path: Path, answering: bool
) -> tuple[dict[str, Split], list[dict[str, str]]]:
    """Read all dialogues.

    Args:
        content: What the file holds.
        path: The file, for errors.
        answering: Whether the dialogues are to be answered: then those that cannot be
            read are left out, and labels that cannot be used are NaN.

    Returns:
        The splits `"train"` and `"test"`, and what is told of each dialogue that is
        left out.

    Raises:
        DataError: If a dialogue cannot be read; to be answered, if none can.
    """
    *tables, train, test = content
    splits, left_out = {}, []
    for split, listed in (("train", train), ("test", test)):
        splits[split] = {}
        for name in sorted(map(text_of, listed), key=natural_order):
            try:
                row = _dialogue(tables, name, split, path, answering)
                splits[split][name] = row
            except DataError as error:
                left_out.append(_refused(error, name, split, answering))
    widths = _widths(splits)
    for split, rows in splits.items():
        for name in [each for each in rows if _width(rows[each]) != widths]:
            fault = f"the features of {name} are {_width(rows.pop(name))}, of most "
            error = DataError(path, f"{fault}{widths}", REMEDY)
            left_out.append(_refused(error, name, split, answering))
    if left_out and not any(splits.values()):
        raise DataError(path, left_out[0]["reason"], REMEDY)
    return {name: _split(rows, widths) for name, rows in splits.items()}, left_out


def _refused(error: DataError, name: str, split: str, answering: bool) -> dict:
    """Raise the fault of a dialogue, or tell why it is left out."""
    if not answering:
        raise error
    return {"id": name, "group": name, "split": split, "reason": error.fault}


def _dialogue(tables, name: str, split: str, path: Path, answering: bool):
    """Frames by modality, labels and names of the utterances of a dialogue."""
    ids, _, labels, *features, _ = tables
    frames = {
        modality: _matrix(_of(table, name, split, path), f"{modality} of {name}", path)
        for modality, table in zip(MODALITIES, features, strict=True)
    }
    steps = {modality: len(rows) for modality, rows in frames.items()}
    if len(set(steps.values())) > 1:
        fault = f"the utterances of {name} differ by modality: {steps}"
        raise DataError(path, fault, REMEDY)
    numbers = _labels(_of(labels, name, split, path), steps["text"], path, answering)
    return frames, numbers, tuple(map(text_of, _of(ids, name, split, path)))


def _labels(labels, count: int, path: Path, answering: bool) -> np.ndarray:
    """A label an utterance, `(utterances, 1)`; NaN if they cannot be used."""
    try:
        numbers = numbers_in({"labels": labels}, "labels", path).reshape(-1, 1)
    except DataError:
        if not answering:
            raise
        numbers = np.zeros((0, 1))
    fits = len(numbers) == count or not answering
    return numbers if fits else np.full((count, 1), np.nan)


def _of(table: dict, name: str, split: str, path: Path):
    if name not in table or not isinstance(table[name], list | tuple | PickledArray):
        fault = f"the dialogue {name} of {split} is not in each of its tables"
        raise DataError(path, fault, REMEDY)
    return table[name]


def _matrix(rows, place: str, path: Path) -> np.ndarray:
    """The features of a dialogue, `(utterances, features)`."""
    array = numbers_in({place: rows}, place, path)
    if array.ndim != 2:
        fault = f"{place} is {shown(rows)}, not a vector of each utterance"
        raise DataError(path, fault, REMEDY)
    return array


def _width(row) -> dict[str, int]:
    return {modality: frames.shape[1] for modality, frames in row[0].items()}


def _widths(splits: dict) -> dict[str, int]:
    """The features by modality that most dialogues have."""
    rows = [row for by_name in splits.values() for row in by_name.values()]
    counts = Counter(tuple(_width(row).items()) for row in rows)
    return dict(counts.most_common(1)[0][0]) if counts else {}


def _split(rows: dict, widths: dict[str, int]) -> Split:
    names, sequences = tuple(rows), {}
    for modality, width in widths.items():
        arrays = [row[0][modality] for row in rows.values()]
        filled = Sequences.from_list(arrays) if rows else Sequences.missing(0, width)
        sequences[modality] = filled
    steps = [labels for _, labels, _ in rows.values()]
    labels = Sequences.from_list(steps) if rows else Sequences.missing(0, 1)
    step_ids = tuple(ids for *_, ids in rows.values())
    return Split(sequences, labels, names, names, step_ids, target=EMOTION)
