"""Pickles of bc-LSTM and its followers: a sequence is a video, a step an utterance.

* Seven parts, a file a modality (`text_2way.pickle`, ...), alone or beside those of the
  others in a folder: training data `(videos, utterances, features)`, training labels
  `(videos, utterances)` or one-hot with one more axis, the same two of the test, the
  most utterances, and the lengths of training and test videos. In older files the last
  two are counts of videos; zeros at the end are padding there.
* Nine parts, `IEMOCAP_features_raw.pkl`: dicts by dialogue of ids, speakers, labels,
  text, audio, video and sentences, then the dialogues of training and of the test.

The files have no validation split: the last tenth of the training videos becomes it, in
the order of the file, or of their names where they have names.
"""

import re
from pathlib import Path

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.readers.dialogue_tables import EMOTIONS, MODALITIES, dialogue_splits
from mmzoo.data.readers.pickled_splits import (
    REMEDY,
    content_of,
    numbers_in,
    one_hot,
)
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import Split
from mmzoo.reading import PickledArray, inside_folder

FORMAT = "bc-LSTM or IEMOCAP_features_raw pickle (tuples of seven or nine parts)"
PROTOCOLS = ("dialogue",)
SPELT = {each: each for each in MODALITIES} | {"visual": "video", "vision": "video"}
TWO = ("negative", "positive")
PARTS, DIALOGUES = 7, 9
MOST_CLASSES = 1000
UNREAD = "dialogues that cannot be read"
BEYOND = (
    "{} lengths of videos of {} are outside 0 to {}, the steps that they have: they "
    "were read as the nearest of these."
)
HELD = "The last {} of {} training videos became the validation split: there is none."


def matches(path: Path) -> bool:
    """Whether the path looks like this format."""
    if path.is_dir():
        return bool(_singly(path))
    content = content_of(path)
    return _is_padded(content) or _is_dialogues(content)


def files(path: Path) -> list[Path]:
    """The files that are read."""
    return _singly(path) if path.is_dir() else [path]


def _singly(folder: Path) -> list[Path]:
    """Files of a folder that are named after a modality and have seven parts."""
    named = [each.name for each in sorted(folder.glob("*.p*kl*")) if _modality(each)]
    return [
        folder / name
        for name in named
        if _is_padded(content_of(inside_folder(folder, name)))
    ]


def _modality(path: Path) -> str | None:
    """The modality that is a word of a file's name, as in `text_2way.pickle`."""
    words = re.split(r"[^a-z]+", path.stem.lower())
    return next((SPELT[word] for word in words if word in SPELT), None)


def _is_padded(content) -> bool:
    if type(content) not in (tuple, list) or len(content) != PARTS:
        return False
    arrays = isinstance(content[0], PickledArray) and isinstance(
        content[2], PickledArray
    )
    return arrays and content[0].ndim == content[2].ndim == 3


def _is_dialogues(content) -> bool:
    if type(content) not in (tuple, list) or len(content) != DIALOGUES:
        return False
    lists = all(isinstance(each, list | tuple | set) for each in content[PARTS:])
    return lists and all(type(each) is dict for each in content[:PARTS])


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
) -> Corpus:
    """Read the file, or the files of a folder."""
    content = content_of(path) if path.is_file() else None
    if _is_dialogues(content):
        splits, left_out = dialogue_splits(content, path, answering)
        corpus = _with_valid(path.stem, splits, EMOTIONS)
        if answering:
            corpus.provenance["left_out"] = left_out
            corpus.provenance["dropped"] = {UNREAD: len(left_out)}
        return corpus
    by_modality = {}
    for file in files(path):
        modality = _modality(file)
        if modality is None or modality in by_modality:
            fault = "its name says no modality"
            if modality:
                fault = f"it is the second file of {modality} in the folder"
            remedy = f"Name each file after one of {', '.join(MODALITIES)}"
            raise DataError(file, fault, remedy)
        by_modality[modality] = _Padded(content_of(file), file, answering)
    return _padded(by_modality, path)


class _Padded:
    """Frames, labels and lengths of both splits of a file."""

    def __init__(self, content, path: Path, answering: bool):
        self.frames, self.labels, self.lengths, self.warnings = {}, {}, {}, []
        for place, name in enumerate(("train", "test")):
            data = dict(zip(("data", "label"), content[2 * place :], strict=False))
            frames = numbers_in(data, "data", path)
            labels = numbers_in(data, "label", path)
            if labels.ndim not in (2, 3) or labels.shape[:2] != frames.shape[:2]:
                fault = f"labels {labels.shape} of {name} for data {frames.shape}"
                raise DataError(path, fault, REMEDY)
            lengths = self._lengths(content[5 + place], frames, name)
            self.frames[name], self.lengths[name] = frames, lengths
            self.labels[name] = _classes(labels, lengths, path, answering)

    def _lengths(self, told, frames: np.ndarray, name: str) -> np.ndarray:
        """Utterances of each video: as told, or up to the last that is not zero."""
        steps = frames.shape[1]
        if isinstance(told, list | PickledArray) and len(told) == len(frames):
            lengths = numbers_in({"lengths": told}, "lengths", "lengths").reshape(-1)
            if len(lengths) == len(frames) and np.isfinite(lengths).all():
                beyond = int(((lengths > steps) | (lengths < 0)).sum())
                self.warnings += [BEYOND.format(beyond, name, steps)] * bool(beyond)
                return np.clip(lengths, 0, steps).astype("int64")
        shown_steps = np.any(frames != 0, axis=2)
        last = steps - shown_steps[:, ::-1].argmax(axis=1)
        return np.where(shown_steps.any(axis=1), last, 0)


def _classes(labels, lengths, path: Path, answering: bool) -> np.ndarray:
    """The class of each utterance `(videos, utterances)`; 0 in the padding."""
    inside = np.arange(labels.shape[1]) < lengths[:, None]
    found, classes = labels[inside], np.zeros(labels.shape[:2])
    if labels.ndim == 3:
        classes[inside] = one_hot(found, path, answering)
        return classes
    wrong = ~(np.isin(found, range(MOST_CLASSES)))
    if wrong.any() and not answering:
        fault = f"{int(wrong.sum())} labels are no class, such as {found[wrong][0]}"
        remedy = f"Give whole numbers from 0 to {MOST_CLASSES - 1}, or one-hot rows"
        raise DataError(path, fault, remedy)
    classes[inside] = np.where(wrong, np.nan, found)
    return classes


def _padded(by_modality: dict[str, _Padded], path: Path) -> Corpus:
    first = next(iter(by_modality.values()))
    for modality, other in by_modality.items():
        for name, labels in first.labels.items():
            if not np.array_equal(labels, other.labels[name], equal_nan=True):
                fault = f"the labels of {name} in its file of {modality} are others"
                raise DataError(path, fault, "Give files of the same videos")
    splits = {}
    for name, labels in first.labels.items():
        found = [each.lengths[name] for each in by_modality.values()]
        lengths = np.max(found, axis=0)
        sequences = {
            key: _cut(each.frames[name], lengths) for key, each in by_modality.items()
        }
        ids = tuple(f"{name}_{row}" for row in range(len(labels)))
        steps = _cut(labels[:, :, None], lengths)
        splits[name] = Split(sequences, steps, ids, ids)
    numbers = [np.nan_to_num(each.labels.frames) for each in splits.values()]
    count = 1 + max(int(each.max(initial=0)) for each in numbers)
    classes = (
        TWO if count <= len(TWO) else tuple(f"class_{each}" for each in range(count))
    )
    warnings = [told for each in by_modality.values() for told in each.warnings]
    return _with_valid(path.stem, splits, classes, warnings)


def _cut(frames: np.ndarray, lengths: np.ndarray) -> Sequences:
    inside = np.arange(frames.shape[1]) < lengths[:, None]
    with np.errstate(over="ignore"):
        kept = frames[inside].astype("float32")
    return Sequences(kept, np.cumsum(lengths) - lengths, lengths)


def _with_valid(name: str, splits: dict[str, Split], classes, told=()) -> Corpus:
    """The corpus with the last tenth of the training videos for validation."""
    total = len(splits["train"])
    held = min(max(1, total // 10), max(0, total - 1))
    train, valid = np.arange(total - held), np.arange(total - held, total)
    splits = {
        "train": splits["train"].select(train),
        "valid": splits["train"].select(valid),
        "test": splits["test"],
    }
    provenance = {"warnings": [HELD.format(held, total), *told]}
    return Corpus(name, splits, (0, len(classes) - 1), provenance, classes)
