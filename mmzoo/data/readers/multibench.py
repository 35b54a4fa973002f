"""A pickle of MultiBench: `mosi_raw.pkl`, `mosei_raw.pkl`, `sarcasm.pkl`, `humor.pkl`.

train | valid | test, each with `text`, `audio`, `vision` `(samples, steps, features)`,
padded with zeros at the *front*; `labels` `(samples, 1, 1)`, sentiment from -3 to 3, or
0 and 1 for sarcasm and humor (-1 and 1 in some), which are two classes; `id`, a list of
`video[segment]`.

MultiBench leaves out samples whose text is zero throughout. So does this reader, and
counts them; to be answered, they are kept.
"""

from pathlib import Path

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.readers.mult import LABEL_RANGE, split_of
from mmzoo.data.readers.padded_frames import padded_at_front
from mmzoo.data.readers.pickled_splits import (
    MODALITIES,
    content_of,
    numbers_in,
    splits_in,
)

FORMAT = "MultiBench pickle (mosi_raw.pkl, mosei_raw.pkl, sarcasm.pkl, humor.pkl)"
PROTOCOLS = ("official",)
# What the two classes of a file say, by a word in its name.
TARGETS = ("sarcasm", "humor")
WITHOUT_TEXT = "text is zero throughout"


def matches(path: Path) -> bool:
    """Whether the path looks like this format."""
    parts = splits_in(content_of(path))
    return parts is not None and all(map(_fits, parts.values())) and _front(parts)


def _fits(part: dict) -> bool:
    ids = part.get("id")
    known = ids is None or isinstance(ids, list) or getattr(ids, "ndim", 0) == 1
    return "labels" in part and bool(set(MODALITIES) & set(part)) and known


def _front(parts: dict) -> bool:
    """Whether no sequences are padded at the end, as those of MulT are."""
    arrays = [part.get("text") for part in parts.values()]
    arrays = [array for array in arrays if getattr(array, "ndim", 0) == 3]
    return all(padded_at_front({"text": array}) is not False for array in arrays)


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
) -> Corpus:
    """Read the file."""
    parts = splits_in(content_of(path))
    labels = {name: numbers_in(part, "labels", path) for name, part in parts.items()}
    values = np.unique(np.concatenate([np.ravel(each) for each in labels.values()]))
    classes, label_range, target = None, LABEL_RANGE, "sentiment"
    if len(values) == 2 and values[1] == 1 and values[0] in (0, -1):
        target = next((word for word in TARGETS if word in path.stem.lower()), "positive")
        classes, label_range = (f"not {target}", target), (0, 1)
        labels = {name: each > 0 for name, each in labels.items()}
    splits, padding, dropped = {}, {}, 0
    for name, part in parts.items():
        numbers = np.asarray(labels[name], "float32")
        split = split_of(part, name, numbers, path, padding, target, front=True)
        if "text" in split.sequences and not answering:
            kept = np.flatnonzero(split.observed("text"))
            dropped += len(split) - len(kept)
            split = split.select(kept)
        splits[name] = split
    provenance = {"padding": padding}
    if dropped:
        provenance["dropped"] = {WITHOUT_TEXT: dropped}
    return Corpus(path.stem, splits, label_range, provenance, classes)
