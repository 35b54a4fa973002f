"""The corpus: splits of multimodal sequences with labels and provenance."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mmzoo.data.cells import natural_order
from mmzoo.data.common_steps import check_joined_steps, lengths_of
from mmzoo.data.errors import DataError
from mmzoo.data.filling import refilled
from mmzoo.data.joining import join_by_id
from mmzoo.data.sequences import Sequences, real_numbers

SPLITS = ("train", "valid", "test")
# The target whose labels are class indices, and integers in the batches.
EMOTION = "emotion"
# Modalities as they were recorded, of which zero is a value.
RECORDED = ("pixels", "tokens", "waveform")


@dataclass(frozen=True, eq=False)
class Split:
    """Samples of one split: a sequence a modality, labels and names.

    Args:
        sequences: Dict from modality to its `Sequences`, one a sample.
        labels: Array of shape `(num_samples,)`, one label a sequence, or a
            `Sequences` with one feature, one label a step. Further axes of length 1
            are dropped.
        ids: Name of each sample.
        groups: Video (or speaker) of each sample: samples of one group are not
            independent of each other.
        step_ids: Names of the steps of each sample, where they have names.
        words: Raw words of each sample, where the corpus has them.
        target: What the labels say, and their name in the batches: with
            `"emotion"` they are class indices. Defaults to `"sentiment"`.

    Example:
    ```python
    text = mmzoo.data.Sequences.from_list([np.ones((4, 2)), np.ones((1, 2))])
    split = mmzoo.data.Split({"text": text}, [1.0, -2.0], ("a", "b"), ("a", "b"))
    split.lengths.tolist()  # [4, 1]
    ```
    """

    sequences: dict[str, Sequences]
    labels: Any
    ids: tuple[str, ...]
    groups: tuple[str, ...]
    step_ids: tuple[tuple[str, ...], ...] | None = None
    words: tuple[str, ...] | None = None
    target: str = "sentiment"

    def __post_init__(self):
        if not isinstance(self.labels, Sequences):
            labels = real_numbers("labels", self.labels)
            object.__setattr__(self, "labels", _one_a_sample(labels))
        elif self.labels.features != 1:
            fault = f"the labels of a step are {self.labels.features} numbers"
            raise DataError("Split", fault, "Give every step one label")
        counts = {name: len(rows) for name, rows in self.sequences.items()}
        counts |= {"labels": len(self.labels), "ids": len(self.ids)}
        counts["groups"] = len(self.groups)
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

    def select(self, indices) -> "Split":
        """Some of the samples, in the order given; no frame is copied."""
        indices = np.asarray(indices, dtype="int64")

        def pick(names):
            return None if names is None else tuple(names[i] for i in indices)

        labels = self.labels
        step_labels = isinstance(labels, Sequences)
        return Split(
            {name: rows.select(indices) for name, rows in self.sequences.items()},
            labels.select(indices) if step_labels else labels[indices],
            *(pick(n) for n in (self.ids, self.groups, self.step_ids, self.words)),
            target=self.target,
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
        labels = [part.labels for part in parts]
        step_labels = isinstance(first.labels, Sequences)
        join = Sequences.concatenate if step_labels else np.concatenate
        return cls(
            {
                name: Sequences.concatenate([part.sequences[name] for part in parts])
                for name in first.sequences
            },
            join(labels),
            *(chain(name) for name in ("ids", "groups", "step_ids", "words")),
            target=first.target,
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


@dataclass(frozen=True, eq=False)
class Corpus:
    """A data set of multimodal sequences with labels of sentiment or emotion.

    Args:
        name: Short name, for tables and reports.
        splits: Dict with the splits `"train"`, `"valid"` and `"test"`; to be answered,
            any of them, and `"unnamed"` for rows of which the data do not say it.
        label_range: Lowest and highest label that can occur.
        provenance: Where the data came from and what was done to it: format,
            protocol, files with their hashes, `cleaned` (counts by split and
            modality), `warnings`. Everything in it can be written as JSON.
        classes: Name of each class where the labels are class indices; `label_range`
            is then `(0, len(classes) - 1)`.
        group_kind: What a group is, for people: `"video"`, `"speaker"`, ...
        given_folds: For each fold of a cross-validation that the data define, a dict
            from the id of each sample to its split; `own_folds` cuts by them.

    Example:
    ```python
    corpus = mmzoo.data.read("sample")
    corpus.input_dims  # {"audio": 74, "text": 300, "video": 35}
    print(corpus.summary())
    ```
    """

    name: str
    splits: dict[str, Split]
    label_range: tuple[float, float]
    provenance: dict = field(default_factory=dict)
    classes: tuple[str, ...] | None = None
    group_kind: str = "video"
    given_folds: tuple[dict[str, str], ...] = ()

    def __post_init__(self):
        low, high = self.label_range
        # Written so that NaN is refused too.
        if not -np.inf < low <= high < np.inf:
            fault = f"label_range=({low:g}, {high:g})"
            raise DataError(
                self.name, fault, "Give two finite numbers, the lower first"
            )
        if self.classes is None:
            return
        object.__setattr__(self, "classes", tuple(self.classes))
        count = len(self.classes)
        if count != len(set(self.classes)) or not count:
            fault = f"classes={self.classes}"
            raise DataError(self.name, fault, "Give every class one name of its own")
        if tuple(self.label_range) != (0, count - 1):
            raise DataError(
                self.name,
                f"label_range={tuple(self.label_range)} with {count} classes",
                f"Labels are class indices: the range is (0, {count - 1})",
            )

    @property
    def train(self) -> Split:
        return self.splits["train"]

    @property
    def valid(self) -> Split:
        return self.splits["valid"]

    @property
    def test(self) -> Split:
        return self.splits["test"]

    @property
    def modalities(self) -> list[str]:
        return sorted(self._first.sequences)

    @property
    def input_dims(self) -> dict[str, int]:
        """Features of each modality."""
        rows = self._first.sequences
        return {name: rows[name].features for name in self.modalities}

    @property
    def target(self) -> str:
        """What the labels say: `"sentiment"`, `"emotion"`, ..."""
        return self._first.target

    @property
    def labels_per(self) -> str:
        """`"step"` or `"sequence"`: what has a label."""
        return "step" if isinstance(self._first.labels, Sequences) else "sequence"

    @property
    def _first(self) -> Split:
        return next(iter(self.splits.values()))

    def with_modality(
        self,
        name: str,
        sequences: dict[str, Sequences],
        ids: dict[str, tuple[str, ...]] | None = None,
    ) -> "Corpus":
        """The same corpus with one more modality, such as embeddings of the words.

        Args:
            name: Name of the modality.
            sequences: Its sequences, for each split.
            ids: Id of each sequence, for each split, where they are not in the
                order of the samples. A sample without one gets length 0.

        Returns:
            The corpus with it.
        """
        splits = {}
        for split, samples in self.splits.items():
            rows = sequences[split]
            if ids is not None:
                place = f"{name} of {split}"
                rows = join_by_id(rows, ids[split], samples.ids, place)
            splits[split] = samples.with_modality(name, rows)
        return dataclasses.replace(self, splits=splits)

    def with_modalities(self, names: list[str]) -> "Corpus":
        """The same corpus with only the modalities named."""
        splits = {
            split: dataclasses.replace(
                rows, sequences={name: rows.sequences[name] for name in names}
            )
            for split, rows in self.splits.items()
        }
        return dataclasses.replace(self, splits=splits)

    def align_to(self, modality: str) -> "Corpus":
        """The same corpus with the steps of one modality in all of them.

        The frames of the others are averaged over the span of each of its steps. No
        times are known, so the steps of each sequence are divided evenly over those of
        `modality`; where there are fewer, they are repeated. A masked step takes no
        part in a mean, nor does a value that is not finite; a span without anything is
        masked. Of a sample that lacks `modality` nothing is observed any more, and a
        warning counts such samples. What was recorded (`"pixels"`, `"tokens"`,
        `"waveform"`) is left as it is. `provenance["aligned"]` says what was done.

        Args:
            modality: Its name, such as `"text"`, which often has the fewest steps.

        Returns:
            The corpus, its frames in memory, float32.

        Raises:
            DataError: If the corpus has no such frames, or its labels are one a step,
                but not one a step of `modality`.

        Example:
        ```python
        audio = mmzoo.data.Sequences.from_list([np.arange(4.0)[:, None]])
        text = mmzoo.data.Sequences.from_list([np.ones((2, 1))])
        rows = {"audio": audio, "text": text}
        split = mmzoo.data.Split(rows, [1.0], ("a",), ("a",))
        corpus = mmzoo.data.Corpus("mine", {"train": split}, (-3, 3))
        aligned = corpus.align_to("text").train.sequences["audio"]
        aligned[0][0].tolist()  # [[0.5], [2.5]]
        ```
        """
        from mmzoo.data.alignment import aligned_corpus

        return aligned_corpus(self, modality)

    def with_valid_in_train(self) -> "Corpus":
        """The same corpus with the validation split in the training split, too."""
        both = Split.concatenate([self.train, self.valid])
        # What is not finite is read as a mean of all that is learnt from now.
        splits = refilled({**self.splits, "train": both})
        return dataclasses.replace(self, splits=splits)

    def folds(self, k: int) -> list["Corpus"]:
        """Cut the complete samples into `k` corpora for cross-validation.

        The samples of all splits in which every modality was observed are put in one
        row (train, valid, test; each in its order). Fold `f` tests on the rows `f`,
        `f + k`, `f + 2k`, ..., validates on those of the next fold and trains on
        the rest, so every complete sample is tested exactly once.

        Args:
            k: Number of folds, at least 3.

        Returns:
            The `k` corpora, in order.
        """
        pool = Split.concatenate([self.splits[name] for name in SPLITS])
        observed = [pool.observed(name) for name in pool.sequences]
        if observed:
            pool = pool.select(np.flatnonzero(np.all(observed, axis=0)))
        if not 3 <= k <= len(pool):
            fault = f"folds(k={k}) with {len(pool)} samples that have all modalities"
            raise DataError(self.name, fault, f"Choose k from 3 to {len(pool)}")
        return self._cut(pool, _rotated(np.arange(len(pool)) % k, k))

    def group_folds(self, k: int) -> list["Corpus"]:
        """Cut the groups into `k` corpora for cross-validation on unseen groups.

        The groups (speakers) of all splits are sorted by name (`2` before `10`) and cut
        into `k` consecutive parts: for IEMOCAP, `k=5` gives its sessions of two voices,
        `k=10` single speakers. Fold `f` tests on the samples of part `f`, validates on
        those of the next part and trains on the rest: every sample is tested exactly
        once, by a model that has not met its speaker.

        Args:
            k: Number of folds, at least 3.

        Returns:
            The `k` corpora, in order.
        """
        pool = Split.concatenate([self.splits[name] for name in SPLITS])
        groups = sorted(set(pool.groups), key=natural_order)
        places = {name: place for place, name in enumerate(groups)}
        group_of = np.array([places[name] for name in pool.groups], int)
        if not 3 <= k <= len(groups):
            fault = f"group_folds(k={k}) with {len(groups)} {self.group_kind}s"
            if len(groups) < 3:
                remedy = "It takes at least 3; `folds` cuts by samples"
            else:
                remedy = f"Choose k from 3 to {len(groups)}"
            raise DataError(self.name, fault, remedy)
        parts = np.array_split(np.arange(len(groups)), k)
        part_of = np.repeat(np.arange(k), [len(part) for part in parts])
        folds = _rotated(part_of[group_of], k)
        return self._cut(pool, folds, folds_by=self.group_kind)

    def own_folds(self) -> list["Corpus"]:
        """Cut the samples into the folds of the data's own cross-validation.

        Returns:
            A corpus for each dict of `given_folds`, in order; a sample that a fold does
            not name has no part in it.
        """
        pool = Split.concatenate([self.splits[name] for name in SPLITS])
        if not self.given_folds:
            fault = "own_folds() of data that define no folds"
            raise DataError(self.name, fault, "Use `folds(k)` or `group_folds(k)`")
        parts = [[fold.get(id, "") for id in pool.ids] for fold in self.given_folds]
        return self._cut(pool, np.array(parts), folds_by="published lists")

    def _cut(self, pool: Split, folds: np.ndarray, **told) -> list["Corpus"]:
        """A corpus for each row of `folds`, `(folds, samples)`, names of splits."""
        if self.provenance.get("made_by", {}).get("text") == "WordEmbedding":
            # A fold's model would number other words than these tokens do.
            fault = "its words were numbered with another training split's vocabulary"
            remedy = "Cut first: `FrontEnds.prepare_folds` does both"
            raise DataError(self.name, fault, remedy)

        k = len(folds)

        def fold(number):
            rows = {key: np.flatnonzero(folds[number] == key) for key in SPLITS}
            splits = {key: pool.select(rows[key]) for key in SPLITS}
            return dataclasses.replace(
                self,
                name=f"{self.name} fold {number + 1} of {k}",
                splits=refilled(splits),
                provenance={**self.provenance, "folds": k, "fold": number, **told},
                given_folds=(),
            )

        return [fold(number) for number in range(k)]

    def save(self, path) -> None:
        """Write mmzoo's own HDF5 file; `mmzoo.data.read` streams it back."""
        from mmzoo.data.readers import mmzoo_hdf5

        mmzoo_hdf5.save(self, path)

    def summary(self) -> str:
        """A table of splits, modalities, labels and what was cleaned."""
        from mmzoo.data.summary import summarize

        return summarize(self)


def _rotated(part: np.ndarray, k: int) -> np.ndarray:
    """Each of `k` parts tests once, the next one validates: `(folds, samples)`."""
    fold = np.arange(k)[:, None]
    tested = np.where(part == fold, "test", "train")
    return np.where(part == (fold + 1) % k, "valid", tested)
