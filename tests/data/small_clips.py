"""Tiny recordings that the tests of the readers share."""

import struct
import zlib

import numpy as np
import soundfile


def tone(seconds=0.3, rate=16000, pitch=200.0):
    """A sine of half the full scale."""
    time = np.arange(int(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * pitch * time)).astype("float32")


def write_clip(path, samples=None, rate=16000, **settings):
    """Write a recording (a short tone where no samples are given); its folders too.

    No two recordings are the same: a tone has the last bit of some samples for its own.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if samples is None:
        rng = np.random.default_rng(zlib.crc32("/".join(path.parts[-2:]).encode()))
        samples = tone()
        samples += rng.uniform(-(2**-17), 2**-17, len(samples)).astype("float32")
    soundfile.write(path, samples, rate, **settings)
    return path


def claim_bytes(content, claimed):
    """A wav whose header promises so many bytes of samples."""
    at = content.index(b"data") + 4
    return content[:at] + struct.pack("<I", claimed) + content[at + 4 :]


def claim_rate(content, rate):
    """A wav whose header says so many samples a second."""
    return content[:24] + struct.pack("<I", rate) + content[28:]


def claim_flac_samples(content, claimed):
    """A flac whose header promises so many samples (36 bits from byte 21)."""
    head = bytes([(content[21] & 0xF0) | (claimed >> 32)])
    return content[:21] + head + struct.pack(">I", claimed & 0xFFFFFFFF) + content[26:]
