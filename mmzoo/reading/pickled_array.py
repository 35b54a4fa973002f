"""Arrays of a pickle: their type and shape, and bytes that stay in the file."""

import codecs
import math
import re
import reprlib
from dataclasses import dataclass

import numpy as np

from mmzoo.reading.regular_file import open_regular

MOST_AXES = 8
# Rows of an array that holds nothing, which no bytes of a file stand for.
MOST_EMPTY = 2**20
# Numbers, texts, bytes and objects; dates and records are no features.
KIND = re.compile(r"([<>|=]?)([biufcSUO])(\d{0,9})")
PLAIN = (str, bytes, bool, int, float, type(None))
ENDS = "<>|="


@dataclass(frozen=True, eq=False)
class PickledBytes:
    """Bytes that stay in the file until they are asked for.

    Args:
        path: The file.
        start: Where they begin in it.
        stored: How many bytes of the file they take.
        coding: How they are stored: `"raw"`, `"text"` (UTF-8, one character a byte),
            or `"escaped"` (as Python writes a literal).
        length: How many they are.

    Example:
    ```python
    with open("a", "wb") as file:
        file.write(b"12abc")
    mmzoo.reading.PickledBytes("a", 2, 3, "raw", 3).read()  # b"abc"
    ```
    """

    path: object
    start: int
    stored: int
    coding: str
    length: int

    def __len__(self):
        return self.length

    def read(self) -> bytes:
        """The bytes."""
        with open_regular(self.path) as file:
            file.seek(self.start)
            found = file.read(self.stored)
        return _decoded(found, self.coding)


def _decoded(stored: bytes, coding: str) -> bytes:
    """Bytes as they were before they were pickled."""
    if coding == "text":
        return stored.decode("utf-8", "surrogatepass").encode("latin-1")
    return codecs.escape_decode(stored)[0] if coding == "escaped" else stored


class PickledArray:
    """An array of a pickle. Its numbers stay in the file until `read` is called.

    Example:
    ```python
    import pickle
    with open("a.pkl", "wb") as file:
        pickle.dump({"text": np.ones((2, 3))}, file)
    text = mmzoo.reading.read_pickle("a.pkl")["text"]
    text.shape  # (2, 3)
    text.read().sum()  # 6.0
    ```
    """

    __slots__ = ("axes", "dtype", "held", "made", "order", "shape")

    def __init__(self):
        self.made, self.shape, self.dtype = False, (0,), np.dtype("i1")
        self.order, self.axes, self.held = "C", None, b""

    def set(self, shape, dtype: np.dtype, order: str, held) -> None:
        """Give it a shape and what it holds, which has to fit."""
        _check_shape(shape, dtype)
        if self.made:
            raise ValueError("an array is made twice")
        count = math.prod(shape)
        if dtype.hasobject:
            wanted = isinstance(held, list) and all(type(v) in PLAIN for v in held)
            fits = wanted and len(held) == count
        else:
            wanted = isinstance(held, bytes | bytearray | PickledBytes)
            fits = wanted and len(held) == count * dtype.itemsize
        if not wanted:
            raise ValueError(f"an array of {dtype} holds other things")
        if not fits:
            told = f"an array declares the shape {shape} of {dtype}"
            raise ValueError(f"{told}, but holds {len(held)}")
        self.shape, self.dtype, self.order, self.held = shape, dtype, order, held
        self.made = True

    def turn(self, axes) -> None:
        """Order the axes anew, as `numpy.transpose` does."""
        whole = isinstance(axes, tuple) and all(type(axis) is int for axis in axes)
        if not whole or sorted(axes) != list(range(self.ndim)):
            told = f"an array of {self.ndim} axes has them in the order"
            raise ValueError(f"{told} {reprlib.repr(axes)}")
        self.axes = axes
        self.shape = tuple(self.shape[axis] for axis in axes)

    def __len__(self):
        return self.shape[0] if self.shape else 0

    def __repr__(self):
        return f"PickledArray({self.dtype}, {self.shape})"

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes that reading it takes."""
        return math.prod(self.shape) * self.dtype.itemsize

    def read(self) -> np.ndarray:
        """The array, which may not be written to."""
        if self.dtype.hasobject:
            array = np.empty(len(self.held), object)
            array[:] = self.held
            # NumPy lists objects row by row, also those of Fortran's order.
            return array.reshape(self.shape)
        held = self.held.read() if isinstance(self.held, PickledBytes) else self.held
        if self.axes is None:
            return np.ndarray(self.shape, self.dtype, bytes(held), order=self.order)
        stored = [self.shape[self.axes.index(axis)] for axis in range(self.ndim)]
        return np.ndarray(stored, self.dtype, bytes(held)).transpose(self.axes)


def _check_shape(shape, dtype: np.dtype) -> None:
    """Refuse what is no shape, or declares rows that take no bytes of the file."""
    known = isinstance(shape, tuple) and len(shape) <= MOST_AXES
    if not known or any(type(size) is not int or size < 0 for size in shape):
        raise ValueError(f"an array has the shape {reprlib.repr(shape)}")
    if not math.prod(shape) * dtype.itemsize:
        if math.prod(size or 1 for size in shape) > MOST_EMPTY:
            raise ValueError(f"an array of no bytes has the shape {shape}")


class PickledType:
    """The type of an array, whose byte order follows later in a pickle.

    Args:
        told: The kind and the size, such as `"f8"`.
    """

    __slots__ = ("dtype",)

    def __init__(self, told):
        told = told.decode("ascii") if isinstance(told, bytes) else told
        found = KIND.fullmatch(told) if isinstance(told, str) else None
        if found is None:
            raise ValueError(f"an array is of the type {reprlib.repr(told)}")
        # Objects have a size of their own on each machine.
        self.dtype = np.dtype("O" if found[2] == "O" else told)

    def set(self, state) -> None:
        """Take the byte order from what a pickle says of the type."""
        if not isinstance(state, tuple) or len(state) < 5:
            raise ValueError("the type of an array cannot be understood")
        if any(each is not None for each in state[2:5]):
            raise ValueError("an array holds records")
        end = state[1].decode("ascii") if isinstance(state[1], bytes) else state[1]
        if not isinstance(end, str) or len(end) != 1 or end not in ENDS:
            raise ValueError(f"an array has the byte order {reprlib.repr(end)}")
        if end == "|" and self.dtype.byteorder != "|":
            raise ValueError(f"an array of {self.dtype} has no byte order")
        # The size of a text stands in both.
        if self.dtype.kind in "SU" and state[5:6] not in ((), (self.dtype.itemsize,)):
            raise ValueError(f"a text of {self.dtype} is of another size")
        self.dtype = self.dtype.newbyteorder(end)
