import gc

import h5py
import numpy as np
import pytest

from mmzoo.data.hdf5_output import new_hdf5


def test_what_is_written_comes_back(tmp_path):
    frames = np.random.default_rng(0).normal(size=(3000, 4))
    with new_hdf5(tmp_path / "a.h5") as file:
        settings = {"compression": "gzip", "chunks": (64, 4), "shuffle": True}
        file.create_dataset("frames", data=frames, **settings)
        file["names"] = ["a", "é"]
        file.attrs["format"] = "x"
    with h5py.File(tmp_path / "a.h5", "r") as file:
        np.testing.assert_array_equal(file["frames"][()], frames)
        assert file["names"].asstr()[()].tolist() == ["a", "é"]
        assert file.attrs["format"] == "x"
    assert [path.name for path in tmp_path.iterdir()] == ["a.h5"]


def write_much(path):
    numbers = np.random.default_rng(0).normal(size=(3000, 8))
    with new_hdf5(path) as file:
        for name in "abcdef":
            group = file.create_group(name)
            settings = {"compression": "gzip", "chunks": (64, 8)}
            group.create_dataset("numbers", data=numbers, **settings)
            group["more"] = numbers
            group["names"] = [f"{i}" for i in range(999)]


@pytest.mark.parametrize("limit", [10, 3_000, 30_000, 300_000, 1_000_000])
def test_a_full_disk_is_one_error_without_a_traceback(tmp_path, capfd, limit):
    resource = pytest.importorskip("resource")
    path = tmp_path / "a.h5"
    path.write_text("old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limits[1]))
    try:
        with pytest.raises(
            OSError, match=r"a\.h5 was not written \(File too large\)\."
        ):
            write_much(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    gc.collect()
    assert "Traceback" not in capfd.readouterr().err
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.h5"]


def test_another_error_passes(tmp_path):
    with pytest.raises(KeyError, match="own"), new_hdf5(tmp_path / "a.h5"):
        raise KeyError("own")
    assert not list(tmp_path.iterdir())
