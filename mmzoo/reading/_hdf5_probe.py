"""A process that reads HDF5 files whole, so that another can give up on it.

A damaged file can stall or end the process inside the HDF5 library. Each line of the
input is JSON, a path and the member of a zip archive or null. The output has a line
for each step, and at last one with JSON, the fault or null. A process without work
ends by itself. This file imports no other of mmzoo's, which would be slow to start.
"""

import io
import json
import math
import os
import signal
import sys
import zipfile

import h5py

BEAT = "."
BLOCK_BYTES = 2**22
IDLE_SECONDS = 60
# What the reading of one file may take beyond twice its size.
FREE_MEMORY = 3 * 2**29
# As for archives: data unpack to so many times the size of their file at most.
MOST_RATIO, FREE_BYTES = 250, 2**26


class _Refused(Exception):
    """A fault that the file has although HDF5 can read it."""


def probe(path, member, beat):
    """Read all of a file; raises whatever HDF5 does.

    Args:
        path: the file.
        member: name of the HDF5 file in a zip archive, or `None`.
        beat: function without arguments, called after each step.
    """
    if member is not None:
        with zipfile.ZipFile(path) as archive:
            content = archive.read(member)
        with h5py.File(io.BytesIO(content), "r") as file:
            _Probe(len(content), beat).read(file)
    else:
        with h5py.File(path, "r") as file:
            _Probe(os.path.getsize(path), beat).read(file)


class _Probe:
    def __init__(self, size, beat):
        self.size, self.beat, self.unpacked, self.links = size, beat, 0, 0

    def read(self, file):
        """Every group, attribute and array, each once and without recursion."""
        todo, seen = [file], set()
        while todo:
            item = todo.pop()
            self.beat()
            address = h5py.h5o.get_info(item.id).addr
            if address in seen:
                continue
            seen.add(address)
            for name in item.attrs:
                attribute = item.attrs.get_id(name)
                self._take(
                    math.prod(attribute.shape or (0,)) * attribute.dtype.itemsize
                )
                self._take(_length(item.attrs[name]))
            if isinstance(item, h5py.Group):
                todo.extend(self._members(item))
            elif isinstance(item, h5py.Dataset):
                self._read_array(item)

    def _members(self, group):
        for name in group:
            self.links += 1
            if self.links > self.size:
                raise _Refused("its groups have more links than it has bytes")
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                told = f"{name!r} leads to {link.filename!r}"
                raise _Refused(f"its link {told}, another file, which is not followed")
            if isinstance(link, h5py.HardLink):
                yield group[name]

    def _read_array(self, array):
        if array.is_virtual or array.external:
            raise _Refused(f"its {array.name!r} is kept in other files: not followed")
        shape, chunk = array.shape, array.chunks or ()
        if shape is None or 0 in shape:
            return
        size = array.dtype.itemsize
        self._take(max(math.prod(shape), math.prod(chunk)) * size)
        if not shape:
            self._take(_length(array[()]))
            return
        # Whole chunks, each of which is decompressed once.
        rows = chunk[0] if chunk else 1
        row = math.prod(shape[1:]) * size * (16 if array.dtype.hasobject else 1)
        rows *= max(1, BLOCK_BYTES // (rows * row))
        for first in range(0, shape[0], rows):
            self._take(_length(array[first : first + rows]))
            self.beat()

    def _take(self, unpacked):
        """Count what has been unpacked, and refuse what is out of proportion."""
        self.unpacked += unpacked
        if self.unpacked > FREE_BYTES + MOST_RATIO * self.size:
            raise _Refused(
                f"it declares {self.unpacked:,} bytes or more, but holds {self.size:,}"
            )


def _length(found):
    """Bytes of texts and lists, which the size of their array does not tell."""
    if getattr(found, "dtype", None) is None or not found.dtype.hasobject:
        return 0
    return sum(len(each) for each in found.flat if hasattr(each, "__len__"))


def _limit_memory(size):
    try:
        import resource
    except ImportError:
        # Windows has no such limit.
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (FREE_MEMORY + 2 * size, hard))


def _serve():
    def say(line):
        print(line, flush=True)

    say(BEAT)
    wait = getattr(signal, "alarm", lambda seconds: None)
    wait(IDLE_SECONDS)
    for line in sys.stdin:
        wait(0)
        fault = None
        try:
            path, member = json.loads(line)
            _limit_memory(os.path.getsize(path))
            probe(path, member, lambda: say(BEAT))
        except _Refused as error:
            fault = str(error)
        except MemoryError:
            fault = "HDF5 cannot read it (it asks for more memory than there is)"
        except Exception as error:
            fault = f"HDF5 cannot read it ({error or type(error).__name__})"
        say(json.dumps(fault))
        wait(IDLE_SECONDS)


if __name__ == "__main__":
    _serve()
