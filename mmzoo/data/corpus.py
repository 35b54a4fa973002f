"""The corpus: splits of multimodal sequences with labels and provenance."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.data.feature_names import feature_names, named, selected, without_names
from mmzoo.data.filling import refilled
from mmzoo.data.joining import join_by_id
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import Split


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
            modality), `feature_names`, `warnings`. Everything in it can be written as
            JSON.
        classes: Name of each class where the labels are class indices; `label_range`
            is then `(0, len(classes) - 1)`.
        group_kind: What a group is, for people: `"video"`, `"speaker"`, ...

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
    def feature_names(self) -> dict[str, tuple[str, ...]]:
        """Names of the columns, of the modalities of which they are known."""
        return feature_names(self)

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

        One that takes the place of another has no feature names.

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
        provenance = without_names(self.provenance, name)
        return dataclasses.replace(self, splits=splits, provenance=provenance)

    def with_modalities(self, names: list[str]) -> "Corpus":
        """The same corpus with only the modalities named."""
        splits = {
            split: dataclasses.replace(
                rows, sequences={name: rows.sequences[name] for name in names}
            )
            for split, rows in self.splits.items()
        }
        return dataclasses.replace(self, splits=splits)

    def with_feature_names(self, modality: str, names: Sequence[str]) -> "Corpus":
        """The same corpus with names for the columns of a modality.

        Args:
            modality: Its name.
            names: One name a column, in order; `mmzoo.data.known_features` has those of
                COVAREP, FACET, OpenFace and eGeMAPS.

        Returns:
            The corpus; `feature_names` has them, and a file that it is saved in.

        Raises:
            DataError: If there is no such modality, or the names do not fit.

        Example:
        ```python
        corpus = mmzoo.data.read("sample")
        names = [f"band_{number}" for number in range(74)]
        corpus.with_feature_names("audio", names).feature_names["audio"][0]  # "band_0"
        ```
        """
        return named(self, modality, names)

    def select(self, modality: str, names: Sequence[str]) -> "Corpus":
        """The same corpus with only some columns of a modality.

        A sample whose columns that are left are zero in every step lacks the modality,
        as anywhere (`Split.observed`). `provenance["cleaned"]` stays what reading did,
        to all columns.

        Args:
            modality: Its name.
            names: The columns to keep, in the order wanted.

        Returns:
            The corpus; its frames of the modality are in memory.

        Raises:
            DataError: If there is no such modality or column, or nothing says what the
                columns are.

        Example:
        ```python
        corpus = mmzoo.data.read("sample")
        names = [f"band_{number}" for number in range(74)]
        corpus = corpus.with_feature_names("audio", names)
        corpus.select("audio", ["band_3", "band_1"]).input_dims["audio"]  # 2
        ```
        """
        return selected(self, modality, names)

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
        from mmzoo.data.folds import sample_folds

        return sample_folds(self, k)

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
        from mmzoo.data.folds import group_folds

        return group_folds(self, k)

    def save(self, path) -> None:
        """Write mmzoo's own HDF5 file; `mmzoo.data.read` streams it back."""
        from mmzoo.data.readers import mmzoo_hdf5

        mmzoo_hdf5.save(self, path)

    def summary(self) -> str:
        """A table of splits, modalities, labels and what was cleaned."""
        from mmzoo.data.summary import summarize

        return summarize(self)
