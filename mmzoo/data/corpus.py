"""The corpus: splits of multimodal sequences with labels and provenance."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.data.feature_names import feature_names, named, selected, without_names
from mmzoo.data.filling import refilled
from mmzoo.data.joining import join_by_id
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import EMOTIONS, Split, told_widths


@dataclass(frozen=True, eq=False)
class Corpus:
    """A data set of multimodal sequences with labels of sentiment or emotion.

    Args:
        name: Short name, for tables and reports.
        splits: Dict with the splits `"train"`, `"valid"` and `"test"`; to be answered,
            any of them, and `"unnamed"` for rows of which the data do not say it.
        label_range: Lowest and highest label that can occur.
        provenance: Where the data came from and what was done to it: format,
            protocol, files with their hashes, `cleaned` and `suspect` (what was
            mended and what was left as it is, by split and modality), `feature_names`,
            `warnings`. Everything in it can be written as JSON.
        classes: Name of each class where the labels are class indices; `label_range`
            is then `(0, len(classes) - 1)`. With the target `"emotions"` a sample has
            any number of them, and the range is `(0, 1)`.
        group_kind: What a group is, for people: `"video"`, `"speaker"`, ...
        meanings: Dict from the name of each label that the samples have to its
            `LabelMeaning`, in the order of the data; the one that `Split.other_labels`
            lack is read. Empty where there is one label alone.
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
    meanings: dict[str, LabelMeaning] = field(default_factory=dict)
    given_folds: tuple[dict[str, str], ...] = ()

    def __post_init__(self):
        self._check_other_labels()
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
        several = self.target == EMOTIONS
        wanted = (0, 1 if several else count - 1)
        if tuple(self.label_range) != wanted:
            raise DataError(
                self.name,
                f"label_range={tuple(self.label_range)} with {count} classes",
                f"Labels are {'0 or 1' if several else 'class indices'}: the range is "
                f"{wanted}",
            )
        widths = {split.labels.shape[1] for split in self.splits.values() if several}
        if widths - {count}:
            fault = f"{max(widths)} labels a sample with {count} classes"
            raise DataError(self.name, fault, "Give every sample one of each class")

    def _check_other_labels(self):
        for name, split in self.splits.items():
            lacking = set(self.meanings) - set(split.other_labels)
            unknown = set(split.other_labels) - set(self.meanings)
            read = {self.label} if isinstance(self.label, str) else set()
            if unknown or self.meanings and lacking != read:
                fault = (
                    f"the other labels of {name} are {list(split.other_labels)}, the "
                    f"meanings those of {list(self.meanings)}"
                )
                remedy = "Give every split the same: all that have a meaning but one"
                raise DataError(self.name, fault, remedy)

    def __repr__(self):
        from mmzoo.data.summary import labels_told

        if not self.splits:
            return f"<Corpus {self.name!r} without splits>"
        sizes = ", ".join(f"{name} {len(rows)}" for name, rows in self.splits.items())
        widths = told_widths(self._first.sequences)
        return f"<Corpus {self.name!r}: {sizes}; {widths}; {labels_told(self)}>"

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
    def label(self) -> str | list[str]:
        """Name of the label that is read; a list where several are read at once."""
        others = self._first.other_labels
        told = self.provenance.get("label", self.target)
        return next((name for name in self.meanings if name not in others), told)

    @property
    def label_names(self) -> list[str]:
        """Names of the labels that `with_label` chooses from."""
        return list(self.meanings) or [self.label]

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

    def with_label(self, label: str | int | list) -> "Corpus":
        """The same samples with another of their labels, without reading them again.

        Samples that do not have it are left out, and counted. It is checked as while
        reading: its range, its classes, that each split has samples.

        Several labels at once, such as the six emotions of CMU-MOSEI, are the classes
        of the target `"emotions"`, of which a sample has any number: those whose
        intensity is more than 0, or that are so. What a sample does not say is NaN, and
        is masked in batches.

        Args:
            label: One of `label_names`, with or without `label_` before it, or its
                number, counted from 0; or a list of these.

        Returns:
            The corpus, its target, range and classes those of the label.

        Raises:
            DataError: If there is no such label, or it cannot be used: one of several
                is an intensity from 0 up, or has two classes.

        Example:
        ```python
        text = mmzoo.data.Sequences.from_list([np.ones((4, 2))])
        split = mmzoo.data.Split(
            {"text": text}, [1.0], ("a",), ("a",), other_labels={"happy": [1]}
        )
        meanings = {
            "sentiment": mmzoo.data.LabelMeaning("sentiment", (-3, 3)),
            "happy": mmzoo.data.LabelMeaning("happy", (0, 3)),
        }
        splits = {"train": split, "valid": split, "test": split}
        corpus = mmzoo.data.Corpus("mine", splits, (-3, 3), meanings=meanings)
        corpus.with_label("happy").target  # "happy"
        ```
        """
        from mmzoo.data.other_labels import with_label

        return with_label(self, label)

    def in_classes(self, count: int) -> "Corpus":
        """The same samples with their scores rounded to evenly spaced classes.

        Of sentiment in [-3, 3] seven classes are those of the metric `acc7`: -3, -2,
        ... +3, halves rounded to the even neighbour. The scores stay among the labels:
        `with_label` brings them back, and an `Experiment` compares what a classifier
        says, as scores, with them.

        Args:
            count: How many classes, an odd number from 3; the first is the lower end of
                `label_range`, the last the upper end.

        Returns:
            The corpus, its labels class indices.

        Raises:
            DataError: If the labels are classes already, or there cannot be so many.

        Example:
        ```python
        corpus = mmzoo.data.read("sample").in_classes(7)
        corpus.classes  # ("-3", "-2", "-1", "0", "+1", "+2", "+3")
        ```
        """
        from mmzoo.data.score_classes import in_classes

        return in_classes(self, count)

    def align_to(self, modality: str) -> "Corpus":
        """The same corpus with the steps of one modality in all of them.

        The frames of the others are averaged over the span of each of its steps. No
        times are known, so the steps of each sequence are divided evenly over those of
        `modality`; where there are fewer, they are repeated. A masked step takes no
        part in a mean, nor does a value that is not finite; a span without anything is
        masked. Of a sample that lacks `modality` nothing is observed any more, and a
        warning counts such samples. What was recorded (`"frames"`, `"pixels"`,
        `"tokens"`, `"waveform"`) is left as it is. `provenance["aligned"]` says what
        was done.

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

    def truncate(
        self, steps: int, modality: str | None = None, keep: str = "first"
    ) -> "Corpus":
        """The same corpus with sequences of at most so many steps.

        Labels one a step, and names of steps, are cut along. They need modalities of
        the same steps, which are cut together; `align_to` makes them so. Where labels
        are one a sequence, names of steps that no longer fit are left out. Words, and
        what was recorded (`"frames"`, `"pixels"`, `"tokens"`, `"waveform"`), stay
        whole; `"frames"` or a `"waveform"` that is named is cut.
        `provenance["truncated"]` counts the sequences that were cut, their steps before
        and after and the samples of which nothing observed is left, which is also a
        warning.

        Args:
            steps: The most steps that a sequence keeps, at least 1.
            modality: Name of the only modality that is cut. Defaults to all.
            keep: Which steps of a sequence are kept, `"first"` or `"last"`. Defaults
                to `"first"`.

        Returns:
            The corpus; no frame is copied.

        Raises:
            DataError: If `steps` or `keep` is something else, there is no such
                modality, or labels one a step cannot be cut along.

        Example:
        ```python
        corpus = mmzoo.data.read("sample")
        short = corpus.truncate(20, keep="last")
        int(short.train.lengths.max())  # 20
        ```
        """
        from mmzoo.data.truncation import truncated_corpus

        return truncated_corpus(self, steps, modality, keep)

    def subset(
        self,
        share: float | None = None,
        *,
        ids=None,
        splits: tuple[str, ...] = ("train",),
        groups: bool = False,
        seed: int = 0,
    ) -> "Corpus":
        """The same corpus with some of its samples, in their order.

        Give one of two: a `share`, of training alone where nothing else is said, as
        for a learning curve; or the `ids` of the samples, which are looked for in all
        splits. Shares of one seed are nested: the samples of a smaller one are in the
        larger one, too.

        A share by samples has the labels of the whole: the same share of each class,
        or of the scores around each whole number. A class that is lost is a warning.
        `provenance["subset"]` counts the samples before and after.

        Args:
            share: How much of each split in `splits` is kept, above 0 and up to 1;
                at least one sample or group is.
            ids: Names of the samples that are kept. A split without any of them is
                left out.
            splits: Names of the splits that `share` cuts. Defaults to `("train",)`.
            groups: Whether the share counts whole groups, such as speakers, not
                samples. Defaults to `False`.
            seed: Seed of the choice. Defaults to `0`.

        Returns:
            The corpus; no frame is copied.

        Raises:
            DataError: If not just one of the two is given, the share is out of range,
                or there is no such sample or split.

        Example:
        ```python
        corpus = mmzoo.data.read("sample")
        len(corpus.subset(0.1).train)  # 128
        picked = corpus.subset(ids=[corpus.test.ids[3], corpus.test.ids[0]])
        picked.splits.keys() == {"test"}  # True
        picked.test.ids == (corpus.test.ids[0], corpus.test.ids[3])  # True
        ```
        """
        from mmzoo.data.subset import named_samples, share_of_samples

        if (share is None) == (ids is None):
            fault = f"subset(share={share}, ids={'given' if ids is not None else None})"
            raise DataError(self.name, fault, "Give a share, or ids: one of the two")
        if ids is not None:
            return named_samples(self, ids)
        return share_of_samples(self, share, splits, groups, seed)

    def with_valid_in_train(self) -> "Corpus":
        """The same corpus with the validation split in the training split, too."""
        both = Split.concatenate([self.train, self.valid])
        # What is not finite is read as a mean of all that is learnt from now.
        splits = refilled({**self.splits, "train": both})
        return dataclasses.replace(self, splits=splits)

    @classmethod
    def concatenate(cls, corpora: list["Corpus"]) -> "Corpus":
        """The samples of several corpora in one, split by split.

        They need the same modalities and widths, target, labels and classes. Ids and
        groups that stand in several parts are taken for different samples, and get
        the name of their corpus before them, which a warning says, as it does of
        samples with the very features of a sample of another split.
        `provenance["parts"]` lists the parts with the provenance of each; what was
        cleaned and left out is added up.

        Args:
            corpora: The corpora, in the order that their samples get.

        Returns:
            The corpus; what is streamed from a file stays there. What is not finite is
            read as the mean of the joined training split.

        Raises:
            DataError: If a part differs from the first, or its words were numbered
                with the vocabulary of its own training split.

        Example:
        ```python
        sizes = {"train": 20, "valid": 5, "test": 10}
        parts = [mmzoo.data.sample_corpus(seed, sizes) for seed in (0, 1)]
        both = mmzoo.data.Corpus.concatenate(parts)
        len(both.train)  # 40
        both.train.ids[0]  # "sample 1/train00_0000"
        ```
        """
        from mmzoo.data.concatenation import joined_corpora

        return joined_corpora(corpora)

    def k_fold(self, k: int, groups: bool = False) -> list["Corpus"]:
        """Cut the samples of all splits into `k` corpora for cross-validation.

        Fold `f` tests on part `f`, validates on the next part and trains on the rest,
        so that every sample is tested exactly once.

        By samples, those in which every modality was observed are put in one row
        (train, valid, test; each in its order), and part `f` has the rows `f`,
        `f + k`, `f + 2k`, ... The others are left out; `provenance["incomplete"]`
        counts them, and a warning says where train and test share groups.

        By groups, the groups (speakers) are sorted by name (`2` before `10`) and cut
        into `k` consecutive parts, so that a model has not met the speakers of its
        test: for IEMOCAP, `k=5` gives its sessions of two voices, `k=10` single
        speakers.

        Args:
            k: Number of folds, at least 3.
            groups: Whether whole groups are cut, not samples. Defaults to `False`.

        Returns:
            The `k` corpora, in order.

        Raises:
            DataError: If there are too few samples or groups for `k` parts, or the
                words were numbered with the vocabulary of another training split.

        Example:
        ```python
        folds = mmzoo.data.read("sample").k_fold(5, groups=True)
        met = set(folds[0].train.groups) & set(folds[0].test.groups)
        len(met)  # 0
        ```
        """
        from mmzoo.data.folds import folds_by_group, folds_by_sample

        return folds_by_group(self, k) if groups else folds_by_sample(self, k)

    def own_folds(self) -> list["Corpus"]:
        """Cut the samples into the folds of the data's own cross-validation.

        Returns:
            A corpus for each dict of `given_folds`, in order; a sample that a fold does
            not name has no part in it.

        Raises:
            DataError: If the data define no folds.
        """
        from mmzoo.data.folds import published_folds

        return published_folds(self)

    def to_pandas(self):
        """One row a sample: what it is called, how long it is and what it lacks.

        Returns:
            `pandas.DataFrame` with `split`, `id`, `group`, `label` (NaN where there is
            none; a list where labels are one a step, which `explode("label")` gives a
            row each), `class` where labels are classes (of emotions the list of those
            that a sample has), `label_<name>` for each other label, `words` where there
            are any, and for each modality `steps_<modality>` and `observed_<modality>`.

        Raises:
            ImportError: If pandas is not installed.

        Example:
        ```text
        >>> table = mmzoo.data.read("sample").to_pandas()
        >>> table.groupby("split")["label"].mean()
        ```
        """
        from mmzoo.data.data_frame import data_frame

        return data_frame(self)

    def describe(self) -> dict:
        """The corpus in numbers, as `mmzoo inspect --json` prints them.

        Returns:
            Dict that can be written as JSON: `splits` with samples, groups and labels,
            `modalities` with features, presence and lengths, what was cleaned and left
            out, `warnings`. `summary()` shows the same to a person.

        Example:
        ```python
        facts = mmzoo.data.read("sample").describe()
        facts["splits"]["test"]["samples"]  # 686
        facts["modalities"]["audio"]["features"]  # 74
        ```
        """
        from mmzoo.data.facts import facts_of

        return facts_of(self)

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
