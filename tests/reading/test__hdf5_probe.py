import h5py
import numpy as np
import pytest

from mmzoo.reading._hdf5_probe import FREE_BYTES, MOST_RATIO, probe
from mmzoo.reading.archive import FREE_BYTES as FREE_OF_ARCHIVES
from mmzoo.reading.archive import MOST_RATIO as RATIO_OF_ARCHIVES


def test_proportions_are_those_of_archives():
    assert (MOST_RATIO, FREE_BYTES) == (RATIO_OF_ARCHIVES, FREE_OF_ARCHIVES)


@pytest.mark.parametrize("chunks", [None, (100, 2)])
def test_a_step_is_told_for_some_megabytes(tmp_path, chunks):
    beats = []
    with h5py.File(tmp_path / "a.h5", "w") as file:
        rows = np.ones((2**20, 2), "f8")
        file.create_dataset("rows", data=rows, chunks=chunks and (2**16, 2))
    probe(tmp_path / "a.h5", None, lambda: beats.append(1))
    # The root, the array, and four blocks of 4 MB.
    assert len(beats) == 6
