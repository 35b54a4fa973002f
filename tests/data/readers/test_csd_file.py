import contextlib

import h5py
import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.data.readers.csd_file import csd_files, open_roots
from tests.data.readers.small_csd import add_root, write_root

ENTRIES = {"a": ([[0, 1]], np.ones((1, 2)))}


def names_in(path):
    with contextlib.ExitStack() as opened:
        return [root.name for root in open_roots(path, opened)]


def test_roots_of_a_folder_and_of_one_file(tmp_path):
    for name in ("b", "a"):
        write_root(tmp_path / "many", name, ENTRIES)
    assert names_in(tmp_path / "many") == ["a", "b"]
    (tmp_path / "many/.hidden.csd").write_bytes(b"")
    assert len(csd_files(tmp_path / "many")) == 2
    with h5py.File(tmp_path / "one.hdf5", "w") as file:
        add_root(file, "a", ENTRIES, data=None)
        add_root(file, "b", ENTRIES)
        file["array"] = np.ones(3)
        file["dead"] = h5py.SoftLink("/nowhere")
        file.create_group("empty")
    assert names_in(tmp_path / "one.hdf5") == ["a", "b"]


def test_metadata_that_is_no_json_says_nothing(tmp_path):
    path = write_root(tmp_path, "a", ENTRIES, metadata={"dimension names": ["x", "y"]})
    with h5py.File(path, "r+") as file:
        file["a/metadata/creator"] = ["no json"]
    with contextlib.ExitStack() as opened:
        root = open_roots(path, opened)[0]
        assert root.metadata == {"dimension names": ["x", "y"]}
        assert root.dimensions == ["x", "y"]


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    path = write_root(tmp_path / "other", "a", ENTRIES)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/a.csd").symlink_to(path)
    with pytest.raises(DataError, match="link"):
        names_in(tmp_path / "folder")
