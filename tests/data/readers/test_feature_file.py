import numpy as np
import pytest

from mmzoo.data.readers.feature_file import FeatureFile, clip_name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("anna/01.wav", "anna/01"),
        ("anna\\01.WAV.csv", "anna/01"),
        ("./a.1.mp4", "a.1"),
        ("v_1.2", "v_1.2"),
        (".csv", ".csv"),
    ],
)
def test_endings_are_no_part_of_a_name(path, name):
    assert clip_name(path) == name


def test_each_file_counts_for_itself():
    clip = np.zeros((1, 2), "float32"), np.ones(1, bool)
    one, other = FeatureFile({"": clip}), FeatureFile({"": clip})
    one.counts["rows"] += 1
    assert not other.counts
