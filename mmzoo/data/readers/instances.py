"""Pickles of instances: MISA and MMIM (three files), MAG-BERT (one, `mosi.pkl`).

A folder with `train.pkl`, `dev.pkl` and `test.pkl`, each a list; or one file, a dict of
such lists. An instance is `(parts, label, segment)`, and `parts` are

* MAG-BERT: words (texts), video and audio `(words, features)`;
* MISA: numbers of words, video, audio, words; MMIM adds the steps of video and audio.

Numbers of words mean nothing without the table that came with them: the words
themselves are read, for a text encoder. Instances that cannot be understood are left
out and counted; `strict` refuses them.
"""

from collections import Counter
from pathlib import Path

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.readers.pickled_splits import (
    content_of,
    names_of_features,
    splits_in,
    text_of,
)
from mmzoo.data.readers.segment_names import segment_names
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import SPLITS, Split
from mmzoo.reading import PickledArray, inside_folder

FORMAT = "MISA or MMIM folder (train.pkl, dev.pkl, test.pkl), or MAG-BERT pickle"
PROTOCOLS = ("official",)
FILES = {"train": "train.pkl", "valid": "dev.pkl", "test": "test.pkl"}
LABEL_RANGE = (-3.0, 3.0)
# Where the parts of an instance stand.
VIDEO, AUDIO, WORDS, STEPS = 1, 2, (3, 0), 4
ODD = "no (parts, label, segment) of the same widths"


def matches(path: Path) -> bool:
    """Whether the path looks like this format."""
    if path.is_dir():
        return all((path / name).is_file() for name in FILES.values())
    parts = splits_in(content_of(path), list)
    return parts is not None and any(
        type(each) is tuple and len(each) == 3 and type(each[0]) in (tuple, list)
        for part in parts.values()
        for each in part[:1]
    )


def files(path: Path) -> list[Path]:
    """The files that are read."""
    return [path / name for name in FILES.values()] if path.is_dir() else [path]


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
) -> Corpus:
    """Read the lists of all splits."""
    splits, left_out, warnings = {}, Counter(), []
    parts = _lists(path) if path.is_dir() else splits_in(content_of(path), list)
    widths = _widths(parts)
    for name in SPLITS:
        if name in parts:
            rows = [_row(each, widths) for each in parts[name]]
            left_out[name] = rows.count(None)
            splits[name] = _split(name, [row for row in rows if row is not None])
    lost, total = left_out.total(), sum(map(len, parts.values()))
    if lost and (strict or 2 * lost > total):
        fault = f"{lost} of its {total} instances are {ODD}"
        raise DataError(path, fault, "Write them as MISA or MAG-BERT does")
    if lost:
        listed = ", ".join(f"{count} of {name}" for name, count in left_out.items())
        warnings.append(f"Instances that are {ODD} were left out: {listed}.")
    provenance = {"warnings": warnings, "dropped": {ODD: lost} if lost else {}}
    provenance |= names_of_features(splits)
    return Corpus(path.stem, splits, LABEL_RANGE, provenance)


def _lists(path: Path) -> dict[str, list]:
    found = {}
    for name, file in FILES.items():
        content = content_of(inside_folder(path, file))
        if type(content) is not list:
            raise DataError(path / file, "it is no pickle of a list", "Give MISA's own")
        found[name] = content
    return found


def _widths(parts: dict[str, list]) -> tuple[int, int]:
    """The features of a step of video and audio that most instances have."""
    counts = Counter(
        (each[0][VIDEO].shape[-1], each[0][AUDIO].shape[-1])
        for part in parts.values()
        for each in part
        if _is_instance(each)
    )
    return counts.most_common(1)[0][0] if counts else (0, 0)


def _is_instance(each) -> bool:
    if type(each) not in (tuple, list) or len(each) != 3:
        return False
    if type(each[0]) not in (tuple, list) or len(each[0]) < 3:
        return False
    return all(
        isinstance(array, PickledArray)
        and array.ndim == 2
        and array.dtype.kind in "fiu"
        for array in (each[0][VIDEO], each[0][AUDIO])
    )


def _row(each, widths: tuple[int, int]):
    """Video, audio, words, label and segment of one; `None` where it has others."""
    if not _is_instance(each):
        return None
    parts, label, segment = each
    label = label.read() if isinstance(label, PickledArray) else np.asarray(label)
    found = [parts[place].read() for place in (VIDEO, AUDIO)]
    # MMIM says how many steps of each there are.
    for place, steps in enumerate(parts[STEPS : STEPS + 2]):
        if type(steps) is int and steps >= 0:
            found[place] = found[place][:steps]
    fits = tuple(array.shape[1] for array in found) == widths
    if not fits or label.dtype.kind not in "fiu" or label.size != 1:
        return None
    name = segment.read().item() if _is_name(segment) else segment
    return *found, _words(parts), float(label.item()), text_of(name)


def _is_name(segment) -> bool:
    return isinstance(segment, PickledArray) and segment.shape == ()


def _words(parts) -> str:
    """The words, from the first part that has texts."""
    for place in WORDS:
        words = parts[place] if len(parts) > place else None
        if isinstance(words, PickledArray) and words.dtype.kind in "USO":
            words = words.read().ravel().tolist()
        if isinstance(words, list | tuple) and words:
            if all(isinstance(word, str | bytes) for word in words):
                return " ".join(map(text_of, words))
    return ""


def _split(name: str, rows: list) -> Split:
    video, audio, words, labels, ids = zip(*rows, strict=True) if rows else [()] * 5
    sequences = {}
    for key, arrays in (("audio", audio), ("video", video)):
        found = Sequences.from_list(arrays)
        shown = np.any(found.frames != 0, axis=1)
        # A word without a face or a voice has zeros.
        sequences[key] = Sequences(found.frames, found.starts, found.lengths, shown)
    names = segment_names([[each] for each in ids], name, len(rows))
    return Split(sequences, np.array(labels), *names, words=words)
