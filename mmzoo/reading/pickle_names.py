"""The names that a pickle may ask for, and what is made in their place.

Nothing here calls what a pickle names. A name that is known stands for a function of
this file, which checks its arguments and makes the value itself.
"""

import reprlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mmzoo.reading.pickled_array import (
    PLAIN,
    PickledArray,
    PickledBytes,
    PickledType,
)

# Whole numbers beyond this share their hashes, which can make a dict of them slow.
MOST_KEY = 2**60


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


def plain_key(key):
    """A key of a dict, or an element of a set.

    Args:
        key: What a pickle gives.

    Returns:
        The key; bytes as text.

    Raises:
        ValueError: If it is no plain value, or a whole number that is too large.
    """
    if type(key) not in PLAIN or (type(key) is int and abs(key) > MOST_KEY):
        raise ValueError(f"a key is a {type(key).__name__} of no plain kind")
    return as_text(key) if isinstance(key, bytes) else key


def plain_keys(keys) -> list:
    """Keys of a dict, or elements of a set.

    Args:
        keys: What a pickle gives.

    Returns:
        The keys; bytes as text.

    Raises:
        ValueError: If one is no plain value, or bytes and a text become the same.
    """
    found = [plain_key(key) for key in keys]
    if len(set(found)) != len({*keys}):
        raise ValueError("bytes and a text of the same letters are two keys")
    return found


def as_text(name: str | bytes) -> str:
    """A name as text, whichever Python wrote it.

    Args:
        name: It, or its bytes in UTF-8 or latin-1.

    Returns:
        The text.

    Raises:
        ValueError: If it is of another kind.
    """
    if isinstance(name, bytes):
        try:
            return name.decode("utf-8")
        except UnicodeDecodeError:
            return name.decode("latin-1")
    if not isinstance(name, str):
        raise ValueError(f"a name is a {type(name).__name__}")
    return name


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


def _from_buffer(held, kind, shape, order, axes=None):
    turned = order == "K" and axes is not None
    if not (turned or order in ("C", "F")) or _of(kind).hasobject:
        raise ValueError("the buffer of an array cannot be understood")
    array = PickledArray()
    array.set(shape, kind.dtype, "C" if turned else order, held)
    if turned:
        array.turn(axes)
    return array


def _encoded(text, coding):
    """Python 3 writes bytes so in the protocols that Python 2 reads."""
    if coding not in ("latin1", "latin-1", b"latin1"):
        raise ValueError(f"bytes are encoded as {reprlib.repr(coding)}")
    if isinstance(text, PickledBytes) and text.coding == "text":
        return text
    return _only(text, str).encode("latin-1")


def _only(value, *kinds):
    if type(value) not in kinds:
        raise ValueError(f"{type(value).__name__} stands in the place of another type")
    return value


def _bytes(held=b"", *coding):
    if coding:
        return _encoded(held, *coding)
    return held if isinstance(held, PickledBytes) else _only(held, bytes)


def _dict(pairs=()):
    pairs = [_only(pair, list, tuple) for pair in _only(pairs, list, tuple)]
    keys = plain_keys([key for key, _ in pairs])
    return dict(zip(keys, (value for _, value in pairs), strict=True))


def _default_dict(factory=None):
    return {}


def _set(values=()):
    return set(plain_keys(_only(values, list, tuple, set)))


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
