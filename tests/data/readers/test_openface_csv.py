import numpy as np
import pytest

from mmzoo.data.readers.openface_csv import OTHER_FACES, columns, read_openface
from tests.data.readers.small_features import UNITS, write_openface


def test_frames_without_a_face_were_not_observed(rng, tmp_path):
    frames = rng.uniform(0, 5, (4, 3)).round(2)
    file = write_openface(tmp_path / "a.csv", frames, success=[1, 0, 1, 1])
    assert columns(file) == UNITS
    content = read_openface(file)
    found, present = content.clips[""]
    np.testing.assert_allclose(found, frames, rtol=1e-6)
    assert present.tolist() == [True, False, True, True]
    assert not +content.counts


@pytest.mark.parametrize(
    ("success", "confidence", "kept"),
    [
        # The second face is there in two frames, the first in one.
        ([1, 1, 0, 1], [0.9] * 4, 1),
        # Both are there in two, and the first is surer.
        ([1, 1, 1, 1], [0.9, 0.5, 0.9, 0.5], 0),
        ([0, 0, 0, 0], [0.0] * 4, 0),
    ],
)
def test_the_face_of_the_most_frames_is_kept(rng, tmp_path, success, confidence, kept):
    frames, faces = rng.uniform(0, 5, (4, 3)).round(2), [0, 1, 0, 1]
    file = write_openface(tmp_path / "a.csv", frames, success, faces, confidence)
    content = read_openface(file)
    np.testing.assert_allclose(content.clips[""][0], frames[kept::2], rtol=1e-6)
    assert content.counts[OTHER_FACES] == 2


def test_version_1_has_no_faces(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("frame, timestamp, confidence, success, AU01_r\n1, 0, 0.9, 1, 2\n")
    assert columns(file) == ("AU01_r",)
    assert read_openface(file).clips[""][0].tolist() == [[2]]


def test_single_pictures_and_other_tables_are_none(tmp_path):
    for head in ("face, confidence, AU01_r", "frame, label, success", "frame"):
        (tmp_path / "a.csv").write_text(head)
        assert columns(tmp_path / "a.csv") == ()
