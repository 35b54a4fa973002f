import numpy as np
import pytest

from mmzoo.reading import PickledArray, PickledBytes
from mmzoo.reading.pickled_array import PickledType


def test_bytes_are_read_from_their_place(tmp_path):
    (tmp_path / "a").write_bytes(b"__" + "\u00ffab".encode() + b"\\x01\\n__")
    place = tmp_path / "a"
    assert PickledBytes(place, 2, 4, "raw", 4).read() == b"\xc3\xbfab"
    assert PickledBytes(place, 2, 4, "text", 3).read() == b"\xffab"
    assert PickledBytes(place, 6, 6, "escaped", 2).read() == b"\x01\n"


def test_an_array_is_made_once_and_cannot_be_written_to():
    array = PickledArray()
    array.set((2,), np.dtype("u1"), "C", b"ab")
    with pytest.raises(ValueError, match="made twice"):
        array.set((2,), np.dtype("u1"), "C", b"ab")
    with pytest.raises(ValueError, match="read-only"):
        array.read()[0] = 1


@pytest.mark.parametrize("told", ["f8", "U5", "S0", ">i4", "b1", "O8", "c16"])
def test_types_of_values(told):
    assert PickledType(told).dtype == np.dtype("O" if told == "O8" else told)


@pytest.mark.parametrize("told", ["M8[s]", "V4", "f8,f8", "(2,)f8", {"a": 1}, 3, "g"])
def test_other_types_are_refused(told):
    with pytest.raises(ValueError, match="is of the type"):
        PickledType(told)


@pytest.mark.parametrize(("shape", "code"), [((2**31,), "U0"), ((2**31, 0), "f8")])
def test_rows_that_take_no_bytes_are_few(shape, code):
    with pytest.raises(ValueError, match="of no bytes has the shape"):
        PickledArray().set(shape, np.dtype(code), "C", b"")
    PickledArray().set((100, 0, 300), np.dtype(code), "C", b"")


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (">f8", (3, "|", None, None, None, -1, -1, 0)),
        ("S8", (3, "|", None, None, None, 4, 1, 0)),
    ],
)
def test_a_type_that_contradicts_itself_is_refused(code, state):
    with pytest.raises(ValueError, match="no byte order|another size"):
        PickledType(code).set(state)


@pytest.mark.parametrize("axes", [(0, 0), (0,), (0, 2), (-1, 0), [1, 0], None])
def test_axes_that_are_no_order_are_refused(axes):
    array = PickledArray()
    array.set((2, 1), np.dtype("u1"), "C", b"ab")
    with pytest.raises(ValueError, match="has them in the order"):
        array.turn(axes)
