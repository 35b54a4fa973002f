import h5py
import numpy as np

from mmzoo.data.joined_frames import JoinedFrames


def test_slices_are_those_of_one_array(tmp_path):
    parts = [np.ones((2, 3), "float32"), np.zeros((0, 3)), np.full((4, 3), 7.0)]
    whole = np.concatenate(parts)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["last"] = parts[-1]
        joined = JoinedFrames([*parts[:-1], file["last"]])
        assert joined.file.filename == str(tmp_path / "a.h5")
        assert (len(joined), joined.shape, joined.dtype) == (6, (6, 3), whole.dtype)
        for start in range(7):
            for stop in range(start, 9):
                np.testing.assert_array_equal(joined[start:stop], whole[start:stop])
