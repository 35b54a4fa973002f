"""Clips that are given as arrays: read as the same clip is from a file."""

import numpy as np

from mmzoo.data.audio_file import AudioFile, check_values, make_finite
from mmzoo.data.errors import DataError
from mmzoo.data.image_file import SIDE, check_range, coloured, scaled, squared

# A stereo recording has two; more than eight are hardly channels.
MOST_CHANNELS = 8
# Full scale of whole numbers, and what stands for silence: as files hold them.
FULL_SCALE = {
    "uint8": (128.0, 128.0),
    "int8": (128.0, 0.0),
    "int16": (32768.0, 0.0),
    "int32": (2147483648.0, 0.0),
}
# White of each kind of number.
WHITE = {"uint8": 255, "uint16": 65535, "bool": 1}
FLOATS = ("float16", "float32", "float64")
# Pillow's modes, by the number of channels.
MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def audio_from_array(samples, place="`audio`") -> tuple[np.ndarray, AudioFile]:
    """Take samples as a file with the same ones is read.

    Whole numbers are scaled by their type, channels are averaged, values that are not
    finite become 0 and those outside [-1, 1] are clipped; both are counted.

    Args:
        samples: Array `(samples,)`, or `(samples, channels)` as soundfile reads it.
        place: What it is called in an error.

    Returns:
        The samples `(samples,)`, float32, and an `AudioFile` with a rate of 0, which
        an array does not tell.

    Raises:
        DataError: If it is no such array, is empty, or no number in it is finite.
    """
    samples = np.asarray(samples)
    kind, shape = samples.dtype.name, samples.shape
    if kind not in (*FULL_SCALE, *FLOATS):
        known = ", ".join((*FULL_SCALE, *FLOATS))
        fault = f"its samples are {kind}, whose full scale is not known"
        raise DataError(place, fault, f"Give one of {known}")
    if samples.ndim != 1 and not (
        samples.ndim == 2 and 1 <= shape[1] <= min(MOST_CHANNELS, shape[0])
    ):
        remedy = "Give a sound file, or samples (samples,) or (samples, channels)"
        raise DataError(place, f"the array has shape {shape}", remedy)
    if not samples.size:
        raise DataError(place, "it holds no sample", "Give at least one, or None")
    full, silence = FULL_SCALE.get(kind, (1.0, 0.0))
    # (samples, channels), float64 so that 32 bits are halved exactly
    values = (samples.reshape(len(samples), -1).astype("float64") - silence) / full
    values = values.astype("float32")
    counts = make_finite(values)
    check_values(place, counts, values.size)
    found = AudioFile(0, values.shape[1], *map(int, counts))
    return values.mean(axis=1), found


def image_from_array(
    array, side: int = SIDE, place="`image`"
) -> tuple[np.ndarray, np.ndarray]:
    """Take levels of colour as a file with the same ones is read.

    Args:
        array: `(height, width)`, or `(height, width, channels)` with grey, grey and
            alpha, red, green and blue, or these and alpha. Levels are 0 to 255 as
            uint8, 0 to 65535 as uint16, 0 to 1 as floats or bool. A picture of Pillow's
            will do, too.
        side: Pixels of each side of the square. Defaults to `64`.
        place: What it is called in an error.

    Returns:
        The pixels `(side * side, 3)` and which are of the picture `(side * side,)`, as
        `read_image` returns them.

    Raises:
        DataError: If it is no such array, or its levels are not on the scale of their
            type.
    """
    from PIL import Image, ImageOps

    if isinstance(array, Image.Image):
        picture = ImageOps.exif_transpose(array)
        return squared(coloured(picture, place)[0], side)
    array = np.asarray(array)
    kind, shape = array.dtype.name, array.shape
    white = 1.0 if kind in FLOATS else WHITE.get(kind)
    if white is None:
        fault = f"its levels are {kind}, of which the white is not known"
        raise DataError(place, fault, "Give uint8, uint16, or floats from 0 to 1")
    channels = shape[2] if array.ndim == 3 else 1
    if array.ndim not in (2, 3) or channels not in MODES or not array.size:
        fault = f"the array has shape {shape}"
        raise DataError(place, fault, "Give one picture, (height, width, 3)")
    check_range(place, array, white)
    levels = scaled(array.astype("float64"), white)
    levels = levels[..., 0] if levels.ndim == 3 and channels == 1 else levels
    return squared(coloured(Image.fromarray(levels), place)[0], side)
