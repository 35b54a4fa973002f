"""What a pickle may hold beside plain values: arrays, and the names that make them.

Nothing here calls what a pickle names. A name that is known stands for a function of
this file, which checks its arguments and makes the value itself.
"""

import codecs
import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mmzoo.reading.regular_file import open_regular

MOST_AXES = 8
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

    __slots__ = ("dtype", "held", "made", "order", "shape")

    def __init__(self):
        self.made, self.shape, self.dtype = False, (0,), np.dtype("u1")
        self.order, self.held = "C", b""

    def set(self, shape, dtype: np.dtype, order: str, held) -> None:
        """Give it a shape and what it holds, which has to fit."""
        if not isinstance(shape, tuple) or len(shape) > MOST_AXES:
            raise ValueError(f"an array has the shape {str(shape)[:60]}")
        if any(type(size) is not int or size < 0 for size in shape):
            raise ValueError(f"an array has the shape {str(shape)[:60]}")
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
            return array.reshape(self.shape, order=self.order)
        held = self.held.read() if isinstance(self.held, PickledBytes) else self.held
        return np.ndarray(self.shape, self.dtype, bytes(held), order=self.order)


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
            raise ValueError(f"an array is of the type {str(told)[:60]!r}")
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
            raise ValueError(f"an array has the byte order {str(end)[:20]!r}")
        self.dtype = self.dtype.newbyteorder(end)


@dataclass(frozen=True, eq=False, slots=True)
class PickledName:
    """A name that is known, and what stands for it.

    Args:
        name: The name, with its module.
        make: Function that takes the arguments and returns the value.
    """

    name: str
    make: Callable


def known_name(module: str, name: str) -> PickledName | None:
    """What a name in a pickle stands for.

    Args:
        module: The module, as any version of Python or NumPy spells it.
        name: The name in it.

    Returns:
        A stand-in for what is named; `None` where the name is not known.
    """
    if module == "__builtin__":
        module = "builtins"
    if module.startswith("numpy._core."):
        module = "numpy.core." + module.removeprefix("numpy._core.")
    return _NAMES.get(f"{module}.{name}")


def _array(kind=None, shape=None, code=None):
    if not isinstance(kind, PickledName) or kind.name != "numpy.ndarray":
        raise ValueError("it makes an array of a class that is no ndarray")
    return PickledArray()


def _type(told, align=False, copy=False):
    return PickledType(told)


def _of(kind) -> np.dtype:
    if not isinstance(kind, PickledType):
        raise ValueError("the type of an array is of another kind")
    return kind.dtype


def _scalar(kind, held=b""):
    if _of(kind).hasobject:
        raise ValueError("a number is an object")
    array = PickledArray()
    array.set((), _of(kind), "C", held)
    return array.read().item()


def _from_buffer(held, kind, shape, order):
    if order not in ("C", "F") or _of(kind).hasobject:
        raise ValueError("the buffer of an array cannot be understood")
    array = PickledArray()
    array.set(shape, kind.dtype, order, held)
    return array


def _encoded(text, coding="latin1"):
    """Python 3 writes bytes so in the protocols that Python 2 reads."""
    if coding not in ("latin1", "latin-1", b"latin1"):
        raise ValueError(f"bytes are encoded as {str(coding)[:20]!r}")
    if isinstance(text, PickledBytes) and text.coding == "text":
        return text
    return _only(text, str).encode("latin-1")


def _only(value, *kinds):
    if type(value) not in kinds:
        raise ValueError(f"{type(value).__name__} stands in the place of another type")
    return value


def _bytes(text="", coding="latin1"):
    return text if isinstance(text, bytes) else _encoded(text, coding)


def _dict(pairs=()):
    pairs = [_only(pair, list, tuple) for pair in _only(pairs, list, tuple)]
    return {key: value for key, value in pairs if _only(key, *PLAIN) is key}


def _default_dict(factory=None):
    return {}


def _set(values=()):
    return {_only(value, *PLAIN) for value in _only(values, list, tuple, set)}


def _frozenset(values=()):
    return frozenset(_set(values))


def _list(values=()):
    return list(_only(values, list, tuple))


def _nothing(*values):
    raise ValueError("a class is called that only names a type here")


_NAMES = {
    name: PickledName(name, make)
    for name, make in {
        "numpy.ndarray": _nothing,
        "numpy.dtype": _type,
        "numpy.core.multiarray._reconstruct": _array,
        "numpy.core.multiarray.scalar": _scalar,
        "numpy.core.numeric._frombuffer": _from_buffer,
        "_codecs.encode": _encoded,
        "builtins.bytes": _bytes,
        "builtins.bytearray": _bytes,
        "builtins.set": _set,
        "builtins.frozenset": _frozenset,
        "builtins.list": _list,
        "builtins.dict": _dict,
        "builtins.int": _nothing,
        "builtins.float": _nothing,
        "builtins.str": _nothing,
        "collections.OrderedDict": _dict,
        "collections.defaultdict": _default_dict,
    }.items()
}
