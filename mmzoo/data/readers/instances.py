"""Pickles of instances: MISA and MMIM (three files), MAG-BERT (one, `mosi.pkl`).

A folder with `train.pkl`, `dev.pkl` and `test.pkl`, each a list; or one file, a dict of
such lists. An instance is `(parts, label, segment)`, and `parts` are

* MAG-BERT: words (texts), video and audio `(words, features)`;
* MISA: numbers of words, video, audio, words; MMIM adds the steps of video and audio.

Numbers of words mean nothing without the table that came with them: the words
themselves are read, for a text encoder. Instances that cannot be understood are left
out, and named with the reason; `strict` refuses them.
"""

from collections import Counter
from pathlib import Path

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.readers.file_table import some
from mmzoo.data.readers.instance_row import name_of, row_of, widths_of
from mmzoo.data.readers.pickled_splits import (
    content_of,
    names_of_features,
    splits_in,
)
from mmzoo.data.readers.segment_names import segment_names, video_of
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import SPLITS, Split
from mmzoo.reading import inside_folder

FORMAT = "MISA or MMIM folder (train.pkl, dev.pkl, test.pkl), or MAG-BERT pickle"
PROTOCOLS = ("official",)
FILES = {"train": "train.pkl", "valid": "dev.pkl", "test": "test.pkl"}
LABEL_RANGE = (-3.0, 3.0)


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
    parts = _lists(path) if path.is_dir() else splits_in(content_of(path), list)
    widths, splits, lost = widths_of(parts), {}, []
    for name in (each for each in SPLITS if each in parts):
        rows = [row_of(each, widths, answering) for each in parts[name]]
        lost += [
            _left_out(parts[name][place], name, place, row)
            for place, row in enumerate(rows)
            if isinstance(row, str)
        ]
        kept = [row for row in rows if not isinstance(row, str)]
        if kept or not answering:
            splits[name] = _split(name, kept)
    kinds = Counter(each["reason"] for each in lost)
    total = sum(map(len, parts.values()))
    most = total - 1 if answering else total / 2
    if lost and (strict or len(lost) > most):
        fault = f"{len(lost)} of its {total} instances cannot be read; of the first, "
        fault += f"{lost[0]['id']}, {lost[0]['reason']}"
        raise DataError(path, fault, "Write them as MISA or MAG-BERT does")
    warnings = [
        f"left out, {kind}: {count}, namely "
        + some([each["id"] for each in lost if each["reason"] == kind])
        + "."
        for kind, count in kinds.items()
    ]
    provenance = {"warnings": warnings, "dropped": dict(kinds)}
    provenance |= names_of_features(splits)
    if answering:
        provenance["left_out"] = lost
    return Corpus(path.stem, splits, LABEL_RANGE, provenance)


def _left_out(each, split: str, place: int, reason: str) -> dict[str, str]:
    """What is told of an instance that is left out, which has a name perhaps."""
    name = name_of(each)
    told = {"id": name or f"{split}_{place}", "group": name and video_of(name)}
    return {**told, "split": split, "reason": reason}


def _lists(path: Path) -> dict[str, list]:
    found = {}
    for name, file in FILES.items():
        content = content_of(inside_folder(path, file))
        if type(content) is not list:
            raise DataError(path / file, "it is no pickle of a list", "Give MISA's own")
        found[name] = content
    return found


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
