"""The machine's own bounds; what pickles hold is tested with `read_pickle`."""

import io
import pickle

import pytest

from mmzoo.reading import DataError
from mmzoo.reading.pickle_machine import PickleMachine
from mmzoo.reading.pickle_source import PickleSource


def machine(content, size=None, path="a.pkl"):
    size = size or len(content)
    return PickleMachine(PickleSource(io.BytesIO(content), path, size), path, size)


@pytest.mark.parametrize("protocol", range(6))
def test_values_of_each_protocol(protocol):
    value = {"a": [1, 2.5, "x"], "b": (None, True), "c": {3}}
    assert machine(pickle.dumps(value, protocol)).run() == value


def test_a_container_that_stands_in_another_cannot_change():
    # A list is put in a tuple, and then appended to.
    with pytest.raises(ValueError, match="stands in another"):
        machine(b"\x80\x02]q\x000h\x00\x85q\x010h\x00K\x01a.").run()


def test_what_a_tree_takes_befits_the_file():
    big = b"\x80\x02U\xff" + b"a" * 255 + b"q\x00(" + b"h\x00" * 400_000 + b"l."
    with pytest.raises(DataError, match="declares"):
        machine(big, size=1000).run()
