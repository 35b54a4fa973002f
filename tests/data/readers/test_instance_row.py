import numpy as np
import pytest

from mmzoo.data.readers.instance_row import name_of, row_of, widths_of
from mmzoo.reading import read_pickle
from tests.data.readers.field_pickles import instances, write_pickle


def stored(folder, each):
    """An instance as it comes out of a pickle."""
    return read_pickle(write_pickle(folder / "one.pkl", [each]))[0]


def test_the_widths_are_those_of_most(rng, tmp_path):
    content = instances(rng)
    (words, video, audio), label, segment = content["dev"][0]
    content["dev"][0] = ((words, video[:, :1], audio), label, segment)
    content["dev"][1] = None
    parts = read_pickle(write_pickle(tmp_path / "a.pkl", content))
    assert widths_of(parts) == (4, 3)
    assert widths_of({"train": [None]}) == (0, 0)


@pytest.mark.parametrize(
    ("label", "found"),
    [
        (np.array([[1.5]]), 1.5),
        (-2, -2.0),
        ([[0.5]], 0.5),
        (np.array(["a"]), None),
        ("1", None),
        ([1, 2], None),
        (np.zeros((0, 1)), None),
        ([], None),
    ],
)
def test_labels_are_single_numbers(label, found, rng, tmp_path):
    parts, _, segment = instances(rng)["train"][0]
    each = stored(tmp_path, (parts, label, segment))
    answered = row_of(each, (4, 3), answering=True)[3]
    if found is None:
        assert "label" in row_of(each, (4, 3), answering=False)
        assert np.isnan(answered)
    else:
        assert row_of(each, (4, 3), answering=False)[3] == answered == found


def test_names_of_any_kind(rng, tmp_path):
    parts, label, _ = instances(rng)["train"][0]
    for segment, name in (("a[1]", "a[1]"), (np.array("b"), "b"), (None, ""), (3, "3")):
        assert name_of(stored(tmp_path, (parts, label, segment))) == name
    assert name_of((parts, label)) == name_of("three") == name_of(None) == ""
