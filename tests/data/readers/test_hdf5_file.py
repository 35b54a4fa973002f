import h5py
import pytest

from mmzoo.data import DataError
from mmzoo.data.readers.hdf5_file import is_hdf5, open_hdf5


def test_knows_hdf5_by_content_or_by_name(tmp_path):
    with h5py.File(tmp_path / "corpus", "w") as file:
        file["x"] = 1
    (tmp_path / "empty.h5").touch()
    (tmp_path / "notes").write_text("text")
    assert is_hdf5(tmp_path / "corpus")
    assert is_hdf5(tmp_path / "empty.h5")
    assert not is_hdf5(tmp_path / "notes")


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"none\.h5: there is no such file"):
        open_hdf5(tmp_path / "none.h5")


def test_truncated_file_is_refused(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["x"] = list(range(1000))
    whole = path.read_bytes()
    for size in (0, 100, len(whole) // 2):
        path.write_bytes(whole[:size])
        with pytest.raises(DataError, match=r"a\.h5: HDF5 cannot read it"):
            open_hdf5(path)
