"""From clips with features of one or two modalities to a corpus."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.data.feature_names import KEY
from mmzoo.data.readers.feature_file import Clip, clip_name
from mmzoo.data.readers.file_table import Entry, FileTable, some


@dataclass(eq=False)
class Extracted:
    """What one program has extracted.

    Args:
        names: Names of the features.
        clips: The clips by name.
        broken: What is wrong with the others.
        counts: What of the files is not in the clips, by kind.
    """

    names: tuple[str, ...]
    clips: dict[str, Clip] = field(default_factory=dict)
    broken: dict[str, DataError] = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)


class FeatureTable(FileTable):
    """All clips of a corpus; each modality is what one program has extracted.

    The path of an entry is the name of its clip. A clip may lack a modality.

    Args:
        *args: Passed on to `FileTable`.
        parts: What was extracted, by modality.
        **kwargs: Passed on to `FileTable`.
    """

    noun = "clip"

    def __init__(self, *args, parts: dict[str, Extracted], **kwargs):
        super().__init__(*args, **kwargs)
        self.parts = parts

    @property
    def clips(self) -> list[str]:
        """Names of all clips, also of those that cannot be read."""
        return list(
            dict.fromkeys(
                name
                for part in self.parts.values()
                for name in (*part.clips, *part.broken)
            )
        )

    def _open(self, path: Path, strict: bool) -> tuple[dict[str, Clip], None]:
        name = path.as_posix()
        found = {
            modality: part.clips[name]
            for modality, part in self.parts.items()
            if name in part.clips
        }
        if found:
            return found, None
        broken = (part.broken.get(name) for part in self.parts.values())
        fault, remedy = "there are no features of it", "Extract them, or drop its row"
        raise next(filter(None, broken), DataError(self.place / path, fault, remedy))

    def _open_all(self, strict: bool):
        contents, found, lost = {}, {}, {}
        errors = [e for part in self.parts.values() for e in part.broken.values()]
        if strict and errors:
            raise errors[0]
        for path in self._paths():
            try:
                contents[path], found[path] = self._open(path, strict)
            except DataError as error:
                if strict:
                    raise
                lost[path] = error
        return contents, found, lost

    def _packs(self, contents: dict[Path, dict[str, Clip]]):
        return {
            modality: self._packed(
                {
                    path: each[modality]
                    for path, each in contents.items()
                    if modality in each
                }
            )
            for modality in self.parts
        }

    def _packed(self, contents: dict[Path, Clip]):
        lengths = np.array([len(frames) for frames, _ in contents.values()], "int64")
        starts = np.cumsum(lengths) - lengths
        frames, present = map(np.concatenate, zip(*contents.values(), strict=True))
        places = dict(zip(contents, zip(starts, lengths, strict=True), strict=True))
        return frames, present, places

    def _cleaned(self, found: dict, broken: dict) -> dict:
        # What is not finite is counted as for all formats.
        return {}

    def _told(self, found: dict) -> dict:
        names = {key: list(part.names) for key, part in self.parts.items()}
        # A head with a name twice does not tell its columns apart.
        told = {key: each for key, each in names.items() if len(set(each)) == len(each)}
        counts = {key: dict(+part.counts) for key, part in self.parts.items()}
        return {
            KEY: told,
            "extracted": {key: each for key, each in counts.items() if each},
        }

    def _remarks(self, entries: list[Entry], contents: dict) -> list[str]:
        """What of the files was not read."""
        told, names = [], {each.path.as_posix() for each in entries}
        for key, part in self.parts.items():
            lost = [name for name in part.broken if name in names]
            if lost:
                faults = [f"{name} ({part.broken[name].fault})" for name in lost]
                told.append(f"left out, {key} of {len(lost)} clips: {some(faults)}.")
            told += [
                f"{key}: {count} {kind}." for kind, count in (+part.counts).items()
            ]
        return told


def matched(paths: list[str], clips: list[str]) -> dict[str, str]:
    """Which clip each path of a table means.

    Args:
        paths: As the table has them.
        clips: Names of clips.

    Returns:
        Dict from path to the clip of that name, else to the only one whose last part
        is the path's, where no other path could mean it; else to its own name.
    """
    last = {path: PurePosixPath(clip_name(path)).name for path in paths}
    ends = {clip: PurePosixPath(clip).name for clip in clips}
    once = Counter(last.values()), Counter(ends.values())
    by_end = {end: clip for clip, end in ends.items()}
    found = {}
    for path in paths:
        name, end = clip_name(path), last[path]
        only = all(count[end] == 1 for count in once)
        found[path] = name if name in ends or not only else by_end[end]
    return found
