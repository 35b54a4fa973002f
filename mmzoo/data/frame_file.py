"""Read the pictures of a clip over time: a folder of them, or an array in a file."""

import dataclasses
from pathlib import Path

import numpy as np

from mmzoo.data.cells import natural_order
from mmzoo.data.errors import DataError
from mmzoo.data.image_file import SIDE, read_image, squared
from mmzoo.reading import array_names, check_regular, parsing, read_arrays

FRAMES = "frames"
# Of a longer clip so many frames are read.
MOST_FRAMES = 64
PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff")
ARRAYS = (".npy", ".npz")
SHAPE = "Give one array (frames, height, width, 3) of red, green and blue, uint8"


@dataclasses.dataclass(frozen=True)
class FrameFile:
    """What was found of a clip.

    Args:
        count: How many frames it has.
        read: How many of them were read.

    Example:
    ```python
    found = mmzoo.data.FrameFile(count=250, read=64)
    found.count - found.read  # 186
    ```
    """

    count: int
    read: int


def read_frames(
    path: str | Path, side: int = SIDE, most: int = MOST_FRAMES
) -> tuple[np.ndarray, FrameFile]:
    """Read the pictures of a clip over time, each as a square of pixels.

    A picture becomes a square as `read_image` makes it, but the bars beside one that is
    no square are black pixels like others. Of a clip with more frames than `most` so
    many are read, evenly spaced from the first one on.

    Args:
        path: A folder of pictures, one a frame, in the order of their names, `2` before
            `10`; other files in it are passed over. Or an `.npy` or `.npz` file with
            one array `(frames, height, width, 3)`, uint8; of several arrays of an
            `.npz` that called `frames` is read.
        side: Pixels of each side of the square. Defaults to `64`.
        most: The most frames that are read. Defaults to `64`.

    Returns:
        The frames `(frames, side * side * 3)`, uint8, row by row, and the `FrameFile`.

    Raises:
        DataError: If there is no such frame, one cannot be read, or the array is of
            another shape or type.
    """
    path = Path(path)
    if side < 1 or most < 1:
        raise ValueError(f"`side` and `most` are at least 1, not {side} and {most}.")
    pictures = frame_files(path) if path.is_dir() else _array(path)
    count = len(pictures)
    read = min(count, most)
    places = np.arange(read) * count // max(read, 1)
    if path.is_dir():
        squares = [
            read_image(check_regular(pictures[place], path), side)[0]
            for place in places
        ]
    else:
        squares = [_square(pictures[place], side) for place in places]
    frames = np.stack([each.reshape(-1) for each in squares]).astype("uint8")
    return frames, FrameFile(count, read)


def frame_files(folder: Path) -> list[Path]:
    """The pictures of a folder in the order of their names.

    Args:
        folder: The folder.

    Returns:
        The files, without those that are hidden or whose ending is no picture's.

    Raises:
        DataError: If there is none.
    """
    with parsing(folder, "the folder cannot be listed"):
        inside = [*folder.iterdir()]
    found = [
        each
        for each in inside
        if each.suffix.lower() in PICTURES and not each.name.startswith(".")
    ]
    if not found:
        remedy = f"Put a picture a frame there ({', '.join(PICTURES)})"
        raise DataError(folder, "the folder holds no pictures", remedy)
    return sorted(found, key=lambda each: (natural_order(each.stem), each.name))


def _square(picture: np.ndarray, side: int) -> np.ndarray:
    from PIL import Image

    return squared(Image.fromarray(np.ascontiguousarray(picture)), side)[0]


def _array(path: Path) -> np.ndarray:
    """The one array of a file, checked."""
    suffix = check_regular(path).suffix.lower()
    if suffix not in ARRAYS:
        fault = f"it is neither a folder of pictures nor {' or '.join(ARRAYS)}"
        raise DataError(path, fault, SHAPE)
    if suffix == ".npz":
        array = _of_archive(path)
    else:
        with parsing(path, "it cannot be read as .npy", SHAPE):
            # Compares what the head declares with what the file holds; no objects.
            array = np.lib.format.open_memmap(path, mode="r")
    whole = array.ndim == 4 and array.shape[3] == 3 and array.size
    if not whole or array.dtype != np.uint8:
        fault = f"its array has shape {array.shape} and holds {array.dtype}"
        raise DataError(path, fault, SHAPE)
    return array


def _of_archive(path: Path) -> np.ndarray:
    names = array_names(path)
    if FRAMES not in names and len(names) != 1:
        fault = f"it has the arrays {', '.join(names) or 'none'}, and none is called "
        raise DataError(path, fault + FRAMES, SHAPE)
    name = FRAMES if FRAMES in names else names[0]
    return read_arrays(path, (name,))[name]
