"""A corpus in numbers: what a person or a program asks of data before a training."""

import numpy as np

from mmzoo.data.alignment import is_aligned
from mmzoo.data.audio_file import SAMPLE_RATE, WAVEFORM
from mmzoo.data.corpus import Corpus
from mmzoo.data.image_file import PIXELS
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import EMOTIONS, SPLITS, Split

# A range of so few whole numbers is counted by whole number.
MOST_WHOLE = 10
BINS = 10
# What is counted in the steps of a modality.
UNITS = {WAVEFORM: "seconds", PIXELS: "pixels"}


def facts_of(corpus: Corpus) -> dict:
    """What a corpus holds, as numbers that can be written as JSON.

    Args:
        corpus: Any corpus.

    Returns:
        Dict with `name`, `target`, `labels_per`, `label_range`, `classes`,
        `group_kind`, `aligned`, `splits` (by name: `samples`, `groups`, `words`,
        `labels`), `modalities` (by name: `features`, `unit` of the lengths, `observed`
        and `lengths` by split, `names` of the features or `None`), and what was done
        while it was read: `cleaned`, `suspect`, `left_out`, `padding`, `warnings`.
    """
    names = [name for name in (*SPLITS, "unnamed") if name in corpus.splits]
    splits = {name: corpus.splits[name] for name in names}
    told = corpus.provenance
    return {
        "name": corpus.name,
        "target": corpus.target,
        "labels_per": corpus.labels_per,
        "label_range": [float(end) for end in corpus.label_range],
        "classes": None if corpus.classes is None else list(corpus.classes),
        "group_kind": corpus.group_kind,
        "aligned": is_aligned(corpus),
        "splits": {name: _split_facts(split, corpus) for name, split in splits.items()},
        "modalities": {
            key: {**_modality(splits, key), "names": _names(corpus, key)}
            for key in corpus.modalities
        },
        "cleaned": told.get("cleaned", {}),
        "suspect": told.get("suspect", {}),
        "left_out": told.get("dropped", {}),
        "padding": told.get("padding", {}),
        "warnings": list(told.get("warnings", ())),
    }


def flat_labels(split: Split) -> np.ndarray:
    """The labels of a split in one row, whatever has them.

    Args:
        split: Any split.

    Returns:
        Array `(labels,)`, NaN where there is none; `(samples, classes)` of emotions.
    """
    if not isinstance(split.labels, Sequences):
        return split.labels
    rows = [values for values, _ in split.labels.blocks(raw=True)]
    return np.concatenate(rows).reshape(-1) if rows else np.zeros(0, "float32")


def class_counts(split: Split, corpus: Corpus) -> list[int]:
    """How many labels of a split are of each class.

    Args:
        split: Any split of the corpus.
        corpus: A corpus with classes.

    Returns:
        A number a class; a sample with several emotions is counted in each.
    """
    labels = flat_labels(split)
    if corpus.target == EMOTIONS:
        return (labels == 1).sum(axis=0).tolist()
    known = labels[np.isfinite(labels)].astype(int)
    return np.bincount(known, minlength=len(corpus.classes)).tolist()


def _split_facts(split: Split, corpus: Corpus) -> dict:
    return {
        "samples": len(split),
        "groups": len(set(split.groups)),
        "words": sum(bool(text.strip()) for text in split.words or ()),
        "labels": _labels(split, corpus),
    }


def _labels(split: Split, corpus: Corpus) -> dict:
    """How many labels of each class or bin, and the share of the most frequent."""
    labels = flat_labels(split)
    known = labels[np.isfinite(labels)]
    found = {"count": len(known), "missing": labels.size - len(known)}
    if corpus.classes is not None:
        counts = class_counts(split, corpus)
        found["counts"] = dict(zip(corpus.classes, counts, strict=True))
        # Of several emotions none is the most frequent answer.
        single = corpus.target != EMOTIONS
        return {**found, "majority": _majority(found["counts"]) if single else None}
    names = ("min", "mean", "deviation", "max")
    figures = (
        [known.min(), known.mean(), known.std(), known.max()] if len(known) else []
    )
    for name, figure in zip(names, figures or [None] * 4, strict=True):
        found[name] = None if figure is None else float(figure)
    found["histogram"] = _histogram(known, *corpus.label_range)
    low, high = corpus.label_range
    signs = {
        "negative": int((known < 0).sum()),
        "not negative": int((known >= 0).sum()),
    }
    # Of labels of one sign, such as 1 to 5, every sample would be the majority.
    return {**found, "majority": _majority(signs) if low < 0 < high else None}


def _majority(counts: dict[str, int]) -> dict | None:
    """The most frequent, and its share: what whoever always says it is right about."""
    total = sum(counts.values())
    if not total:
        return None
    name = max(counts, key=counts.get)
    return {"name": name, "share": counts[name] / total}


def _histogram(values: np.ndarray, low: float, high: float) -> dict:
    """Values by bin: one a whole number where those are few, else ten alike."""
    if low == int(low) and high == int(high) and high - low <= MOST_WHOLE:
        edges = np.arange(low, high + 2) - 0.5
    else:
        edges = np.linspace(low, high, BINS + 1)
    counts, _ = np.histogram(values, edges)
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def _modality(splits: dict[str, Split], key: str) -> dict:
    """Width, presence and lengths of one modality."""
    first = next(iter(splits.values())).sequences[key]
    scale = SAMPLE_RATE if key == WAVEFORM else 1
    return {
        "features": first.features,
        "unit": UNITS.get(key, "steps"),
        "observed": {n: int(each.observed(key).sum()) for n, each in splits.items()},
        "lengths": {
            name: _lengths(split.sequences[key].lengths / scale)
            for name, split in splits.items()
        },
    }


def _names(corpus: Corpus, key: str) -> list[str] | None:
    names = corpus.feature_names.get(key)
    return None if names is None else list(names)


def _lengths(lengths: np.ndarray) -> dict | None:
    """Quartiles of the lengths of the samples that have the modality."""
    lengths = lengths[lengths > 0]
    if not len(lengths):
        return None
    names = ("min", "lower", "median", "upper", "max")
    found = np.quantile(lengths, [0, 0.25, 0.5, 0.75, 1])
    return dict(zip(names, found.tolist(), strict=True))
