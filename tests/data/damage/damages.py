"""Seeded damages: what happens to files, and what people make of them."""

import io
import json
import os
import pickle
import zipfile

import h5py
import numpy as np

from mmzoo.reading.keras_file import METADATA

DEPTH = 50_000
NUMBERS = (-1, 0, 1e9, 10**12, 2**63, 1e400, float("nan"))
ODD = (None, True, "", "\0", "x" * 3000, [], {}, [[]], {"a": None}, *NUMBERS)
KINDS = ("f8", "i1", "u8", "?", "c8", "S3", "U4", "M8[D]", "V2", "O")


def damage(path, rng):
    """Damage a file, or one file of a folder, in a way that the generator chooses.

    Args:
        path: the file or folder.
        rng: `np.random.Generator`.

    Returns:
        What was done, for a person.
    """
    if path.is_dir():
        path = rng.choice(sorted(each for each in path.rglob("*") if each.is_file()))
    known = _BY_SUFFIX.get(path.suffix, ())
    change = rng.choice([*_BYTES, *known, *known])
    told = change(path, rng)
    return f"{path.name}: {change.__name__.strip('_')} {told or ''}".rstrip()


def _places(content, rng, most=20):
    return rng.integers(0, max(1, len(content)), rng.integers(1, most))


def _bytes(path, rng):
    content = bytearray(path.read_bytes())
    for place in _places(content, rng):
        content[place] = rng.integers(256)
    path.write_bytes(content)


def _bits(path, rng):
    content = bytearray(path.read_bytes())
    for place in _places(content, rng, 4):
        content[place] ^= 1 << rng.integers(8)
    path.write_bytes(content)


def _head(path, rng):
    content = bytearray(path.read_bytes())
    for place in _places(content[:200], rng):
        content[place] = rng.choice([0, 1, 127, 128, 255, rng.integers(256)])
    path.write_bytes(content)


def _truncation(path, rng):
    content = path.read_bytes()
    path.write_bytes(content[: rng.integers(0, len(content) + 1)])


def _hole(path, rng):
    content = bytearray(path.read_bytes())
    place, size = rng.integers(0, len(content)), rng.integers(1, 2000)
    content[place : place + size] = bytes(min(size, len(content) - place))
    path.write_bytes(content)


def _cut_out(path, rng):
    content = path.read_bytes()
    place, size = rng.integers(0, len(content)), rng.integers(1, 500)
    path.write_bytes(content[:place] + content[place + size :])


def _doubled(path, rng):
    content = path.read_bytes()
    first, last = sorted(rng.integers(0, len(content) + 1, 2))
    path.write_bytes(content[:last] + content[first:])


def _sizes(path, rng):
    """Write a large number where a size may stand."""
    content = bytearray(path.read_bytes())
    for place in _places(content, rng, 6):
        width = int(rng.choice([2, 4, 8]))
        number = int(rng.choice([2**31 - 1, 2**30, 2**16, 10**9]))
        number = min(number, 256**width - 1)
        content[place : place + width] = number.to_bytes(width, "little")
    path.write_bytes(content)


def _other_file(path, rng):
    kind = rng.integers(6)
    path.unlink()
    if kind == 0:
        path.mkdir()
    elif kind == 1:
        os.mkfifo(path)
    elif kind == 2:
        path.symlink_to("/dev/zero")
    elif kind == 3:
        path.symlink_to("nothing")
    elif kind == 4:
        path.write_bytes(b"")
    else:
        path.symlink_to("/etc/hostname")
    return ["folder", "pipe", "device", "dead link", "empty", "link out"][kind]


def _array(rng):
    """An array of a shape and a type that nobody expects."""
    shape = tuple(rng.choice([0, 1, 2, 7, 54], rng.integers(0, 4)).tolist())
    kind = str(rng.choice(KINDS))
    values = rng.integers(0, 50, shape)
    if kind in ("M8[D]", "V2"):
        return np.zeros(shape, kind)
    if kind == "O":
        return np.full(shape, {"a": 1}, object)
    return np.asarray(values).astype(kind)


def _npz_array(path, rng):
    arrays = dict(np.load(path))
    name = rng.choice(sorted(arrays))
    arrays[name] = _array(rng)
    np.savez(path, **arrays)
    return f"{name} {arrays[name].dtype} {arrays[name].shape}"


def _npz_values(path, rng):
    arrays = dict(np.load(path))
    name = rng.choice(sorted(arrays))
    if arrays[name].dtype.kind == "f":
        value = float(rng.choice([np.nan, np.inf, 1e38, 1e300]))
        arrays[name].reshape(-1)[rng.integers(arrays[name].size)] = value
    np.savez(path, **arrays)
    return name


def _npz_header(path, rng):
    """Let an array declare another shape or type than it has."""
    memory, told = io.BytesIO(), ""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(memory, "w") as new:
        names = old.namelist()
        chosen = rng.choice(names)
        for name in names:
            content = old.read(name)
            if name == chosen:
                shape = rng.choice([2**33, 2**62, -1, 3, 0]), rng.choice([1, -5, 2**20])
                kind = rng.choice(["<f4", "|O", "<U9", "<q7", "|V0"])
                told = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': "
                told += f"({shape[0]}, {shape[1]})}}"
                told = rng.choice([told, "(" * 5000, "{}", told[: rng.integers(40)]])
                head = told.encode() + b"\n"
                content = content[:8] + len(head).to_bytes(2, "little") + head
            new.writestr(name, content)
    path.write_bytes(memory.getvalue())
    return told[:80]


def _nodes(parent):
    """Parent and name of everything in a file."""
    found = []
    parent.visit(found.append)
    return found


def _h5_node(path, rng):
    """Put something else in the place of a group or an array."""
    with h5py.File(path, "r+") as file:
        name = str(rng.choice(_nodes(file)))
        old = file[name]
        held = old[()] if isinstance(old, h5py.Dataset) else None
        del file[name]
        kind = str(rng.choice(list(_H5)))
        _H5[kind](file, name, held, rng)
        return f"{name} -> {kind}"


def _h5_array(file, name, held, rng):
    array = _array(rng)
    if array.dtype.kind in "UOM":
        array = np.zeros(array.shape, "S2")
    file[name] = array


def _h5_flat(file, name, held, rng):
    if held is not None and getattr(held, "ndim", 0):
        held = held.astype("S9") if held.dtype.kind not in "OS" else held
        file[name] = [held[:-1], held[..., None], held[:0]][rng.integers(3)]


def _h5_claim(file, name, held, rng):
    shape, chunks = [((2**33,), (1024,)), ((2**20, 2**13), (16, 16))][rng.integers(2)]
    file.create_dataset(name, shape, "f4", chunks=chunks)


def _h5_virtual(file, name, held, rng):
    layout = h5py.VirtualLayout((4, 3), "f4")
    layout[:] = h5py.VirtualSource("/etc/hostname", "data", (4, 3))
    file.create_virtual_dataset(name, layout)


def _h5_deep(file, name, held, rng):
    group = file.create_group(name)
    for _ in range(300):
        group = group.create_group("g")


_H5 = {
    "nothing": lambda file, name, held, rng: None,
    "group": lambda file, name, held, rng: file.create_group(name),
    "text": lambda file, name, held, rng: file.__setitem__(name, "text"),
    "empty": lambda file, name, held, rng: file.create_dataset(
        name, data=h5py.Empty("f4")
    ),
    "dead link": lambda file, name, held, rng: file.__setitem__(
        name, h5py.SoftLink("/nothing")
    ),
    "loop": lambda file, name, held, rng: file.__setitem__(name, h5py.SoftLink(name)),
    "link out": lambda file, name, held, rng: file.__setitem__(
        name, h5py.ExternalLink("/etc/hostname", "/a")
    ),
    "root": lambda file, name, held, rng: file.__setitem__(name, file["/"]),
    "array": _h5_array,
    "claim": _h5_claim,
    "virtual": _h5_virtual,
    "deep": _h5_deep,
    "one less": _h5_flat,
}


def _h5_attribute(path, rng):
    with h5py.File(path, "r+") as file:
        places = [file, *(file[name] for name in _nodes(file))]
        places = [place for place in places if len(place.attrs)] or [file]
        place = places[rng.integers(len(places))]
        name = str(rng.choice([*place.attrs, "format"]))
        value = [1, "x", b"\xff", [1.5, 2.5], h5py.Empty("f4"), np.nan, "[" * 2000]
        place.attrs[name] = value[rng.integers(len(value))]
        return name


def _changed(value, rng):
    """A copy of some JSON with one place changed."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(sorted(value))
        kind = rng.integers(8)
        if kind == 0:
            return {each: value[each] for each in value if each != key}
        return {**value, str(key): _changed(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.85:
        place = int(rng.integers(len(value)))
        return [*value[:place], _changed(value[place], rng), *value[place + 1 :]]
    return ODD[rng.integers(len(ODD))]


def _deepened(text, rng):
    """JSON that is nested deeply at one place."""
    start, end = [("[", "]"), ('{"a":', "}")][rng.integers(2)]
    depth = int(rng.choice([500, 2000, DEPTH]))
    deep = start * depth + "1" + end * depth
    places = [i for i, c in enumerate(text) if c in ",:"]
    if not places or rng.random() < 0.3:
        return deep
    place = int(rng.choice(places)) + 1
    return text[:place] + deep + text[place:].lstrip(' "0123456789truefalsn')[:-1] + "}"


def _json_value(path, rng):
    path.write_text(json.dumps(_changed(json.loads(path.read_text()), rng)))


def _json_deep(path, rng):
    path.write_text(_deepened(path.read_text(), rng))


def _config(path, change, member="config.json"):
    memory = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(memory, "w", 8) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == member else content)
    path.write_bytes(memory.getvalue())


def _config_value(path, rng):
    _config(path, lambda text: json.dumps(_changed(json.loads(text), rng)))


def _config_deep(path, rng):
    _config(path, lambda text: _deepened(text.decode(), rng))


def _card_value(path, rng):
    _config(path, lambda text: json.dumps(_changed(json.loads(text), rng)), METADATA)


def _card_deep(path, rng):
    _config(path, lambda text: _deepened(text.decode(), rng), METADATA)


def _config_number(path, rng):
    """A large number in the place of one of the config's numbers."""

    def numbers(value, where=()):
        if isinstance(value, dict | list):
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            return [each for key, one in pairs for each in numbers(one, (*where, key))]
        return [where] if isinstance(value, int | float) else []

    def change(text):
        config = json.loads(text)
        *way, last = (places := numbers(config))[rng.integers(len(places))]
        inner = config
        for key in way:
            inner = inner[key]
        inner[last] = int(rng.choice([10**9, 30_000, 2**20, 2**40, 500_000]))
        return json.dumps(config)

    _config(path, change)


def _config_large(path, rng):
    _config(path, lambda text: text + b" " * int(rng.choice([2**26, 2**28])))


def _weights(path, rng):
    """Damage the weights inside a `.keras` file."""
    weights = path.with_name("model.weights.h5")
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    weights.write_bytes(members[weights.name])
    told = damage(weights, rng)
    if weights.is_file() and not weights.is_symlink():
        members[weights.name] = weights.read_bytes()
    with zipfile.ZipFile(path, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)
    return told


def _text(path, rng):
    """What editors and spreadsheets do to a table."""
    text = path.read_text(errors="replace")
    lines = text.split("\n")
    at = rng.integers(len(lines))
    kind = rng.integers(9)
    if kind == 0:
        lines[at] += "," + lines[at]
    elif kind == 1:
        lines[at] = '"' + lines[at]
    elif kind == 2:
        lines[at] = "\0" + lines[at]
    elif kind == 3:
        lines[at] = "x" * 300_000
    elif kind == 4:
        cells = lines[at].split(",")
        cells[rng.integers(len(cells))] = str(ODD[rng.integers(len(ODD))])
        lines[at] = ",".join(cells)
    elif kind == 5:
        lines.insert(at, lines[at])
    elif kind == 6:
        lines[at] = "../" + lines[at]
    content = "\n".join(lines).encode(errors="replace")
    if kind == 7:
        content = text.encode("utf-16")
    if kind == 8:
        content = content + "é€".encode("cp1252")
    path.write_bytes(content)


def _pickled(path, rng):
    """Put something else in one place of what a pickle holds."""
    whole = [pickle.loads(path.read_bytes())]
    told = _replaced(whole, rng)
    content = whole[0]
    path.write_bytes(pickle.dumps(content, int(rng.integers(6))))
    return told


def _replaced(content, rng):
    keys = list(content) if isinstance(content, dict) else range(len(content))
    key = keys[rng.integers(len(keys))]
    inner = content[key]
    if isinstance(inner, dict | list) and len(inner) and rng.random() < 0.85:
        return f"{str(key)[:20]}, {_replaced(inner, rng)}"
    if isinstance(inner, tuple) and len(inner) and rng.random() < 0.85:
        content[key] = list(inner)
        told = _replaced(content[key], rng)
        content[key] = tuple(content[key])
        return f"{str(key)[:20]}, {told}"
    content[key] = _other_value(inner, rng)
    return f"{str(key)[:20]} -> {str(content[key])[:40]!r}"


def _other_value(old, rng):
    kind = rng.integers(5)
    if kind == 0:
        return _array(rng)
    if kind == 1 and isinstance(old, np.ndarray) and old.ndim:
        return [old[:-1], old[..., None], old.tolist(), old[:0]][rng.integers(4)]
    if kind == 2 and isinstance(old, np.ndarray) and old.dtype.kind == "f":
        values = old.copy()
        value = float(rng.choice([np.nan, np.inf, -np.inf, 1e38]))
        values[rng.random(values.shape) < 0.1] = value
        return values
    return ODD[rng.integers(len(ODD))]


_BYTES = (
    *(_bytes, _bits, _head, _truncation, _hole, _cut_out, _doubled, _sizes),
    _other_file,
)
_BY_SUFFIX = {
    ".npz": (_npz_array, _npz_values, _npz_header),
    ".h5": (_h5_node, _h5_node, _h5_attribute),
    ".json": (_json_value, _json_value, _json_deep),
    ".keras": (
        *(_config_value, _config_deep, _config_number, _config_large, _weights),
        *(_card_value, _card_deep),
    ),
    ".pkl": (_pickled, _pickled, _pickled),
    ".pickle": (_pickled, _pickled, _pickled),
    ".csv": (_text, _text),
    ".txt": (_text,),
}
