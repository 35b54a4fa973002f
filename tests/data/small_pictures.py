"""Tiny pictures that the tests of the readers share."""

import struct
import zlib

import numpy as np
from PIL import Image


def gradient(width=8, height=6):
    """Red grows to the right, green downwards, blue is constant; `(h, w, 3)`."""
    pixels = np.full((height, width, 3), 100, "uint8")
    pixels[..., 0] = np.linspace(0, 255, width).astype("uint8")
    pixels[..., 1] = np.linspace(0, 255, height).astype("uint8")[:, None]
    return pixels


def plain(width=8, height=6, colour=(200, 30, 60)):
    """One colour throughout, `(h, w, 3)`."""
    return np.full((height, width, 3), colour, "uint8")


def write_picture(path, pixels=None, **settings):
    """Write a picture (a gradient where no pixels are given); its folders too.

    No two pictures are the same: a gradient has a blue of its own.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if pixels is None:
        rng = np.random.default_rng(zlib.crc32("/".join(path.parts[-2:]).encode()))
        pixels = gradient()
        pixels[..., 2] = rng.integers(0, 256, pixels.shape[:2])
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(path, **settings)
    return path


def claim_size(width, height):
    """The bytes of a png whose header says so many pixels, and holds none."""

    def chunk(kind, content):
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)
