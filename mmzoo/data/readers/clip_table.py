"""From a list of recordings to a corpus: what the readers of recordings share."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from mmzoo.data.audio_file import SAMPLE_RATE, WAVEFORM, AudioFile, read_audio
from mmzoo.data.errors import DataError
from mmzoo.data.readers.file_table import Entry, FileTable, some
from mmzoo.data.unread_format import is_unread_recording

# What `AudioFile` counts.
COUNTED = ("nan", "inf", "clipped")
# Of a clip that is there several times, the first of these is read.
SUFFIXES = (".wav", ".flac", ".mp3")
NO_RECORDINGS = "there are no recordings: only the words were read."


class ClipTable(FileTable):
    """All recordings of a corpus; the modality is `"waveform"`.

    A sample may lack its recording (`path=None`). Where all do, the corpus has no
    modality, only words, and says so.

    Args:
        *args: Passed on to `FileTable`.
        group_kind: What a group is. Defaults to `"speaker"`.
        **kwargs: Passed on to `FileTable`.
    """

    modality = WAVEFORM
    noun = "clip"

    def __init__(self, *args, group_kind: str = "speaker", **kwargs):
        super().__init__(*args, group_kind=group_kind, **kwargs)

    def recordings(self, folder: Path, names: Iterable[str]) -> dict[str, Path]:
        """The recordings of a folder by the names of their samples.

        Clips in a format that is not read, such as videos, and clips of no sample are
        counted in the warnings.

        Args:
            folder: The folder; nothing is found where there is none.
            names: Names of all samples, each the stem of its recording.

        Returns:
            Dict from name to file, of those that have one.
        """
        # Of a clip that is there several times, the last one here stays.
        files = sorted(clips_in(folder), key=preference, reverse=True)
        clips, names = {file.stem: file for file in files}, set(names)
        for stem in sorted(clips.keys() - names):
            self.leave_out("a clip that no row names", f"{folder.name}/{stem}")
        found = {stem: clips[stem] for stem in sorted(clips.keys() & names)}
        silent = [stem for stem in found if is_unread_recording(found[stem])]
        if silent:
            name, stem = found[silent[0]].name, silent[0]
            self.warnings.append(
                f"{len(silent)} clips of {folder.name} are in a format that is not "
                f"read, such as {name}: only their words were read. Take the sound "
                f"out, by `ffmpeg -i {name} {stem}.wav`."
            )
        for stem in silent:
            del found[stem]
        return found

    def _open(self, path: Path, strict: bool) -> tuple[np.ndarray, AudioFile]:
        waveform, found = read_audio(path)
        if strict and (found.nan or found.inf):
            raise DataError(
                path,
                f"it has {found.nan} NaN and {found.inf} infinite samples",
                "Correct them, or read without `strict` to have them set to 0",
            )
        return waveform, found

    def _packed(self, contents: dict[Path, np.ndarray]):
        lengths = np.array([len(waveform) for waveform in contents.values()], "int64")
        starts = np.cumsum(lengths) - lengths
        frames = np.empty((int(lengths.sum()), 1), "float32")
        places = dict(zip(contents, zip(starts, lengths, strict=True), strict=True))
        for path, (start, length) in places.items():
            frames[start : start + length, 0] = contents.pop(path)
        return frames, None, places

    def _counted(self, found: list[AudioFile]) -> dict[str, int]:
        return {key: sum(getattr(file, key) for file in found) for key in COUNTED}

    def _told(self, found: dict[Path, AudioFile]) -> dict:
        if not found:
            return {"recordings": "none"}
        rates, counts = np.unique(
            [file.sample_rate for file in found.values()], return_counts=True
        )
        recorded = {f"{rate} Hz": int(n) for rate, n in zip(rates, counts, strict=True)}
        return {"sample_rate": SAMPLE_RATE, "recorded_at": recorded}

    def _remarks(self, entries: list[Entry], contents: dict) -> list[str]:
        if not contents:
            return [NO_RECORDINGS]
        told, unheard = [], [each.id for each in entries if each.path is None]
        if unheard:
            told += [
                f"without a recording: {len(unheard)} of {len(entries)}, namely "
                f"{some(unheard)}: only their words were read."
            ]
        heard = [each for each in entries if each.path is not None]
        silent = [each.id for each in heard if not contents[each.path].any()]
        if silent:
            told += [f"silent throughout: {len(silent)}, namely {some(silent)}."]
        return told


def clips_in(folder: Path) -> list[Path]:
    """The clips of a folder, also those in a format that is not read.

    Args:
        folder: The folder; there are none where it does not exist.

    Returns:
        The files, without those that are hidden.
    """
    shown = folder.iterdir() if folder.is_dir() else ()
    return [
        each
        for each in shown
        if not each.name.startswith(".")
        and (each.suffix.lower() in SUFFIXES or is_unread_recording(each))
    ]


def preference(file: Path) -> tuple:
    """What to sort the files of one clip by: the one to read comes first.

    Args:
        file: The file.

    Returns:
        The place of its suffix, and the file.
    """
    suffix = file.suffix.lower()
    return SUFFIXES.index(suffix) if suffix in SUFFIXES else len(SUFFIXES), file
