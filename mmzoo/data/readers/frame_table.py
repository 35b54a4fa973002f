"""From a list of clips of pictures to a corpus."""

from pathlib import Path

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.data.frame_file import FRAMES, MOST_FRAMES, FrameFile, read_frames
from mmzoo.data.image_file import SIDE, quiet
from mmzoo.data.readers.file_table import Entry, FileTable, some
from mmzoo.reading import check_regular


class FrameTable(FileTable):
    """All clips of a corpus; the modality is `"frames"`, a picture a step.

    Args:
        *args: Passed on to `FileTable`.
        group_kind: What a group is. Defaults to `"speaker"`.
        side: Pixels of each side of the square that a frame becomes. Defaults to `64`.
        most: The most frames of a clip that are read. Defaults to `64`.
        **kwargs: Passed on to `FileTable`.
    """

    modality = FRAMES
    noun = "clip"

    def __init__(
        self,
        *args,
        group_kind: str = "speaker",
        side: int = SIDE,
        most: int = MOST_FRAMES,
        **kwargs,
    ):
        super().__init__(*args, group_kind=group_kind, **kwargs)
        self.side = side
        self.most = most
        self._longer: list[str] = []

    def _open_all(self, strict: bool):
        # Once around all threads.
        with quiet():
            return super()._open_all(strict)

    def _checked(self, path: Path, root: Path) -> Path:
        if not path.is_dir():
            return check_regular(path, root)
        if not path.resolve().is_relative_to(root.resolve()):
            fault = f"it is a link that leads out of {root}, to {path.resolve()}"
            raise DataError(path, fault, "Put the folder itself there")
        return path

    def _open(self, path: Path, strict: bool) -> tuple[np.ndarray, FrameFile]:
        return read_frames(path, self.side, self.most)

    def _packed(self, contents: dict[Path, np.ndarray]):
        lengths = np.array([len(frames) for frames in contents.values()], "int64")
        starts = np.cumsum(lengths) - lengths
        # Levels of 8 bits take a quarter of the memory.
        frames = np.empty((int(lengths.sum()), self.side**2 * 3), "uint8")
        places = dict(zip(contents, zip(starts, lengths, strict=True), strict=True))
        for path, (start, length) in places.items():
            frames[start : start + length] = contents.pop(path)
        return frames, None, places

    def _told(self, found: dict[Path, FrameFile]) -> dict:
        self._longer = [p.name for p, each in found.items() if each.count > each.read]
        counts = {
            "found": sum(each.count for each in found.values()),
            "read": sum(each.read for each in found.values()),
        }
        return {"side": self.side, "frames": counts}

    def _remarks(self, entries: list[Entry], contents: dict) -> list[str]:
        if not self._longer:
            return []
        return [
            f"of clips with more than {self.most} frames as many were read, evenly "
            f"spaced: {len(self._longer)}, namely {some(self._longer)}."
        ]
