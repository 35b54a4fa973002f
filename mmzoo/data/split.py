"""The split: multimodal sequences with their labels and names."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mmzoo.data.common_steps import check_joined_steps, check_word_steps, lengths_of
from mmzoo.data.errors import DataError
from mmzoo.data.sequences import Sequences, real_numbers

SPLITS = ("train", "valid", "test")
# The target whose labels are class indices, and integers in the batches.
EMOTION = "emotion"
# The target whose labels say of each class whether a sample has it.
EMOTIONS = "emotions"
# Modalities as they were recorded, of which zero is a value.
RECORDED = ("frames", "pixels", "tokens", "waveform")


@dataclass(frozen=True, eq=False)
class Split:
    """Samples of one split: a sequence a modality, labels and names.

    Args:
        sequences: Dict from modality to its `Sequences`, one a sample.
        labels: Array of shape `(num_samples,)`, one label a sequence, or a
            `Sequences` with one feature, one label a step. Further axes of length 1
            are dropped. With the target `"emotions"`, `(num_samples, classes)`: 1 where
            a sample has a class, 0 where it has not, NaN where that is not known.
        ids: Name of each sample. These and other names may be any sequence of `str`.
        groups: Video (or speaker) of each sample: samples of one group are not
            independent of each other.
        step_ids: Names of the steps of each sample, where they have names.
        words: Raw words of each sample, where the corpus has them.
        target: What the labels say, and their name in the batches: with
            `"emotion"` they are class indices. Defaults to `"sentiment"`.
        other_labels: Dict from name to labels like `labels`, which the samples have
            beside these; NaN where a sample has none. See `Corpus.with_label`.

    Example:
    ```python
    text = mmzoo.data.Sequences.from_list([np.ones((4, 2)), np.ones((1, 2))])
    split = mmzoo.data.Split({"text": text}, [1.0, -2.0], ("a", "b"), ("a", "b"))
    split.lengths.tolist()  # [4, 1]
    ```
    """

    sequences: dict[str, Sequences]
    labels: Any
    ids: Sequence[str]
    groups: Sequence[str]
    step_ids: tuple[tuple[str, ...], ...] | None = None
    words: Sequence[str] | None = None
    target: str = "sentiment"
    other_labels: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        several = self.target == EMOTIONS
        labels = (_of_classes if several else _checked)(self.labels)
        object.__setattr__(self, "labels", labels)
        others = {name: _checked(each) for name, each in self.other_labels.items()}
        object.__setattr__(self, "other_labels", others)
        counts = {name: len(rows) for name, rows in self.sequences.items()}
        counts |= {"labels": len(self.labels), "ids": len(self.ids)}
        counts["groups"] = len(self.groups)
        counts |= {f"labels {name}": len(each) for name, each in others.items()}
        for name in ("step_ids", "words"):
            if getattr(self, name) is not None:
                counts[name] = len(getattr(self, name))
        if len(set(counts.values())) > 1:
            listed = ", ".join(f"{name} {count}" for name, count in counts.items())
            raise DataError(
                "Split",
                f"the parts differ in their number of samples ({listed})",
                "Give every sample one row in each; a sequence of length 0 where "
                "a modality is missing",
            )

    def __len__(self):
        return len(self.ids)

    def __repr__(self):
        groups, per = len(set(self.groups)), "sequence"
        if isinstance(self.labels, Sequences):
            per = "step"
        widths = told_widths(self.sequences)
        counts = f"{len(self)} samples, {groups} groups, {self.lengths.sum()} steps"
        return f"<Split: {counts}; {widths}; {self.target} a {per}>"

    @property
    def lengths(self) -> np.ndarray:
        """Steps of each sample: those of its longest modality, `(num_samples,)`."""
        lengths = [rows.lengths for rows in self.sequences.values()]
        # A corpus of words alone has no modality yet.
        return np.max(lengths, axis=0) if lengths else np.zeros(len(self), "int64")

    def observed(self, modality: str) -> np.ndarray:
        """Which samples have a modality: the one place that decides it.

        A modality without an observed step is absent, and so are features that are
        zero in every step, which is how files write what they lack. Of what was
        recorded, zero is a value: black, or silence.

        Args:
            modality: Its name.

        Returns:
            Bool array `(num_samples,)`.
        """
        rows = self.sequences[modality]
        # What is streamed went through `read`, which marks such steps.
        if modality in RECORDED or rows.streamed:
            return rows.observed
        return rows.observed & rows.nonzero

    def check_joined_steps(self, groups, place: str) -> None:
        """Refuse the samples where modalities that are joined differ in their steps.

        Args:
            groups: Lists of modalities, such as a model's `joined_steps`.
            place: What the split is, for the error.

        Raises:
            DataError: Naming the modalities, their steps and how to align them.
        """
        check_joined_steps(place, groups, lengths_of(self))

    def check_word_steps(self, names, place: str) -> None:
        """Refuse the samples whose modalities have no step for each word.

        Args:
            names: Modalities; one that has a single step has it for all words.
            place: What the split is, for the error.

        Raises:
            DataError: Naming the modality, its steps and the words.
        """
        lengths = {name: self.sequences[name].lengths for name in names}
        if self.words is not None:
            check_word_steps(place, self.words, lengths)

    def select(self, indices) -> "Split":
        """Some of the samples, in the order given; no frame is copied."""
        indices = np.asarray(indices, dtype="int64")

        def pick(names):
            # What is stored is decoded once, not row by row.
            names = None if names is None else tuple(names)
            return None if names is None else tuple(names[i] for i in indices)

        def some(labels):
            steps = isinstance(labels, Sequences)
            return labels.select(indices) if steps else labels[indices]

        return Split(
            {name: rows.select(indices) for name, rows in self.sequences.items()},
            some(self.labels),
            *(pick(n) for n in (self.ids, self.groups, self.step_ids, self.words)),
            target=self.target,
            other_labels={name: some(each) for name, each in self.other_labels.items()},
        )

    def with_modality(self, name: str, sequences: Sequences) -> "Split":
        """The same samples with one more modality, or another under its name."""
        return dataclasses.replace(self, sequences={**self.sequences, name: sequences})

    @classmethod
    def concatenate(cls, parts: list["Split"]) -> "Split":
        """All samples of `parts`, in order."""

        def chain(name):
            rows = [getattr(part, name) for part in parts]
            return None if None in rows else tuple(x for row in rows for x in row)

        first = parts[0]
        targets = sorted({part.target for part in parts})
        if len(targets) > 1:
            fault = f"the labels of its parts are {' and '.join(targets)}"
            raise DataError("Split", fault, "Join splits of one target")
        names = {tuple(sorted(part.other_labels)) for part in parts}
        if len(names) > 1:
            fault = f"the other labels of its parts differ: {sorted(names)}"
            remedy = "Give `other_labels` of the same names, or none, to each"
            raise DataError("Split", fault, remedy)

        def join(labels):
            steps = isinstance(labels[0], Sequences)
            return Sequences.concatenate(labels) if steps else np.concatenate(labels)

        return cls(
            {
                name: Sequences.concatenate([part.sequences[name] for part in parts])
                for name in first.sequences
            },
            join([part.labels for part in parts]),
            *(chain(name) for name in ("ids", "groups", "step_ids", "words")),
            target=first.target,
            other_labels={
                name: join([part.other_labels[name] for part in parts])
                for name in first.other_labels
            },
        )


def told_widths(sequences: dict[str, Sequences]) -> str:
    """The features of each modality: `"audio 74, text 300"`."""
    told = [f"{name} {sequences[name].features}" for name in sorted(sequences)]
    return ", ".join(told) or "no features"


def _checked(labels):
    """Labels one a sample, `(samples,)`, or one a step."""
    if not isinstance(labels, Sequences):
        return _one_a_sample(real_numbers("labels", labels))
    if labels.features != 1:
        fault = f"the labels of a step are {labels.features} numbers"
        raise DataError("Split", fault, "Give every step one label")
    return labels


def _of_classes(labels) -> np.ndarray:
    """Labels that say of each class whether a sample has it, `(samples, classes)`."""
    if not isinstance(labels, Sequences):
        labels = real_numbers("labels", labels)
        if labels.ndim == 2 and labels.shape[1] > 1:
            return labels
    raise DataError(
        "Split",
        f"the labels of {EMOTIONS} have no shape (samples, classes)",
        "Give a row a sample, with 1 or 0 for each class; none a step",
    )


def _one_a_sample(labels: np.ndarray) -> np.ndarray:
    """Labels `(samples,)`, of which files also have `(samples, 1)` or more ones."""
    if labels.ndim and labels.size == len(labels):
        return labels.reshape(-1)
    raise DataError(
        "Split",
        f"the labels have shape {labels.shape}",
        "Give every sample one label, shape (samples,); labels a step as `Sequences`",
    )
