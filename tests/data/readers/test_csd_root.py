import contextlib

import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.data.readers.csd_file import open_roots
from mmzoo.data.readers.csd_root import video_in
from tests.data.readers.small_csd import bytes_of, write_root


@contextlib.contextmanager
def opened(folder, entries, **options):
    with contextlib.ExitStack() as stack:
        path = write_root(folder, "COVAREP", entries, **options)
        yield open_roots(path, stack)[0]


def test_the_video_of_an_entry():
    assert video_in("abc[3]") == "abc" and video_in("a[b") == "a[b"


def test_entries_in_order_of_their_numbers(tmp_path):
    frames = np.ones((1, 2))
    names = ("a[10]", "a[9]", "b[0]")
    with opened(tmp_path, {name: ([[0, 1]], frames) for name in names}) as root:
        assert root.by_video == {"a": ["a[9]", "a[10]"], "b": ["b[0]"]}
        assert root.segmented and root.shape == (False, 2)
        assert root.told == "COVAREP (COVAREP.csd)"


def test_further_axes_are_flattened_and_one_interval_may_be_flat(tmp_path):
    with opened(tmp_path, {"a": ([0, 1], np.ones((1, 2, 3)))}) as root:
        intervals, frames = root.read("a")
        assert intervals.shape == (1, 2) and frames.shape == (1, 6)


def test_texts(tmp_path):
    with opened(tmp_path, {"a": ([[0, 1], [1, 2]], bytes_of("so", "it"))}) as root:
        assert root.shape == (True, 1)
        assert root.read("a")[1].tolist() == ["so", "it"]


@pytest.mark.parametrize(
    ("intervals", "frames", "fault"),
    [
        ([[0, 1]], np.ones((2, 2)), "intervals of shape"),
        (None, np.ones((2, 2)), "intervals' is missing"),
        ([[0, 1]], np.ones(2), "features of shape"),
        ([[0, 1]], np.ones((1, 5)), "Other entries have 2"),
        ([[0, 1]], bytes_of("so"), "features of shape"),
        ([[0, 1]], bytes_of("so", "it").T, "texts of shape"),
    ],
)
def test_an_entry_that_does_not_fit(tmp_path, intervals, frames, fault):
    good = {name: ([[0, 1]], np.ones((1, 2))) for name in ("b", "c")}
    with opened(tmp_path, {**good, "a": (intervals, frames)}) as root:
        with pytest.raises(DataError, match=fault):
            root.read("a")
