import re
import zipfile

import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.data.readers.npz_file import read_npz


def test_reads_the_arrays_named(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.arange(3), y=np.ones((3, 2)), other=1)
    table = read_npz(tmp_path / "a.npz", ("x", "y"))
    assert sorted(table) == ["x", "y"]
    np.testing.assert_array_equal(table["x"], [0, 1, 2])


def test_python_objects_are_refused(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, x=np.array([{}, None], dtype=object))
    with pytest.raises(DataError, match=r"a\.npz: it holds Python objects"):
        read_npz(path, ("x",))


def test_truncated_file_is_refused(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=np.random.default_rng(0).normal(size=1000))
    whole = path.read_bytes()
    for size in (0, 2, 500, len(whole) - 30):
        path.write_bytes(whole[:size])
        with pytest.raises(DataError, match=re.escape(f"{path}: it cannot be read")):
            read_npz(path, ("x",))


def test_damaged_content_is_refused(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=np.random.default_rng(0).normal(size=1000))
    content = bytearray(path.read_bytes())
    content[2000:2100] = bytes(100)
    path.write_bytes(content)
    with pytest.raises(DataError, match="it cannot be read"):
        read_npz(path, ("x",))


def test_zip_of_damaged_arrays_is_refused(tmp_path):
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00\x05\x00{'a}\n")
    with pytest.raises(DataError, match=r"a\.npz: it cannot be read"):
        read_npz(path, ("x",))


def test_text_is_not_npz(tmp_path):
    path = tmp_path / "a.npz"
    path.write_text("id,label\n")
    with pytest.raises(DataError, match=r"a\.npz"):
        read_npz(path, ("x",))


def test_missing_key_is_named(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.arange(3))
    with pytest.raises(DataError, match="it has no array y, z"):
        read_npz(tmp_path / "a.npz", ("x", "y", "z"))


def test_arrays_of_unequal_rows_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.arange(3), y=np.arange(4))
    with pytest.raises(DataError, match=r"number of rows \(x \(3,\), y \(4,\)\)"):
        read_npz(tmp_path / "a.npz", ("x", "y"))
