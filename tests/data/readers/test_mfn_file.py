import h5py
import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.data.readers.mfn_file import array_of


@pytest.mark.parametrize("key", ["data", "d1"])
def test_the_one_array(tmp_path, key):
    with h5py.File(tmp_path / "y.h5", "w") as file:
        file[key] = np.arange(3.0)
        file[key].attrs["names"] = ["sentiment"]
    array, attributes = array_of(tmp_path / "y.h5")
    np.testing.assert_array_equal(array, [0, 1, 2])
    assert list(attributes["names"]) == ["sentiment"]


def test_another_name_is_refused(tmp_path):
    with h5py.File(tmp_path / "y.h5", "w") as file:
        file["labels"] = np.arange(3.0)
    with pytest.raises(DataError, match=r"it has \['labels'\] in place of 'data'"):
        array_of(tmp_path / "y.h5")
