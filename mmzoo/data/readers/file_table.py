"""From a list of files to a corpus: what readers of many files share."""

import abc
import collections
import concurrent.futures
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.other_labels import carrying
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import EMOTION, SPLITS, Split
from mmzoo.reading import check_regular
from mmzoo.reading.text_file import LOST

# Fewer files are read before a bar can be looked at.
BAR_FROM = 200
MOST_THREADS = 8
UNICODE = {"ascii", "utf-8"}
# Names that a warning has room for.
NAMED = 10
# The split of rows of which the data do not say it.
UNNAMED = "unnamed"


@dataclass(frozen=True)
class Entry:
    """A sample that a reader has found, its file not opened yet.

    Args:
        path: Its file, `None` where it has none.
        id: Its name.
        label: Index of its class, or its score.
        group: Who speaks, or what is shown.
        split: `"train"`, `"valid"` or `"test"`; to be answered, also `"unnamed"`.
        words: What is said, `""` where that is not known.
        others: Dict from the name of each other label to it, NaN where it has none.
    """

    path: Path | None
    id: str
    label: float
    group: str
    split: str
    words: str = ""
    others: dict[str, float] = field(default_factory=dict)


@dataclass
class FileTable(abc.ABC):
    """All samples of a corpus, and what was left out while they were listed.

    Several samples may name one file: it is opened once, and they share its frames.

    Args:
        name: Name of the corpus.
        place: File or folder that errors name.
        entries: The samples.
        label_range: Lowest and highest label that can occur.
        split_rule: How the splits are made, for the error about an empty one.
        classes: Names of the classes, `None` where labels are scores.
        target: What the labels say.
        group_kind: What a group is.
        faults: For each kind of fault, the names of what was left out for it.
        outside: For each kind, how many are no part of the protocol, by no fault.
        warnings: Sentences for the report.
        provenance: What else to tell.
        encodings: How many texts are in each encoding.
        undecoded: How many texts have bytes that could not be decoded.
        answering: Whether the samples are to be answered, not trained on: a split may
            be empty, most files broken, a label NaN.
        names: Names of the labels that each sample has, in the order of the data.
        meanings: What each of the others says that the entries have.
    """

    name: str
    place: Path
    entries: list[Entry]
    label_range: tuple[float, float]
    split_rule: str
    classes: tuple[str, ...] | None = None
    target: str = EMOTION
    group_kind: str = "file"
    faults: dict[str, list[str]] = field(default_factory=dict)
    outside: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    provenance: dict = field(default_factory=dict)
    encodings: collections.Counter = field(default_factory=collections.Counter)
    undecoded: int = 0
    answering: bool = False
    names: tuple[str, ...] = ()
    meanings: dict[str, LabelMeaning] = field(default_factory=dict)

    # The raw modality that the files hold, and what people call such a file.
    modality = ""
    noun = "file"

    @abc.abstractmethod
    def _open(self, path: Path, strict: bool):
        """The content of a file and what was found in it, or a `DataError`."""

    def _checked(self, path: Path, root: Path) -> Path:
        """The path, unless it must not be opened."""
        return check_regular(path, root)

    @abc.abstractmethod
    def _packed(self, contents: dict):
        """All contents as frames, present, and each path's start and length."""

    def _packs(self, contents: dict) -> dict[str, tuple]:
        """What `_packed` says, by modality; may empty `contents`."""
        return {self.modality: self._packed(contents)}

    def _counted(self, found: list) -> dict[str, int]:
        """What was cleaned in these files."""
        return {}

    def _told(self, found: dict) -> dict:
        """What the provenance says of the files."""
        return {}

    def _remarks(self, entries: list[Entry], contents: dict) -> list[str]:
        """Warnings about the files that were read."""
        return []

    def leave_out(self, kind: str, name: str) -> None:
        """Note something that will not be in the corpus, for a fault of its own."""
        self.faults.setdefault(kind, []).append(name)

    def note_text(self, text: str, encoding: str) -> str:
        """Count the encoding of a text; returns the text."""
        self.encodings[encoding] += 1
        self.undecoded += LOST in text
        return text

    def refuse(self, error: DataError, name: str) -> None:
        """Raise the fault of one row; to be answered, leave out this row alone."""
        if not self.answering:
            raise error
        self.leave_out(error.fault, name)

    def corpus(self, strict: bool = False) -> Corpus:
        """Open all files.

        Args:
            strict: Whether a file that cannot be read, or has values that are not
                finite, is an error. Defaults to `False`: it is left out and counted,
                and such values are set to 0.

        Returns:
            The corpus, with the sequences of the files and words.
        """
        self._check_splits(self.entries)
        contents, found, broken = self._open_all(strict)
        listed = self._with_file()
        lost = {each.id: broken[each.path] for each in listed if each.path in broken}
        most = len(listed) - 1 if self.answering else len(listed) / 2
        if lost and len(lost) > most:
            raise DataError(
                self.place,
                f"{len(lost)} of {len(listed)} {self.noun}s cannot be read; the first "
                f"is {next(iter(lost.values()))}",
                "Copy or download them again",
            )
        entries = [each for each in self.entries if each.id not in lost]
        self._check_splits(entries)
        dropped = {kind: len(names) for kind, names in self.faults.items()}
        dropped = {**self.outside, **dropped, "broken": len(lost)}
        provenance = {
            **self._told(found),
            **self.provenance,
            "dropped": {kind: count for kind, count in dropped.items() if count},
            "cleaned": self._cleaned(found, broken),
            "warnings": self._warnings(lost, entries, contents),
        }
        if self.encodings:
            provenance["encodings"] = dict(sorted(self.encodings.items()))
        if self.answering:
            provenance["order"] = [each.id for each in self.entries]
            provenance["left_out"] = self._left_out(lost)
        corpus = Corpus(
            self.name,
            self._splits(entries, contents),
            self.label_range,
            provenance,
            self.classes,
            self.group_kind,
        )
        return self._carrying(corpus, entries)

    def _carrying(self, corpus: Corpus, entries: list[Entry]) -> Corpus:
        """The corpus with the other labels of its entries."""
        if not self.meanings:
            return corpus

        def other(name):
            labels = {
                split: [each.others[name] for each in entries if each.split == split]
                for split in corpus.splits
            }
            return labels, self.meanings[name]

        chosen = self.provenance["label"]
        names = [name for name in self.names if name in (chosen, *self.meanings)]
        return carrying(corpus, names, chosen, other)

    def _left_out(self, lost: dict[str, DataError]) -> list[dict[str, str]]:
        """Each row that is not in the corpus, and the reason."""
        broken = [
            {"id": each.id, "group": each.group, "split": each.split}
            | {"reason": lost[each.id].fault}
            for each in self.entries
            if each.id in lost
        ]
        others = [
            {"id": name, "group": "", "split": "", "reason": kind}
            for kind, names in self.faults.items()
            for name in names
        ]
        return broken + others

    def _with_file(self) -> list[Entry]:
        return [each for each in self.entries if each.path is not None]

    def _check_splits(self, entries: list[Entry]) -> None:
        counts = {kind: len(names) for kind, names in self.faults.items()}
        told = [f"{kind} {count}" for kind, count in {**self.outside, **counts}.items()]
        left = f" (left out: {', '.join(told)})" if told else ""
        if self.answering and not entries:
            fault = f"no {self.noun} is there that can be read{left}"
            raise DataError(self.place, fault, "Correct the rows that are left out")
        for name in () if self.answering else SPLITS:
            if not any(each.split == name for each in entries):
                fault = f"no {self.noun} is there for the split {name!r}{left}"
                raise DataError(self.place, fault, self.split_rule)

    def _paths(self) -> list[Path]:
        """Each file once, in the order of the samples."""
        return list(dict.fromkeys(each.path for each in self._with_file()))

    def _open_all(self, strict: bool):
        """Content of each file and what was found in it, or what is wrong with it."""
        contents, found, broken, paths = {}, {}, {}, self._paths()

        root = self.place if self.place.is_dir() else self.place.parent

        def open_one(path):
            try:
                return self._open(self._checked(path, root), strict)
            except DataError as error:
                return error

        quiet = len(paths) <= BAR_FROM or not sys.stderr.isatty()
        threads = min(MOST_THREADS, os.cpu_count() or 1)
        with (
            concurrent.futures.ThreadPoolExecutor(threads) as pool,
            tqdm(
                total=len(paths),
                desc=f"    {self.name}",
                unit=self.noun,
                leave=False,
                disable=quiet,
            ) as bar,
        ):
            results = pool.map(open_one, paths)
            for path, result in zip(paths, results, strict=True):
                bar.update()
                if not isinstance(result, DataError):
                    contents[path], found[path] = result
                elif strict:
                    pool.shutdown(cancel_futures=True)
                    raise result
                else:
                    broken[path] = result
        return contents, found, broken

    def _cleaned(self, found: dict, broken: dict) -> dict:
        """Counts of what was cleaned, by split and modality."""
        cleaned = {}
        for name in SPLITS if found or broken else ():
            paths = [each.path for each in self.entries if each.split == name]
            own = [found[path] for path in dict.fromkeys(paths) if path in found]
            dropped = sum(path in broken for path in paths)
            cleaned[name] = {self.modality: {**self._counted(own), "dropped": dropped}}
        return cleaned

    def _warnings(self, lost: dict, entries: list[Entry], contents: dict) -> list[str]:
        warnings = list(self.warnings)
        if not UNICODE.issuperset(self.encodings):
            told = [f"{name} {count}" for name, count in self.encodings.most_common()]
            warnings.append(
                f"not all texts are UTF-8; by what their bytes speak for: "
                f"{', '.join(told)}."
            )
        if self.undecoded:
            warnings.append(
                f"{self.undecoded} texts have bytes that could not be decoded with "
                "certainty: each became \ufffd."
            )
        if lost:
            told = [f"{name} ({error.fault})" for name, error in lost.items()]
            warnings.append(
                f"left out, {len(lost)} of {len(self._with_file())} {self.noun}s that "
                f"cannot be read: {some(told)}."
            )
        for kind, names in self.faults.items():
            warnings.append(f"left out, {kind}: {len(names)}, namely {some(names)}.")
        return warnings + self._remarks(entries, contents)

    def _splits(self, entries: list[Entry], contents: dict) -> dict[str, Split]:
        """The splits, with the frames of all in one array; empties `contents`."""
        parts = collections.defaultdict(list)
        for each in entries:
            parts[each.split].append(each)
        # A corpus without any file has words alone.
        packs = self._packs(contents) if contents else {}
        splits = {}
        for name in (*SPLITS, UNNAMED) if self.answering else SPLITS:
            chosen, sequences = parts[name], {}
            if self.answering and not chosen:
                continue
            for modality, (frames, present, places) in packs.items():
                where = [places.get(each.path, (0, 0)) for each in chosen]
                rows = Sequences(frames, *zip(*where, strict=True), present)
                sequences[modality] = rows
            splits[name] = Split(
                sequences,
                [each.label for each in chosen],
                tuple(each.id for each in chosen),
                tuple(each.group for each in chosen),
                words=tuple(each.words for each in chosen),
                target=self.target,
            )
        return splits


def some(names: list[str]) -> str:
    """The first ten names, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
