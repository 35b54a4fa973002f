"""From a list of pictures with texts to a corpus: what their readers share."""

import collections
from pathlib import Path

import numpy as np

from mmzoo.data.image_file import PIXELS, SIDE, ImageFile, quiet, read_image
from mmzoo.data.readers.file_table import Entry, FileTable, some

NO_PICTURES = "there are no pictures: only the words were read."


class PictureTable(FileTable):
    """All pictures of a corpus; the modality is `"pixels"`.

    A sample may lack its picture (`path=None`). Where all do, the corpus has no
    modality, only words, and says so.

    Args:
        *args: Passed on to `FileTable`.
        group_kind: What a group is. Defaults to `"picture"`.
        side: Pixels of each side of the square that a picture becomes.
            Defaults to `64`.
        **kwargs: Passed on to `FileTable`.
    """

    modality = PIXELS
    noun = "picture"

    def __init__(self, *args, group_kind: str = "picture", side: int = SIDE, **kwargs):
        super().__init__(*args, group_kind=group_kind, **kwargs)
        self.side = side

    def _open_all(self, strict: bool):
        paths, steps = self._paths(), self.side**2
        # All pictures are decoded into one array, each to its own place.
        self._frames = np.zeros((len(paths) * steps, 3), "float32")
        self._present = np.zeros(len(paths) * steps, bool)
        self._profile_faults: dict[Path, str] = {}
        self._starts = {path: number * steps for number, path in enumerate(paths)}
        # Once around all threads.
        with quiet():
            return super()._open_all(strict)

    def _open(self, path: Path, strict: bool) -> tuple[int, ImageFile]:
        pixels, present, found = read_image(path, self.side)
        if found.profile_fault:
            self._profile_faults[path] = found.profile_fault
        start = self._starts[path]
        self._frames[start : start + self.side**2] = pixels
        self._present[start : start + self.side**2] = present
        return start, found

    def _packed(self, contents: dict[Path, int]):
        places = {path: (start, self.side**2) for path, start in contents.items()}
        return self._frames, self._present, places

    def _told(self, found: dict[Path, ImageFile]) -> dict:
        if not found:
            return {"pictures": "none"}
        modes = collections.Counter(
            f"{file.format} {file.mode}" for file in found.values()
        )
        return {"side": self.side, "pictures": dict(sorted(modes.items()))}

    def _remarks(self, entries: list[Entry], contents: dict[Path, int]) -> list[str]:
        if not contents:
            return [NO_PICTURES]
        told = []
        plain = [path.name for path, start in contents.items() if self._is_plain(start)]
        if plain:
            told += [f"of one colour throughout: {len(plain)}, namely {some(plain)}."]
        odd = sorted(path.name for path in self._profile_faults)
        if odd:
            told += [
                "read as if without a colour profile, since theirs cannot be used: "
                f"{len(odd)}, namely {some(odd)}."
            ]
        return told

    def _is_plain(self, start: int) -> bool:
        rows = slice(start, start + self.side**2)
        pixels = self._frames[rows][self._present[rows]]
        return bool((pixels == pixels[0]).all())
