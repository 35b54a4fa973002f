"""Tiny clips of pictures that the tests of the readers share."""

import zlib

import numpy as np

from tests.data.small_pictures import write_picture


def pictures(name, count=3, height=6, width=8):
    """The frames of a clip, `(count, height, width, 3)`, different for each name."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    return rng.integers(0, 256, (count, height, width, 3)).astype("uint8")


def write_clip_of_pictures(path, frames=None):
    """Write a clip as its path says: an array, or a folder with a picture a frame."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = pictures(path.name) if frames is None else frames
    if path.suffix == ".npy":
        np.save(path, frames)
    elif path.suffix == ".npz":
        np.savez(path, frames=frames)
    else:
        for number, frame in enumerate(frames):
            write_picture(path / f"{number}.png", frame)
    return path
