"""Corpora that several processes read: one copy of their arrays, in one file."""

import dataclasses
import functools
import io
import os
import pathlib
import pickle

import h5py
import numpy as np

from mmzoo.files import atomic_file

# Where each array begins; the widest instructions read so many bytes at once.
ALIGNED = 64


@dataclasses.dataclass(frozen=True)
class SharedCorpora:
    """What a process needs to open corpora that another one has in memory.

    The arrays stand in a file that each process maps, so that all share one copy in
    memory, whatever the number of processes or folds. Arrays that are in an HDF5 file
    stay there. Everything else goes with this object, from one process to the ones
    that it starts; it is no format to keep, and is read from no file.

    Args:
        path: `Path` of the arrays.
        places: tuple of `(first byte, bytes)`, one an array.
        rest: bytes. The corpora without their arrays.
    """

    path: pathlib.Path
    places: tuple[tuple[int, int], ...]
    rest: bytes

    @classmethod
    def write(cls, corpora, path):
        """Write the arrays.

        Args:
            corpora: list of `Corpus`.
            path: the file.

        Returns:
            `SharedCorpora`.
        """
        rest, arrays = taken_apart(corpora)
        places, end = [], 0
        with atomic_file(path) as temporary, open(temporary, "wb") as file:
            for array in arrays:
                places.append((end, array.nbytes))
                file.write(array)
                end += array.nbytes
                end += file.write(bytes(-end % ALIGNED))
            # A file without a byte cannot be mapped.
            file.write(bytes(1))
        return cls(pathlib.Path(os.path.abspath(path)), tuple(places), rest)

    def read(self):
        """The corpora.

        Returns:
            List of `Corpus`.
        """
        # Copied on write: arrays that seem writable, as those that were shared are.
        mapped = np.memmap(self.path, mode="c")
        arrays = [mapped[start : start + size] for start, size in self.places]
        return pickle.loads(self.rest, buffers=arrays)


def taken_apart(corpora, in_files=True):
    """Corpora as bytes, and the bytes of their arrays.

    Args:
        corpora: list of `Corpus`.
        in_files: bool. Whether what is in an HDF5 file stays there; else it is read.
            Defaults to `True`.

    Returns:
        bytes, and a list of `memoryview`: what `pickle.loads` takes.
    """
    buffers, written = [], io.BytesIO()
    pickler = _Pickler(written, protocol=5, buffer_callback=buffers.append)
    pickler.in_files = in_files
    pickler.dump(corpora)
    return written.getvalue(), [buffer.raw() for buffer in buffers]


class _Pickler(pickle.Pickler):
    """Pickle that names the HDF5 file of an array, or reads it."""

    def reducer_override(self, value):
        if not isinstance(value, h5py.Dataset):
            return NotImplemented
        if self.in_files:
            return _data_set, (os.path.abspath(value.file.filename), value.name)
        return np.asarray, (value[...],)


def _data_set(path, name):
    return _opened(path)[name]


@functools.cache
def _opened(path):
    return h5py.File(path, "r")
