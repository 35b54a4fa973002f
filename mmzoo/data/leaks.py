"""What two splits of a corpus share, by which results become too good."""

import itertools

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.image_file import PIXELS
from mmzoo.data.near_duplicates import near_duplicates
from mmzoo.data.same_features import same_features
from mmzoo.data.split import SPLITS, Split


def leaks(corpus: Corpus) -> list[dict]:
    """Samples of one split that another split has, too, by what they have in common.

    Args:
        corpus: Any corpus. What it streams is read once.

    Returns:
        A dict for each pair of splits and each kind of leak, with `kind` (`"id"`,
        `"group"`, `"features"`, `"words"`, or `"near text"` and `"near picture"`,
        which only test samples are looked through for), `split`, `other`, `samples`
        (how many samples of `split` are met in `other`), `of` (how many it has),
        `different` (how many ids, groups, features or texts those are; `None` where
        they are only near) and `example` (the id of the first one).
    """
    found = []
    for kind, marks in _marks(corpus).items():
        for other, split in itertools.combinations(_ordered(corpus), 2):
            known = set(marks[other]) - {None}
            rows = [row for row, mark in enumerate(marks[split]) if mark in known]
            if rows:
                shared = len(known & set(marks[split]))
                found.append(_leak(kind, split, other, rows, shared, corpus))
    return [*found, *_near(corpus)]


def _ordered(corpus: Corpus) -> list[str]:
    return [name for name in SPLITS if name in corpus.splits]


def _marks(corpus: Corpus) -> dict[str, dict[str, list]]:
    """By kind and split, what tells whether two samples are the same."""
    splits = corpus.splits
    return {
        "id": {name: list(split.ids) for name, split in splits.items()},
        "group": {name: list(split.groups) for name, split in splits.items()},
        "features": same_features(corpus),
        "words": {name: _texts(split) for name, split in splits.items()},
    }


def _texts(split: Split) -> list[str | None]:
    return [text.strip() or None for text in split.words or [""] * len(split)]


def _leak(kind, split, other, rows, different, corpus) -> dict:
    return {
        "kind": kind,
        "split": split,
        "other": other,
        "samples": len(rows),
        "of": len(corpus.splits[split]),
        "different": different,
        "example": corpus.splits[split].ids[rows[0]],
    }


def _near(corpus: Corpus) -> list[dict]:
    """Test samples whose text or picture training or validation nearly holds."""
    raw = PIXELS in corpus.modalities or any(
        any(split.words or ()) for split in corpus.splits.values()
    )
    if not raw or not set(SPLITS) <= set(corpus.splits):
        return []
    near = near_duplicates(corpus)
    kinds = {"near text": near.text, "near picture": near.picture}
    return [
        _leak(kind, "test", "train or valid", np.flatnonzero(met), None, corpus)
        for kind, met in kinds.items()
        if met.any()
    ]
