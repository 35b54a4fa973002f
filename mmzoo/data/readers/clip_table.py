"""From a list of clips to a corpus: what the readers of recordings share."""

import concurrent.futures
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from mmzoo.data.audio_file import SAMPLE_RATE, WAVEFORM, AudioFile, read_audio
from mmzoo.data.corpus import EMOTION, SPLITS, Corpus, Split
from mmzoo.data.errors import DataError
from mmzoo.data.sequences import Sequences

# Fewer clips are read before a bar can be looked at.
BAR_FROM = 200
MOST_THREADS = 8
# Names that a warning has room for.
NAMED = 10
# What `AudioFile` counts.
COUNTED = ("nan", "inf", "clipped")


@dataclass(frozen=True)
class Clip:
    """A recording that a reader has found, not opened yet.

    Args:
        path: Its file.
        id: Its name.
        label: Index of its class, or its score.
        group: Who speaks.
        split: `"train"`, `"valid"` or `"test"`.
        words: What is said, `""` where that is not known.
    """

    path: Path
    id: str
    label: float
    group: str
    split: str
    words: str = ""


@dataclass
class ClipTable:
    """All clips of a corpus, and what was left out while they were listed.

    Args:
        name: Name of the corpus.
        place: File or folder that errors name.
        clips: The clips.
        label_range: Lowest and highest label that can occur.
        split_rule: How the splits are made, for the error about an empty one.
        classes: Names of the classes, `None` where labels are scores.
        target: What the labels say.
        group_kind: What a group is.
        faults: For each kind of fault, the names of what was left out for it.
        outside: For each kind, how many are no part of the protocol, by no fault.
        warnings: Sentences for the report.
        provenance: What else to tell.
    """

    name: str
    place: Path
    clips: list[Clip]
    label_range: tuple[float, float]
    split_rule: str
    classes: tuple[str, ...] | None = None
    target: str = EMOTION
    group_kind: str = "speaker"
    faults: dict[str, list[str]] = field(default_factory=dict)
    outside: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    provenance: dict = field(default_factory=dict)

    def leave_out(self, kind: str, name: str) -> None:
        """Note something that will not be in the corpus, for a fault of its own."""
        self.faults.setdefault(kind, []).append(name)

    def corpus(self, strict: bool = False) -> Corpus:
        """Open all recordings.

        Args:
            strict: Whether a clip that cannot be read, or has samples that are not
                finite, is an error. Defaults to `False`: it is left out and counted,
                and such samples are set to 0.

        Returns:
            The corpus, with `"waveform"` sequences and words.
        """
        self._check_splits(self.clips)
        waveforms, found, broken = self._read_all(strict)
        if 2 * len(broken) > len(self.clips):
            first = next(iter(broken.values()))
            raise DataError(
                self.place,
                f"{len(broken)} of {len(self.clips)} clips cannot be read; the first "
                f"is {first}",
                "Copy or download them again",
            )
        clips = [clip for clip in self.clips if clip.id in found]
        self._check_splits(clips)
        cleaned = {name: {WAVEFORM: _count(clips, found, name)} for name in SPLITS}
        for clip in self.clips:
            cleaned[clip.split][WAVEFORM]["dropped"] += clip.id in broken
        dropped = {kind: len(names) for kind, names in self.faults.items()}
        dropped = {**self.outside, **dropped, "broken": len(broken)}
        provenance = {
            "sample_rate": SAMPLE_RATE,
            "recorded_at": _rates(found),
            **self.provenance,
            "dropped": {kind: count for kind, count in dropped.items() if count},
            "cleaned": cleaned,
            "warnings": self._warnings(broken, clips, waveforms),
        }
        return Corpus(
            self.name,
            _splits(clips, waveforms, self.target),
            self.label_range,
            provenance,
            self.classes,
            self.group_kind,
        )

    def _check_splits(self, clips: list[Clip]) -> None:
        counts = {kind: len(names) for kind, names in self.faults.items()}
        told = [f"{kind} {count}" for kind, count in {**self.outside, **counts}.items()]
        left = f" (left out: {', '.join(told)})" if told else ""
        for name in SPLITS:
            if not any(clip.split == name for clip in clips):
                fault = f"no clip is there for the split {name!r}{left}"
                raise DataError(self.place, fault, self.split_rule)

    def _read_all(self, strict: bool):
        """Waveform and `AudioFile` of each clip by its id, or what is wrong with it."""
        waveforms, found, broken = {}, {}, {}

        def read(clip):
            try:
                return read_audio(clip.path)
            except DataError as error:
                return error

        quiet = len(self.clips) <= BAR_FROM or not sys.stderr.isatty()
        threads = min(MOST_THREADS, os.cpu_count() or 1)
        with (
            concurrent.futures.ThreadPoolExecutor(threads) as pool,
            tqdm(
                total=len(self.clips),
                desc=f"    {self.name}",
                unit="clip",
                leave=False,
                disable=quiet,
            ) as bar,
        ):
            results = pool.map(read, self.clips)
            for clip, result in zip(self.clips, results, strict=True):
                bar.update()
                if isinstance(result, DataError):
                    if strict:
                        pool.shutdown(cancel_futures=True)
                        raise result
                    broken[clip.id] = result
                    continue
                waveforms[clip.id], found[clip.id] = result
                if strict:
                    _refuse_not_finite(clip.path, found[clip.id])
        return waveforms, found, broken

    def _warnings(self, broken, clips, waveforms) -> list[str]:
        warnings = list(self.warnings)
        if broken:
            told = [f"{name} ({error.fault})" for name, error in broken.items()]
            warnings.append(
                f"left out, {len(broken)} of {len(self.clips)} clips that cannot be "
                f"read: {some(told)}."
            )
        for kind, names in self.faults.items():
            warnings.append(f"left out, {kind}: {len(names)}, namely {some(names)}.")
        silent = [clip.id for clip in clips if not waveforms[clip.id].any()]
        if silent:
            warnings.append(f"silent throughout: {len(silent)}, namely {some(silent)}.")
        return warnings


def some(names: list[str]) -> str:
    """The first ten names, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _refuse_not_finite(path: Path, found: AudioFile) -> None:
    if found.nan or found.inf:
        raise DataError(
            path,
            f"it has {found.nan} NaN and {found.inf} infinite samples",
            "Correct them, or read without `strict` to have them set to 0",
        )


def _count(clips, found, split: str) -> dict[str, int]:
    files = [found[clip.id] for clip in clips if clip.split == split]
    counts = {key: sum(getattr(file, key) for file in files) for key in COUNTED}
    return {**counts, "dropped": 0}


def _rates(found: dict[str, AudioFile]) -> dict[str, int]:
    """How many clips were recorded at which sample rate."""
    rates, counts = np.unique(
        [file.sample_rate for file in found.values()], return_counts=True
    )
    return {f"{rate} Hz": int(n) for rate, n in zip(rates, counts, strict=True)}


def _splits(clips, waveforms, target) -> dict[str, Split]:
    """The splits, with the waveforms of all in one array; empties `waveforms`."""
    lengths = np.array([len(waveforms[clip.id]) for clip in clips], "int64")
    starts = np.cumsum(lengths) - lengths
    frames = np.empty((int(lengths.sum()), 1), "float32")
    for clip, start, length in zip(clips, starts, lengths, strict=True):
        frames[start : start + length, 0] = waveforms.pop(clip.id)
    splits = {}
    for name in SPLITS:
        rows = [row for row, clip in enumerate(clips) if clip.split == name]
        chosen = [clips[row] for row in rows]
        splits[name] = Split(
            {WAVEFORM: Sequences(frames, starts[rows], lengths[rows])},
            [clip.label for clip in chosen],
            tuple(clip.id for clip in chosen),
            tuple(clip.group for clip in chosen),
            words=tuple(clip.words for clip in chosen),
            target=target,
        )
    return splits
