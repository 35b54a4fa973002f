import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.data.readers.pickled_splits import (
    numbers_in,
    outline,
    shown,
    splits_in,
    text_of,
    texts_in,
)


def test_splits_have_mmzoos_names_and_order():
    assert list(splits_in({"test": {}, "dev": {}, "train": {}})) == [
        "train",
        "valid",
        "test",
    ]
    assert splits_in({"train": []}) is None
    assert splits_in({"train": []}, list) == {"train": []}
    assert splits_in({"a": {}}) is None
    assert splits_in([]) is None


def test_texts_of_either_python():
    assert text_of("\u00e9".encode()) == text_of(b"\xe9") == "\u00e9"
    assert texts_in({"id": [b"a", "b", 3, None]}, "id") == ("a", "b", "3", "")
    assert texts_in({}, "id") is None


def test_numbers_are_arrays_or_lists():
    assert numbers_in({"a": [1, 2.5]}, "a", "f").tolist() == [1, 2.5]
    with pytest.raises(DataError, match="a is a list of 1, no array"):
        numbers_in({"a": ["x"]}, "a", "f")


def test_what_is_shown_of_a_value():
    assert shown({"a": 1}) == "a dict of 1 (a)"
    assert outline({"a": [1, 2]}) == "a dict of 1 (a); a is a list of 2"
    assert outline(np.zeros(1)[0]).startswith("a ")


def test_one_number_is_no_array_of_numbers():
    with pytest.raises(DataError, match="no array of numbers"):
        numbers_in({"a": np.array(1.0)}, "a", "f")
