"""From a list of recordings to a corpus: what the readers of recordings share."""

from pathlib import Path

import numpy as np

from mmzoo.data.audio_file import SAMPLE_RATE, WAVEFORM, AudioFile, read_audio
from mmzoo.data.errors import DataError
from mmzoo.data.readers.file_table import Entry, FileTable, some

# What `AudioFile` counts.
COUNTED = ("nan", "inf", "clipped")


class ClipTable(FileTable):
    """All recordings of a corpus; the modality is `"waveform"`.

    Args:
        *args: Passed on to `FileTable`.
        group_kind: What a group is. Defaults to `"speaker"`.
        **kwargs: Passed on to `FileTable`.
    """

    modality = WAVEFORM
    noun = "clip"

    def __init__(self, *args, group_kind: str = "speaker", **kwargs):
        super().__init__(*args, group_kind=group_kind, **kwargs)

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
        rates, counts = np.unique(
            [file.sample_rate for file in found.values()], return_counts=True
        )
        recorded = {f"{rate} Hz": int(n) for rate, n in zip(rates, counts, strict=True)}
        return {"sample_rate": SAMPLE_RATE, "recorded_at": recorded}

    def _remarks(self, entries: list[Entry], contents: dict) -> list[str]:
        silent = [each.id for each in entries if not contents[each.path].any()]
        if not silent:
            return []
        return [f"silent throughout: {len(silent)}, namely {some(silent)}."]
