"""A pickle of MultiBench: `mosi_raw.pkl`, `mosei_raw.pkl`, `sarcasm.pkl`, `humor.pkl`.

train | valid | test, each with `text`, `audio`, `vision` `(samples, steps, features)`,
padded with zeros at the *front*; `labels` `(samples, 1, 1)`, sentiment from -3 to 3, or
0 and 1 for sarcasm and humor (-1 and 1 in some), which are two classes; `id`, a list of
`video[segment]`.

MultiBench leaves out samples whose text is zero throughout. So does this reader, and
counts them; to be answered, they are kept.
"""

import math
from pathlib import Path

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.readers.mult import LABEL_RANGE, front_of, has_labels, split_of
from mmzoo.data.readers.pickled_splits import (
    content_of,
    names_of_features,
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
    if parts is None or not all(map(has_labels, parts.values())):
        return False
    # MulT's names have two axes, its emotions of each sample several.
    ids = [part.get("id") for part in parts.values()]
    others = any(getattr(each, "ndim", 1) == 2 for each in ids)
    sizes = [math.prod(_shape(part["labels"])[1:]) for part in parts.values()]
    unnamed = all(each is None for each in ids)
    return (
        set(sizes) == {1}
        and not others
        and (not unnamed or front_of(parts) is not False)
    )


def _shape(labels) -> tuple[int, ...]:
    return getattr(labels, "shape", ())


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
        target = next(
            (word for word in TARGETS if word in path.stem.lower()), "positive"
        )
        classes, label_range = (f"not {target}", target), (0, 1)
        labels = {name: each > 0 for name, each in labels.items()}
    splits, padding, dropped = {}, {}, 0
    for name, part in parts.items():
        numbers = np.asarray(labels[name], "float32")
        split = split_of(part, name, numbers, path, padding, target)
        if "text" in split.sequences and not answering:
            kept = np.flatnonzero(split.observed("text"))
            dropped += len(split) - len(kept)
            split = split.select(kept)
        splits[name] = split
    provenance = {"padding": padding, **names_of_features(splits)}
    if dropped:
        provenance["dropped"] = {WITHOUT_TEXT: dropped}
    return Corpus(path.stem, splits, label_range, provenance, classes)
