"""The stack machine that a pickle is a program for, without the steps that act.

It makes values, containers and arrays. It imports nothing and calls nothing that a file
names; classes, extensions and persistent references are refused. What comes out is a
tree: a container that stands in another can no longer change, so none holds itself, and
what it would take to copy everything out is known, and in proportion to the file.
Arrays and texts have a stricter proportion than objects: their bytes stand in the file,
and what refers to them again costs a byte or two and is copied when it is read.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from mmzoo.reading.archive import check_unpacked
from mmzoo.reading.data_error import DataError
from mmzoo.reading.pickle_names import (
    PickledName,
    as_text,
    known_name,
    plain_key,
    plain_keys,
)
from mmzoo.reading.pickle_source import PickleSource
from mmzoo.reading.pickled_array import PickledArray, PickledBytes, PickledType

# What a container and a place in the memo take, about, and what all may: so much, and
# so many times the size of the file, but never more than the last.
OBJECT_BYTES, PLACE_BYTES = 200, 100
# What looking at an object of an array takes, in the time of so many bytes.
LOOK_BYTES = 16
FREE_OBJECT_BYTES, OBJECT_RATIO, MOST_OBJECT_BYTES = 2**24, 64, 2**30
# How many times the size of the file arrays and texts may take, each reference counted.
COPY_RATIO = 8
REFUSED = (
    "Do not open it with Python's pickle, which would run this. A file of features "
    "needs NumPy arrays, numbers, texts, lists and dicts alone: ask for one"
)


class PickleMachine:
    """Reads one pickle.

    Args:
        source: Its bytes.
        path: Where it is, for errors.
        size: How many bytes it has.
    """

    def __init__(self, source: PickleSource, path: Path, size: int):
        self._source, self._path, self._size = source, path, size
        self._stack, self._below, self._memo = [], [], {}
        # Containers by their id: the container, the bytes of all in it, those of arrays
        # and texts among them, whether another holds it.
        self._held = {}
        most = FREE_OBJECT_BYTES + OBJECT_RATIO * size
        self._allowance = min(most, MOST_OBJECT_BYTES)

    def run(self):
        """What the pickle holds."""
        next_step, steps = self._source.step, _STEPS
        while (code := next_step()) != b".":
            step = steps.get(code)
            if step is None:
                told = "it ends early" if not code else f"there is no step {code!r}"
                raise ValueError(told)
            step(self)
        found = self._stack.pop()
        if isinstance(found, PickledArray):
            self._placed(found)
        return found

    # Containers, and what they would take.

    def _pay(self, size: int = OBJECT_BYTES) -> None:
        self._allowance -= size
        if self._allowance < 0:
            fault = "it makes more objects than a file of data does"
            remedy = "It is damaged, or made to fill the memory: do not use it"
            raise DataError(self._path, fault, remedy)

    def _push(self, container, children=()) -> None:
        """Put a new container on the stack, which has these in it."""
        self._pay()
        entry = [container, 0, 0, False]
        self._held[id(container)] = entry
        self._count(entry, children)
        self._stack.append(container)

    def _count(self, entry: list, children: Iterable) -> None:
        """Add what a container has in it to its bytes, which have to befit the file."""
        for child in children:
            total, copied = self._placed(child)
            entry[1] += total
            entry[2] += copied
        check_unpacked(self._path, entry[1], self._size)
        check_unpacked(self._path, entry[2], self._size, COPY_RATIO)

    def _placed(self, child) -> tuple[int, int]:
        """Bytes of what is put in a container, and cannot change from now on.

        Returns:
            All of them, and those of arrays and texts.
        """
        entry = self._held.get(id(child))
        if entry is not None:
            entry[3] = True
            return entry[1] + OBJECT_BYTES, entry[2]
        if isinstance(child, PickledArray):
            if not child.made:
                raise ValueError("an array is used before it is made")
            # Objects of an array stand in a list of their own.
            objects = self._placed(child.held)[1] if child.dtype.hasobject else 0
            return child.nbytes + objects + OBJECT_BYTES, child.nbytes + objects
        size = len(child) if isinstance(child, str | bytes | PickledBytes) else 0
        return 32 + size, size

    def _grow(self, kind: type, children: list):
        """The container on top of the stack, which takes these."""
        container = self._stack[-1]
        entry = self._held.get(id(container))
        if type(container) is not kind or entry is None:
            raise ValueError(f"it adds to what is no {kind.__name__}")
        self._count(entry, children)
        if entry[3]:
            raise ValueError("a container changes that stands in another, or in itself")
        self._pay(8 * len(children))
        return container

    def _items(self) -> list:
        """What came since the last mark."""
        items, self._stack = self._stack, self._below.pop()
        return items

    def _mark(self) -> None:
        self._pay(PLACE_BYTES)
        self._below.append(self._stack)
        self._stack = []

    def _append(self, items: list) -> None:
        self._grow(list, items).extend(items)

    def _set_items(self, items: list) -> None:
        if len(items) % 2:
            raise ValueError("a key has no value")
        table = self._grow(dict, items)
        for key, value in zip(items[::2], items[1::2], strict=True):
            key = plain_key(key)
            if key in table:
                raise ValueError(f"the key {str(key)[:60]!r} is there twice")
            table[key] = value

    def _add_items(self, items: list) -> None:
        found = self._grow(set, items)
        keys = plain_keys(items)
        if any(isinstance(item, bytes) for item in items) and found & {*keys}:
            raise ValueError("an element of a set is there twice")
        found.update(keys)

    def _dict_of_items(self) -> None:
        items = self._items()
        self._push({})
        self._set_items(items)

    def _last(self, count: int) -> tuple:
        if len(self._stack) < count:
            raise ValueError("it takes more than it has made")
        found = tuple(self._stack[-count:])
        del self._stack[-count:]
        return found

    def _tuple(self, items) -> None:
        self._push(tuple(items), items)

    # The memo.

    def _put(self, place: int) -> None:
        if place < 0:
            raise ValueError(f"it keeps its object {place}, below 0")
        self._pay(PLACE_BYTES)
        self._memo[place] = self._stack[-1]

    def _get(self, place: int) -> None:
        if place not in self._memo:
            raise ValueError(f"it asks for its object {place}, which it has not made")
        self._stack.append(self._memo[place])

    # Names, and what is made of them.

    def _name(self, module, name) -> PickledName:
        module, name = as_text(module), as_text(name)
        found = known_name(module, name)
        if found is None:
            raise self._refusal(f"it asks for {module}.{name}")
        return found

    def _named(self) -> PickledName:
        """The name in the next two lines."""
        return self._name(self._source.line(), self._source.line())

    def _refusal(self, told: str) -> DataError:
        return DataError(self._path, f"{told}, which is no data: refused", REFUSED)

    def _refuse(self, told: str) -> None:
        raise self._refusal(told)

    def _reduce(self, target, values) -> None:
        if not isinstance(target, PickledName) or type(values) is not tuple:
            raise self._refusal(f"it calls {_called(target)}")
        try:
            made = target.make(*values)
        except TypeError as error:
            raise self._refusal(f"it calls {target.name} in an odd way") from error
        # A call may be repeated for a few bytes, and copies what it is given.
        if isinstance(made, list | dict | set | frozenset):
            self._pay(PLACE_BYTES * len(made))
            pairs = made.items() if isinstance(made, dict) else ()
            self._push(made, [*made, *(value for _, value in pairs)])
        else:
            self._pay(
                OBJECT_BYTES + (len(made) if isinstance(made, str | bytes) else 0)
            )
            self._stack.append(made)

    def _inst(self) -> None:
        name = self._named()
        self._reduce(name, tuple(self._items()))

    def _obj(self) -> None:
        target, *values = self._items()
        self._reduce(target, tuple(values))

    def _build(self) -> None:
        target, state = self._last(2)
        if isinstance(target, PickledType):
            target.set(state)
        elif isinstance(target, PickledArray) and type(state) is tuple:
            *_, shape, kind, fortran, held = state
            if not isinstance(kind, PickledType) or len(state) not in (4, 5):
                raise ValueError("the type of an array is of another kind")
            if isinstance(held, list):
                self._pay(LOOK_BYTES * len(held))
            target.set(shape, kind.dtype, "F" if fortran else "C", held)
        else:
            raise self._refusal(f"it sets the state of {_called(target)}")
        self._stack.append(target)


def _called(target) -> str:
    return getattr(target, "name", None) or f"a {type(target).__name__}"


def _pop(machine: PickleMachine) -> None:
    """Take one away, or the mark where nothing came since."""
    if machine._stack:
        machine._stack.pop()
    else:
        machine._items()


def _constant(value):
    return lambda machine: machine._stack.append(value)


def _read(read: Callable, *form):
    """Put on the stack what a method of the source reads."""
    return lambda machine: machine._stack.append(read(machine._source, *form))


def _refused(told):
    return lambda machine: machine._refuse(told)


_INSTANCE = "it makes an object of a class"
_OUTSIDE = "it refers to something outside of the file"
_STEPS = {
    b"(": PickleMachine._mark,
    b"0": _pop,
    b"1": PickleMachine._items,
    b"2": lambda self: self._stack.append(self._stack[-1]),
    # Numbers and constants.
    b"F": lambda self: self._stack.append(float(self._source.line())),
    b"G": _read(PickleSource.number, ">d"),
    b"I": _read(PickleSource.integer_line),
    b"L": _read(PickleSource.long_line),
    b"J": _read(PickleSource.number, "<i"),
    b"K": _read(PickleSource.number, "<B"),
    b"M": _read(PickleSource.number, "<H"),
    b"\x8a": _read(PickleSource.integer, "<B"),
    b"\x8b": _read(PickleSource.integer, "<i"),
    b"N": _constant(None),
    b"\x88": _constant(True),
    b"\x89": _constant(False),
    # Bytes and texts; those of Python 2 are bytes.
    b"S": _read(PickleSource.literal),
    b"T": _read(PickleSource.raw, "<I"),
    b"U": _read(PickleSource.raw, "<B"),
    b"B": _read(PickleSource.raw, "<I"),
    b"C": _read(PickleSource.raw, "<B"),
    b"\x8e": _read(PickleSource.raw, "<Q"),
    b"\x96": _read(PickleSource.raw, "<Q"),
    b"V": _read(PickleSource.text_line),
    b"X": _read(PickleSource.text, "<I"),
    b"\x8c": _read(PickleSource.text, "<B"),
    b"\x8d": _read(PickleSource.text, "<Q"),
    # Containers.
    b"]": lambda self: self._push([]),
    b"}": lambda self: self._push({}),
    b")": lambda self: self._push(()),
    b"\x8f": lambda self: self._push(set()),
    b"l": lambda self: (items := self._items(), self._push(items, items)),
    b"d": PickleMachine._dict_of_items,
    b"t": lambda self: self._tuple(self._items()),
    b"\x85": lambda self: self._tuple(self._last(1)),
    b"\x86": lambda self: self._tuple(self._last(2)),
    b"\x87": lambda self: self._tuple(self._last(3)),
    b"\x91": lambda self: self._push(frozenset(plain_keys(self._items()))),
    b"a": lambda self: self._append([*self._last(1)]),
    b"e": lambda self: self._append(self._items()),
    b"s": lambda self: self._set_items([*self._last(2)]),
    b"u": lambda self: self._set_items(self._items()),
    b"\x90": lambda self: self._add_items(self._items()),
    # The memo.
    b"p": lambda self: self._put(int(self._source.line())),
    b"q": lambda self: self._put(self._source.number("<B")),
    b"r": lambda self: self._put(self._source.number("<I")),
    b"\x94": lambda self: self._put(len(self._memo)),
    b"g": lambda self: self._get(int(self._source.line())),
    b"h": lambda self: self._get(self._source.number("<B")),
    b"j": lambda self: self._get(self._source.number("<I")),
    # Names, and what is made of them.
    b"c": lambda self: self._stack.append(self._named()),
    b"\x93": lambda self: self._stack.append(self._name(*self._last(2))),
    b"R": lambda self: self._reduce(*self._last(2)),
    b"i": PickleMachine._inst,
    b"o": PickleMachine._obj,
    b"b": PickleMachine._build,
    b"\x81": _refused(_INSTANCE),
    b"\x92": _refused(_INSTANCE),
    b"\x82": _refused("it asks for an extension"),
    b"\x83": _refused("it asks for an extension"),
    b"\x84": _refused("it asks for an extension"),
    b"P": _refused(_OUTSIDE),
    b"Q": _refused(_OUTSIDE),
    b"\x97": _refused(_OUTSIDE),
    b"\x98": _refused(_OUTSIDE),
    # How the file is cut does not matter here.
    b"\x80": lambda self: self._source.protocol(),
    b"\x95": lambda self: self._source.take(8),
}
