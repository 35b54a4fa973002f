"""Pictures over time, such as faces: a `labels.csv` beside them, or the folder of both.

    frames,text,label,speaker,split
    faces/anna_01,"I am fine, thank you.",happy,anna,train
    faces/bo_01.npz,"Oh no.",sad,bo,test

`frames` (relative to the csv) names a folder of pictures, one a frame, in the order of
their names, or an `.npy` or `.npz` file with an array `(frames, height, width, 3)`,
uint8. The other columns, the protocols and the splits are those of clips.
"""

from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.frame_file import FRAMES, frame_files
from mmzoo.data.readers.clips_csv import SPLIT_RULE, list_clips, rows_of
from mmzoo.data.readers.frame_table import FrameTable
from mmzoo.data.readers.labels_csv import LABEL, PROTOCOLS, csv_file, delimiter

__all__ = ["FORMAT", "PROTOCOLS", "SEVERAL_LABELS", "files", "matches", "read"]

FORMAT = (
    "pictures over time (labels.csv with the columns frames, label, and text, speaker, "
    "split)"
)
SEVERAL_LABELS = True
NEEDED = (FRAMES, LABEL)


def matches(path: Path) -> bool:
    """Whether the path is such a csv, by its head, or a folder that holds one."""

    def fits(head):
        # Columns of recordings and of pictures are read as such.
        return FRAMES in head and set(head).isdisjoint(("path", "image"))

    return bool(delimiter(csv_file(path), fits))


def files(path: Path) -> list[Path]:
    """The csv, and the pictures and arrays that it names."""
    file, found = csv_file(path), []
    root = file.parent.resolve()
    for name in {row["path"] for row in rows_of(file, path=FRAMES).values()}:
        place = file.parent / name
        try:
            # What leads elsewhere is refused, and not listed.
            within = place.is_dir() and place.resolve().is_relative_to(root)
            found += frame_files(place) if within else [place]
        except DataError:
            # A folder without pictures, which was counted.
            found.append(place)
    return [file, *sorted(found)]


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
    label: str | int | None = None,
) -> Corpus:
    """Read the csv and the clips that it names."""
    file = csv_file(path)
    table = FrameTable(file.resolve().parent.name, file, [], (0.0, 0.0), SPLIT_RULE)
    table.answering = answering
    list_clips(table, file, protocol, strict, label, FRAMES)
    return table.corpus(strict)
