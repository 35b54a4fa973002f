"""Tiny corpora that the tests of the data share."""

import dataclasses

import numpy as np

from mmzoo.data import Corpus, LabelMeaning, Sequences, Split
from mmzoo.data.other_labels import carrying

WIDTHS = {"audio": 3, "text": 5, "video": 2}
LENGTHS = {"train": (4, 1, 6, 3, 5, 2, 6), "valid": (3, 2), "test": (5, 1, 4)}
WORDS = ("good film", "bad", "", "film film film", "good", "bad film", "very good film")


def small_split(name, rng, lengths, labels_per="sequence"):
    """A split of random frames; of several steps the first lacks the video."""
    sequences = {}
    for modality, features in WIDTHS.items():
        arrays = [rng.normal(size=(length, features)) for length in lengths]
        sequences[modality] = Sequences.from_list(arrays)
    present = [np.arange(length) >= min(1, length - 1) for length in lengths]
    arrays = [rng.normal(size=(length, WIDTHS["video"])) for length in lengths]
    sequences["video"] = Sequences.from_list(arrays, present)
    labels = rng.uniform(-3, 3, len(lengths)).astype("float32")
    if labels_per == "step":
        labels = Sequences.from_list([rng.uniform(-3, 3, (n, 1)) for n in lengths])
    ids = tuple(f"{name}_{i}" for i in range(len(lengths)))
    groups = tuple(f"{name}_video_{i // 2}" for i in range(len(lengths)))
    return Split(sequences, labels, ids, groups)


def small_corpus(rng, labels_per="sequence"):
    """Three modalities, splits of 7, 2 and 3 samples."""
    splits = {
        name: small_split(name, rng, lengths, labels_per)
        for name, lengths in LENGTHS.items()
    }
    return Corpus("small", splits, (-3.0, 3.0), {"format": "test"})


def small_emotions(rng):
    """The same corpus with three classes, spoken by people."""
    splits = {}
    for name, split in small_corpus(rng).splits.items():
        labels = np.arange(len(split)) % 3
        groups = tuple(text.replace("video", "speaker") for text in split.groups)
        splits[name] = dataclasses.replace(
            split, labels=labels, groups=groups, target="emotion"
        )
    return Corpus(
        "small",
        splits,
        (0, 2),
        {"format": "test"},
        classes=("sad", "calm", "glad"),
        group_kind="speaker",
    )


def spoiled(corpus, split, modality, change):
    """The corpus with `change(frames)` made to a copy of one modality's frames."""
    rows = corpus.splits[split].sequences[modality]
    frames = rows.frames.copy()
    change(frames)
    rows = dataclasses.replace(rows, frames=frames)
    part = corpus.splits[split].with_modality(modality, rows)
    return dataclasses.replace(corpus, splits={**corpus.splits, split: part})


def with_nan(frames):
    """A NaN and three infinite values, to be put into frames."""
    frames[0, 0] = np.nan
    frames[1, 0], frames[1, 1], frames[2, 0] = np.inf, -np.inf, -np.inf


OTHERS = {
    "happy": (LabelMeaning("happy", (0, 3)), lambda n: np.arange(n) % 4),
    "mood": (LabelMeaning("mood", (0, 1), ("bad", "good")), lambda n: np.arange(n) % 2),
}


def small_labels(rng, labels_per="sequence", **changed):
    """A small corpus with two labels beside sentiment; `changed` by name."""
    corpus = small_corpus(rng, labels_per)

    def read_one(name):
        meaning, make = OTHERS[name]
        make = changed.get(name, make)
        made = {key: make(len(split)) for key, split in corpus.splits.items()}
        return made, meaning

    return carrying(corpus, ("sentiment", *OTHERS), "sentiment", read_one)


def assert_same_split(first, second):
    """Every sample of two splits has the same frames, masks, labels and names."""
    assert first.ids == second.ids
    assert first.groups == second.groups
    assert first.step_ids == second.step_ids
    assert first.words == second.words
    assert first.target == second.target
    assert sorted(first.sequences) == sorted(second.sequences)
    parts = [(first.sequences[key], second.sequences[key]) for key in first.sequences]
    if isinstance(first.labels, Sequences):
        parts.append((first.labels, second.labels))
    else:
        np.testing.assert_array_equal(first.labels, second.labels)
    for one, other in parts:
        for i in range(len(one)):
            np.testing.assert_array_equal(one[i][0], other[i][0])
            np.testing.assert_array_equal(one[i][1], other[i][1])


def corpus_with_words(rng):
    """The small corpus with words, of which one sample has none."""
    corpus = small_corpus(rng)
    splits = {
        name: dataclasses.replace(split, words=WORDS[: len(split)])
        for name, split in corpus.splits.items()
    }
    return dataclasses.replace(corpus, splits=splits)
