"""Read a picture, whatever its format, as pixels that a model takes."""

import contextlib
import dataclasses
import threading
import warnings
from pathlib import Path

import numpy as np

from mmzoo.data.colour_profile import in_srgb, opened_profile
from mmzoo.data.errors import DataError
from mmzoo.data.unread_format import format_of, refuse_unread
from mmzoo.reading import check_regular

PIXELS = "pixels"
SIDE = 64
# What is read, by its content. No format of Pillow's that starts another program.
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "JPEG2000")
# Read as well, where Pillow can.
AVIF = "AVIF"
# A larger picture is refused by its header, before it fills the memory.
MOST_PIXELS = 80_000_000
# Pictures of more pixels are decoded one at a time.
LARGE = 4_000_000
_ONE_AT_A_TIME = threading.Lock()
# White of the modes that Pillow would clip where it should scale.
WHITE = {"I;16": 65535, "I;16B": 65535, "I;16L": 65535, "I": 65535, "F": 1.0}


@dataclasses.dataclass(frozen=True)
class ImageFile:
    """What was found in the file of a picture.

    Args:
        width: Its pixels from left to right, as it is shown.
        height: Its pixels from top to bottom, as it is shown.
        mode: How Pillow calls its colours: `"RGB"`, `"L"` (grey), `"P"` (palette), ...
        format: How Pillow calls its format, such as `"JPEG"`.
        profile_fault: Why its colour profile was not used; empty where it was, or where
            there is none.

    Example:
    ```python
    found = mmzoo.data.ImageFile(width=640, height=480, mode="RGB", format="PNG")
    found.width  # 640
    ```
    """

    width: int
    height: int
    mode: str
    format: str
    profile_fault: str = ""


def read_image(
    path: str | Path, side: int = SIDE
) -> tuple[np.ndarray, np.ndarray, ImageFile]:
    """Read a picture as a square of pixels, in the order in which text is read.

    Of several pictures in one file (an animation) the first is read. The picture is
    turned as its camera notes, laid on white where it is transparent, brought to sRGB
    by the colour profile in its file, and resized so that its longer side is `side`; it
    stands in the middle of the square, between bars that are not present.

    Args:
        path: The file.
        side: Pixels of each side of the square. Defaults to `64`.

    Returns:
        The pixels `(side * side, 3)`, float32, red, green and blue from 0 to 255; which
        of them are of the picture `(side * side,)`, bool; and the `ImageFile`.

    Raises:
        DataError: If the file cannot be read, is cut short or is too large.
    """
    path = Path(path)
    if side < 1:
        raise ValueError(f"`side` is at least 1, not {side}.")
    try:
        if not check_regular(path).stat().st_size:
            raise DataError(path, "it is empty", "Copy or download it again")
        with quiet():
            picture, found = _decoded(path, side)
    except DataError:
        raise
    except Exception as error:
        # Pillow raises whatever a damaged file leads it to.
        if format_of(path) != AVIF or not _reads_avif():
            refuse_unread(path, by_name=True)
        fault = f"it cannot be read as a picture ({str(error).rstrip('. ')})"
        remedy = "It may be truncated or no picture: copy or convert it again"
        raise DataError(path, fault, remedy) from error
    return *squared(picture, side), found


def _decoded(path: Path, side: int):
    """The picture in red, green and blue, and the `ImageFile`."""
    from PIL import Image

    formats = (*FORMATS, AVIF) if _reads_avif() else FORMATS
    with Image.open(path, formats=formats) as image:
        width, height = image.size
        if not 0 < width * height <= MOST_PIXELS:
            fault = f"its header says {width} x {height} pixels"
            remedy = f"Make it smaller: at most {MOST_PIXELS:,} pixels are read"
            raise DataError(path, fault, remedy)
        mode, format = image.mode, image.format
        # A large photo is decoded at a fraction of its size, still twice `side`.
        image.draft(image.mode, (2 * side, 2 * side))
        drafted = image.size
        with _memory_for(drafted[0] * drafted[1]):
            image.load()
            shown = _without_empty_alpha(_upright(image), format)
            picture, fault = coloured(shown, path)
    if picture.size != drafted:
        width, height = height, width
    return picture, ImageFile(width, height, mode, format, fault)


def _memory_for(pixels: int):
    """Let other large pictures wait: eight threads would decode eight at once."""
    return _ONE_AT_A_TIME if pixels > LARGE else contextlib.nullcontext()


def _upright(image):
    """Turned as the camera notes; a note that is damaged is passed over."""
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        return image


def _reads_avif() -> bool:
    from PIL import features

    return "avif" in features.modules and features.check_module("avif")


def _without_empty_alpha(image, format: str):
    """A BMP as all programs show it: its fourth byte is often left at 0."""
    if format == "BMP" and image.mode == "RGBA" and not image.getchannel("A").getbbox():
        return image.convert("RGB")
    return image


def coloured(image, place):
    """A picture in sRGB's red, green and blue, on white where it is transparent.

    Args:
        image: Of Pillow's, of any mode.
        place: What it is, for the error.

    Returns:
        The picture of Pillow's, of mode `"RGB"`, and why its colour profile was not
        used; empty where it was, or where there is none.

    Raises:
        DataError: If its grey is not between 0 and the white of its mode, or so small
            that it must have been meant on another scale.
    """
    from PIL import Image

    profile, fault = opened_profile(image)
    if image.mode in WHITE:
        values, white = np.asarray(image, "float32"), WHITE[image.mode]
        check_range(place, values, white)
        grey = Image.fromarray(scaled(values, white))
        # One grey may be called transparent.
        clear = image.info.get("transparency")
        if isinstance(clear, int):
            grey.putalpha(Image.fromarray(np.uint8(255) * (values != clear)))
        image = grey
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return in_srgb(image, profile), fault


def check_range(place, values: np.ndarray, white: float) -> None:
    """Refuse levels that do not go from 0 to white.

    Args:
        place: What they are of, for the error.
        values: The levels.
        white: The level of white.

    Raises:
        DataError: If a level is outside, or all are of the lowest 255 of 65535, which
            are levels of 8 bits and would be shown as black.
    """
    low, high = values.min(), values.max()
    # Written so that NaN is refused too.
    if not (low >= 0 and high <= white):
        fault = f"its grey goes from {low:g} to {high:g}"
        raise DataError(place, fault, f"Write it with grey from 0 to {white:g}")
    if white > 255 and 0 < high <= 255:
        fault = f"its grey goes to {high:g}, but white is {white:g}"
        raise DataError(place, fault, "Write it with 8 bits, or scale it up")


def scaled(values: np.ndarray, white: float) -> np.ndarray:
    """Levels of any scale as those of 8 bits.

    Args:
        values: From 0 to `white`.
        white: The level of white.

    Returns:
        The nearest levels from 0 to 255, uint8.
    """
    return (values * (255 / white) + 0.5).astype("uint8")


def squared(picture, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Resize a picture of Pillow's so that its longer side is `side`, and centre it.

    Args:
        picture: In red, green and blue.
        side: Pixels of each side of the square.

    Returns:
        The pixels `(side * side, 3)` and which are of the picture `(side * side,)`.
    """
    from PIL import Image

    longer = max(picture.size)
    # A strip of one pixel keeps a width.
    width, height = (max(1, round(side * each / longer)) for each in picture.size)
    smaller = picture.resize((width, height), Image.Resampling.BILINEAR)
    left, top = (side - width) // 2, (side - height) // 2
    pixels = np.zeros((side, side, 3), "float32")
    present = np.zeros((side, side), bool)
    place = slice(top, top + height), slice(left, left + width)
    pixels[place], present[place] = np.asarray(smaller), True
    return pixels.reshape(-1, 3), present.reshape(-1)


class _Readers:
    """How many threads read a picture now, and what the last of them restores."""

    lock = threading.Lock()
    count = 0
    stack = None


@contextlib.contextmanager
def quiet():
    """Silence Pillow's warnings while at least one thread is inside.

    What Python filters is of the whole process: each thread by itself would restore
    what another has set meanwhile.
    """
    with _Readers.lock:
        if not _Readers.count:
            _Readers.stack = contextlib.ExitStack()
            _Readers.stack.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("ignore", module=r"PIL\.")
        _Readers.count += 1
    try:
        yield
    finally:
        with _Readers.lock:
            _Readers.count -= 1
            if not _Readers.count:
                _Readers.stack.close()
