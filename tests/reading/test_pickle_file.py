"""Honest pickles are read, hostile ones refused, and nothing of either is run."""

import collections
import io
import os
import pickle
import pickletools
import struct
import subprocess
import sys

import numpy as np
import pytest

from mmzoo.reading import DataError, PickledArray, is_pickle, read_pickle
from mmzoo.reading.pickle_machine import OBJECT_RATIO


def write(path, content, protocol=4):
    path.write_bytes(pickle.dumps(content, protocol))
    return path


def taken(value):
    """The same tree with arrays in place of what stands for them."""
    if isinstance(value, PickledArray):
        return value.read()
    if isinstance(value, dict):
        return {key: taken(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(taken(each) for each in value)
    return value


CONTENT = {
    "floats": np.linspace(-1, 1, 24).reshape(2, 3, 4),
    "turned": np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2),
    "object_columns": np.array([["a", None], [1, 2.5]], object, order="F"),
    "byte_array": bytearray(b"\xff"),
    "fortran": np.asfortranarray(np.arange(6, dtype="float32").reshape(2, 3)),
    "large": np.arange(200_000, dtype=">i4"),
    "texts": np.array(["a", "b\u00e9"]),
    "bytes": np.array([b"a", b"bc"]),
    "objects": np.array(["one", None, 2.5], object),
    "empty": np.zeros((0, 5)),
    "flags": np.array([True, False]),
    "scalar": np.float32(0.5),
    "text_scalar": np.str_("abc"),
    "plain": [1, -(2**70), 1.5, None, True, "x", b"y", (), (1, 2), [], {3: 4}],
    "long": b"\xff\x00" * 100_000,
    "set": [{1, 2}, frozenset({"a"})],
    "table": collections.OrderedDict(a=1),
    "lists": collections.defaultdict(list, a=[1]),
}


@pytest.mark.parametrize("protocol", range(6))
def test_what_a_pickle_holds(protocol, tmp_path):
    found = taken(read_pickle(write(tmp_path / "a.pkl", CONTENT, protocol)))
    assert list(found) == list(CONTENT)
    long = found.pop("long")
    assert (long if isinstance(long, bytes) else long.read()) == CONTENT["long"]
    for key in found:
        if isinstance(CONTENT[key], np.ndarray):
            assert found[key].dtype == CONTENT[key].dtype, key
            np.testing.assert_array_equal(found[key], CONTENT[key])
        else:
            assert found[key] == CONTENT[key], key


def test_the_old_and_the_new_name_of_numpys_modules(tmp_path):
    path = tmp_path / "a.pkl"
    new = pickle.dumps({"a": np.arange(3), "b": np.float64(2)}, 2)
    assert b"numpy._core.multiarray" in new
    path.write_bytes(new.replace(b"numpy._core.", b"numpy.core."))
    assert taken(read_pickle(path))["a"].tolist() == [0, 1, 2]


def python_2(protocol):
    """A dict with an array, as Python 2 pickles it."""
    raw = np.array([1.5, -2], "<f4").tobytes()
    if protocol == 0:
        quoted = "'" + "".join(f"\\x{byte:02x}" for byte in raw) + "'"
        text, put = lambda told: f"S'{told}'\n".encode(), b"S" + quoted.encode() + b"\n"
    else:
        text = lambda told: b"U" + bytes([len(told)]) + told.encode()  # noqa: E731
        put = b"U\x08" + raw
    return (
        (b"" if protocol == 0 else b"\x80\x02")
        + b"(d"
        + text("train")
        + b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\nt"
        + text("b")
        + b"tR(I1\n(I2\ntcnumpy\ndtype\n("
        + text("f4")
        + b"I0\nI1\ntR(I3\n"
        + text("<")
        + b"NNNI-1\nI-1\nI0\ntbI00\n"
        + put
        + b"tbs."
    )


@pytest.mark.parametrize("protocol", [0, 2])
def test_texts_of_python_2_are_bytes_and_keys_are_text(protocol, tmp_path):
    (tmp_path / "a.pkl").write_bytes(python_2(protocol))
    found = read_pickle(tmp_path / "a.pkl")
    assert taken(found)["train"].tolist() == [1.5, -2]


def test_the_numbers_stay_in_the_file(tmp_path):
    path = write(tmp_path / "a.pkl", {"a": np.zeros((1000, 1000))})
    found = read_pickle(path)["a"]
    assert (found.shape, found.ndim, len(found)) == ((1000, 1000), 2, 1000)
    assert len(pickle.dumps(found.held)) < 1000
    assert found.read().sum() == 0


class Call:
    """Pickled as the call of a function."""

    def __init__(self, function, *values):
        self.called = function, values

    def __reduce__(self):
        return self.called


class WithState:
    """Pickled as an object whose state is set."""

    def __init__(self):
        self.a = 1


def hostile(mark):
    """Pickles that would touch the file `mark`, or take the memory, by their kind."""
    touch = f"open({str(mark)!r}, 'w').close()"
    command = f"touch {mark}"
    nested = {"train": [np.ones(2), (1, Call(os.system, command))]}
    name = b"\x8c" + bytes([len("posix")]) + b"posix" + b"\x8c\x06system"
    call = b"X" + struct.pack("<I", len(command)) + command.encode() + b"\x85R."
    inst = b"(" + b"S'" + command.encode() + b"'\ni__builtin__\neval\n."
    return {
        "posix.system": pickle.dumps(Call(os.system, command)),
        "posix.system nested": pickle.dumps(nested),
        "posix.system stacked": b"\x80\x04" + name + b"\x93" + call,
        "builtins.eval": pickle.dumps(Call(eval, touch)),
        "__builtin__.exec": pickle.dumps({"a": Call(exec, touch)}, 2),
        "io.open": pickle.dumps(Call(open, str(mark), "w")),
        "builtins.getattr": b"cbuiltins\ngetattr\n(cbuiltins\nlist\nS'append'\ntR.",
        "subprocess.Popen": pickle.dumps(Call(subprocess.Popen, ["touch", str(mark)])),
        "__builtin__.eval": inst,
        "numpy.load": pickle.dumps(Call(np.load, str(mark), None, True)),
        "builtins.list.__class__": b"\x80\x04\x8c\x08builtins"
        b"\x8c\x0elist.__class__\x93.",
        "tests.reading.test_pickle_file.WithState": pickle.dumps(WithState()),
    }


BROKEN = {
    "extension": (b"\x80\x02\x82\x01.", "it asks for an extension"),
    "persistent": (b"\x80\x02U\x01aQ.", "outside of the file"),
    "persistent line": (b"(Pabc\nl.", "outside of the file"),
    "buffer": (b"\x80\x05\x97.", "outside of the file"),
    "new object": (b"\x80\x02cbuiltins\nlist\n)\x81.", "an object of a class"),
    "state of a name": (b"\x80\x02cbuiltins\nlist\n}b.", "the state of builtins.list"),
    "state of a list": (b"\x80\x02]}b.", "sets the state of a list"),
    "call of a text": (b"\x80\x02U\x01a)R.", "it calls a bytes"),
    "call of a type": (b"\x80\x02cbuiltins\nint\n)R.", "only names a type"),
    "odd call": (b"\x80\x02cnumpy\ndtype\n)R.", "in an odd way"),
    "bytes to come": (b"\x80\x04\x8e" + b"\xff" * 7 + b"\x7fabc.", "ends before"),
    "text to come": (b"\x80\x02X\xff\xff\xff\xffabc.", "ends before"),
    "number": (b"\x80\x02\x8b\xff\xff\xff\x7f1.", "a whole number of"),
    "holds itself": (b"\x80\x02]q\x00h\x00a.", "in another, or in itself"),
    "holds itself by a tuple": (b"\x80\x02]q\x00h\x00\x85a.", "or in itself"),
    "key": (b"\x80\x02})K\x01s.", "a key is a tuple"),
    "twice": (b"\x80\x02}U\x01aNsX\x01\x00\x00\x00aNs.", "is there twice"),
    "nothing": (b"\x80\x02.", "pop from empty list"),
    "end": (b"\x80\x02]", "it ends early"),
    "unknown step": (b"\x80\x02\xfe.", "there is no step"),
    "array to come": (
        b"\x80\x02" + b"cnumpy.core.multiarray\n_reconstruct\n"
        b"cnumpy\nndarray\nK\x00\x85U\x01b\x87R.",
        "before it is made",
    ),
    "place": (b"(]p-5\ng-5\nl.", "below 0"),
    "protocol": (b"\x80\x04\x80\x06N.", "of the protocol 6"),
    "elements": (b"\x80\x04\x8f(C\x01a\x8c\x01a\x90.", "are two keys"),
    "element again": (b"\x80\x04\x8f(\x8c\x01a\x90(C\x01a\x90.", "there twice"),
    "memo": (b"\x80\x02h\x07.", "object 7, which it has not made"),
}


@pytest.mark.parametrize("kind", list(hostile("x")))
def test_hostile_pickles_are_refused_by_name_and_not_run(kind, tmp_path):
    mark, path = tmp_path / "mark", tmp_path / "a.pkl"
    path.write_bytes(hostile(mark)[kind])
    modules = set(sys.modules)
    with pytest.raises(DataError) as caught:
        read_pickle(path)
    assert f"it asks for {kind.split()[0]}" in str(caught.value)
    assert str(path) in str(caught.value)
    assert not mark.exists()
    assert set(sys.modules) == modules


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_pickles_are_refused_with_the_reason(kind, tmp_path):
    content, told = BROKEN[kind]
    (tmp_path / "a.pkl").write_bytes(content)
    with pytest.raises(DataError, match=told):
        read_pickle(tmp_path / "a.pkl")


PLAIN = b"(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
RECORD = b"(K\x03U\x01|N(U\x01at}U\x01aNsK\x08K\x01K\x10tb"


def array_of(shape, code, raw, state=PLAIN):
    """An array as NumPy pickles it, of parts that need not fit."""
    return (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b"
        + b"\x87R(K\x01"
        + shape
        + b"cnumpy\ndtype\nU"
        + bytes([len(code)])
        + code
        + b"K\x00K\x01\x87R"
        + state
        + b"\x89"
        + raw
        + b"tb."
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (array_of(b"K\x05\x85", b"f8", b"U\x08" + bytes(8)), "declares the shape"),
        (array_of(b"J\xff\xff\xff\xff\x85", b"f8", b"U\x00"), "has the shape"),
        (array_of(b"J\xff\xff\xff\x7f\x85", b"f8", b"U\x08" + bytes(8)), "declares"),
        (array_of(b"K\x01\x85", b"O8", b"U\x08" + bytes(8)), "holds other things"),
        (array_of(b"K\x01\x85", b"O8", b"](K\x01K\x02e"), "declares the shape"),
        (array_of(b"K\x01\x85", b"O8", b"]cbuiltins\nlist\na"), "holds other things"),
        (array_of(b"K\x01\x85", b"f8", b"]K\x01a"), "holds other things"),
        (array_of(b"K\x01\x85", b"M8[D]", b"U\x08" + bytes(8)), "is of the type"),
        (array_of(b"K\x01\x85", b"f8,O", b"U\x08" + bytes(8)), "is of the type"),
        (array_of(b"K\x01\x85", b"V8", b"U\x08" + bytes(8), RECORD), "is of the type"),
        (array_of(b"K\x01\x85", b"f8", b"U\x08" + bytes(8), RECORD), "records|odd"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(content, told, tmp_path):
    (tmp_path / "a.pkl").write_bytes(content)
    with pytest.raises(DataError, match=told):
        read_pickle(tmp_path / "a.pkl")


def laughs():
    """Each list has the one before ten times."""
    found = b"\x80\x02]q\x00" + b"(" + b"U\x01a" * 10 + b"e"
    for place in range(1, 12):
        inner = b"h" + bytes([place - 1])
        found += b"0]q" + bytes([place]) + b"(" + inner * 10 + b"e"
    return found + b"."


def one_array_often():
    array = b"\x80\x02(" + array_of(
        b"M\x00\x80\x85", b"i1", b"B\x00\x80\x00\x00" + bytes(2**15)
    )
    return (
        array.replace(b"\x80\x02c", b"c", 1)[:-1] + b"q\x07" + b"h\x07" * 10**6 + b"l."
    )


MANY = b"](" + b"N" * 30_000 + b"e"
TEXT = b"X" + struct.pack("<I", 30_000) + b"a" * 30_000


def called_often(name, values):
    """A file that calls one function again and again with the same values."""
    module, _, function = name.rpartition(".")
    named = f"c{module}\n{function}\n".encode()
    return b"\x80\x03" + named + b"q\x00" + values + b"q\x01" + b"h\x00h\x01R" * 3000


def objects_often():
    """Many arrays of objects, which share one list."""
    make = (
        b"cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nK\x00\x85U\x01b"
    )
    state = (
        b"(K\x01M\x30\x75\x85cnumpy\ndtype\nU\x02O8K\x00K\x01\x87R\x89"
        + MANY
        + b"tq\x03"
    )
    again = b"h\x01h\x02Rh\x03b" * 3000
    return b"\x80\x03" + make + b"\x87q\x02" + state + again + b"."


BOMBS = {
    "lists called": (called_often("builtins.list", MANY + b"\x85"), "more objects"),
    "texts called": (
        called_often("_codecs.encode", TEXT + b"X\x06\x00\x00\x00latin1\x86"),
        "more objects",
    ),
    "objects looked at": (objects_often(), "more objects"),
    "laughs": (laughs(), "declares"),
    "one array often": (one_array_often(), "declares"),
    "sets": (b"\x80\x04" + b"\x8f" * 2 * 10**5, "more objects"),
    "memo": (b"\x80\x04]" + b"\x94" * 5 * 10**5, "more objects"),
    "marks": (b"\x80\x04" + b"(" * 5 * 10**5, "more objects"),
    "deep": (b"\x80\x04" + b"]" * 10**5 + b"a" * (10**5 - 1) + b".", None),
    "memo place": (b"\x80\x04]r\xff\xff\xff\xff.", None),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_bombs_take_little_memory(kind, tmp_path):
    content, told = BOMBS[kind]
    (tmp_path / "a.pkl").write_bytes(content)
    if told is None:
        assert isinstance(read_pickle(tmp_path / "a.pkl"), list)
        return
    with pytest.raises(DataError, match=told):
        read_pickle(tmp_path / "a.pkl")


BYTES, TEXT_AGAIN = np.ones(2**20, "i1"), "a" * 60_000
# Each is about 1 MB, or less, of a file.
REPEATED = {
    "array": BYTES,
    "array in a list": [BYTES],
    "array in a dict": {"text": (BYTES, 1)},
    "text": "a" * 2**20,
    "bytes": bytes(2**20),
    "objects": np.array([TEXT_AGAIN] * 20, object),
    "objects' list": [TEXT_AGAIN] * 20,
}


@pytest.mark.parametrize("kind", REPEATED)
def test_what_a_file_refers_to_often_befits_the_file(kind, tmp_path):
    few = write(tmp_path / "few.pkl", [REPEATED[kind]] * 10)
    assert len(read_pickle(few)) == 10
    many = write(tmp_path / "many.pkl", [REPEATED[kind]] * 120)
    assert many.stat().st_size < 2**21
    with pytest.raises(DataError, match="it declares 1[0-9]{2},.* but holds only"):
        read_pickle(many)


def test_a_list_that_an_array_has_cannot_change(tmp_path):
    # The list is put in the memo, given to an array and then appended to.
    content = array_of(b"K\x01\x85", b"O8", b"]q\x09K\x01a")[:-1]
    (tmp_path / "a.pkl").write_bytes(content + b"0h\x09K\x02a.")
    with pytest.raises(DataError, match="stands in another"):
        read_pickle(tmp_path / "a.pkl")


def test_an_honest_file_of_many_small_objects_is_read(tmp_path):
    rows = [(f"word{n}", [n, n + 0.5], {"id": f"v{n}"}) for n in range(5_000)]
    path = write(tmp_path / "a.pkl", rows)
    assert read_pickle(path) == rows
    assert OBJECT_RATIO > 20


def test_each_step_of_a_pickle_is_known():
    from mmzoo.reading.pickle_machine import _STEPS

    codes = {op.code.encode("latin-1") for op in pickletools.opcodes} - {b"."}
    assert codes == set(_STEPS)


@pytest.mark.parametrize("seed", range(3))
def test_random_bytes_end_in_one_error_or_in_values(seed, tmp_path):
    rng, path = np.random.default_rng(seed), tmp_path / "a.pkl"
    whole = pickle.dumps({key: CONTENT[key] for key in ("floats", "texts", "plain")}, 4)
    for _ in range(100):
        content = bytearray(whole)
        for place in rng.integers(0, len(content), rng.integers(1, 6)):
            content[place] = rng.integers(256)
        path.write_bytes(content)
        try:
            taken(read_pickle(path))
        except (DataError, UnicodeDecodeError, ValueError):
            continue


def test_pickles_are_known_by_their_bytes(tmp_path):
    assert is_pickle(write(tmp_path / "data", {}, 4))
    assert is_pickle(write(tmp_path / "old.pkl", {}, 0))
    assert not is_pickle(write(tmp_path / "old.txt", {}, 0))
    (tmp_path / "b.pkl").write_bytes(b"\x80\x63")
    assert not is_pickle(tmp_path / "b.pkl")
    assert not is_pickle(tmp_path)
    np.savez(tmp_path / "c.pkl", a=1)


def test_a_file_that_changed_is_read_again(tmp_path):
    path = write(tmp_path / "a.pkl", [1])
    assert read_pickle(path) == [1]
    assert read_pickle(write(path, [1, 2])) == [1, 2]


def test_other_users_of_pickle_are_left_alone():
    assert pickle.load(io.BytesIO(pickle.dumps([1]))) == [1]
