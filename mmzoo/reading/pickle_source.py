"""The bytes of a pickle: numbers, texts and lines of it, none longer than the file."""

import codecs
import re
import struct
from pathlib import Path
from typing import BinaryIO

from mmzoo.reading.pickled_array import PickledBytes

# Longer bytes and texts stay in the file.
MOST_HELD = 2**16
MOST_LINE = 2**10
MOST_INTEGER_BYTES = 2**7
MOST_PROTOCOL = 5
WHOLE = re.compile(rb"-?(0|[1-9][0-9]*)")


class PickleSource:
    """Reads what the steps of a pickle are followed by.

    Args:
        file: The open file.
        path: Where it is, for what stays in it.
        size: Its bytes.
    """

    def __init__(self, file: BinaryIO, path: Path, size: int):
        self._file, self._path, self._size = file, path, size

    def step(self) -> bytes:
        """The next step, one byte; empty at the end."""
        return self._file.read(1)

    def take(self, count: int) -> bytes:
        """So many bytes."""
        if count > MOST_LINE and count > self._size - self._file.tell():
            raise ValueError(f"it declares {count:,} bytes and ends before")
        found = self._file.read(count)
        if len(found) < count:
            raise ValueError("it ends early")
        return found

    def line(self, most: int = MOST_LINE) -> bytes:
        """A line, without its end."""
        line = self._file.readline(most)
        if not line.endswith(b"\n"):
            raise ValueError("it has a line without an end")
        return line[:-1]

    def number(self, form: str) -> int | float:
        """A number, by its form in `struct`."""
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def raw(self, form: str) -> bytes | PickledBytes:
        """Bytes, after their number in a form of `struct`."""
        count, start = self.number(form), self._file.tell()
        if count <= MOST_HELD or count > self._size - start:
            return self.take(count)
        self._file.seek(count, 1)
        return PickledBytes(self._path, start, count, "raw", count)

    def text(self, form: str) -> str | PickledBytes:
        """A text in UTF-8, after the number of its bytes."""
        count, start = self.number(form), self._file.tell()
        text = self.take(count).decode("utf-8", "surrogatepass")
        if count <= MOST_HELD:
            return text
        return PickledBytes(self._path, start, count, "text", len(text))

    def text_line(self) -> str:
        """A text in a line, as the oldest protocol writes it."""
        return self.line(self._size).decode("raw-unicode-escape")

    def literal(self) -> bytes | PickledBytes:
        """Bytes in quotes, as Python 2 writes them in a program."""
        start, line = self._file.tell(), self.line(self._size)
        if len(line) < 2 or line[:1] not in (b'"', b"'") or line[-1:] != line[:1]:
            raise ValueError("it has a text without quotes")
        found = codecs.escape_decode(line[1:-1])[0]
        if len(line) <= MOST_HELD:
            return found
        place = start + 1, len(line) - 2
        return PickledBytes(self._path, *place, "escaped", len(found))

    def integer(self, form: str) -> int:
        """A whole number, after the number of its bytes."""
        count = self.number(form)
        if not 0 <= count <= MOST_INTEGER_BYTES:
            raise ValueError(f"it has a whole number of {count:,} bytes")
        return int.from_bytes(self.take(count), "little", signed=True)

    def integer_line(self) -> int | bool:
        """A whole number in a line, or what Python 2 wrote for a truth value."""
        line = self.line()
        told = {b"00": False, b"01": True}.get(line)
        return _whole(line) if told is None else told

    def long_line(self) -> int:
        """A whole number in a line, as Python 2 wrote those that are large."""
        return _whole(self.line().removesuffix(b"L"))

    def protocol(self) -> None:
        """The version of what follows, which has to be a known one."""
        if (found := self.number("<B")) > MOST_PROTOCOL:
            raise ValueError(f"it is of the protocol {found}, not 0 to {MOST_PROTOCOL}")


def _whole(digits: bytes) -> int:
    """A number of digits alone; Python reads others, such as those after `0x`."""
    if not WHOLE.fullmatch(digits):
        raise ValueError(f"it has the whole number {digits[:60]!r}")
    return int(digits)
