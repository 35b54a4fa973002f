import numpy as np
import pytest

from mmzoo.data.readers.opensmile_csv import columns, read_opensmile
from tests.data.readers.small_features import DESCRIPTORS, write_opensmile


def test_descriptors_are_a_row_a_frame(rng, tmp_path):
    frames = rng.normal(size=(4, 3))
    file = write_opensmile(tmp_path / "a.csv", frames)
    assert columns(file) == DESCRIPTORS
    ((name, (found, present)),) = read_opensmile(file).clips.items()
    assert name == "" and found.dtype == np.float32 and present.all()
    np.testing.assert_allclose(found, frames, rtol=1e-5)


def test_rows_of_one_name_are_one_clip(rng, tmp_path):
    frames = rng.normal(size=(4, 3))
    file = write_opensmile(tmp_path / "a.csv", frames, ["a", "b", "a", "c.wav"])
    clips = read_opensmile(file).clips
    assert list(clips) == ["a", "b", "c.wav"]
    np.testing.assert_allclose(clips["a"][0], frames[[0, 2]], rtol=1e-5)


@pytest.mark.parametrize(
    ("head", "row", "name"),
    [
        ("frameIndex;frameTime;a;b", "0;0.0;1;2", ""),
        ("name;frameIndex;frameTime;a;b", "'x';0;0.0;1;2", "x"),
        ("frameTime,a,b", "0.0,1,2", ""),
        ("file,start,end,a,b", "x.wav,0 days,0 days 00:00:01.5,1,2", "x.wav"),
        ("start,end,a,b", "0 days,0 days 00:00:01.5,1,2", ""),
    ],
)
def test_heads_of_other_options_and_of_the_package(tmp_path, head, row, name):
    file = tmp_path / "a.csv"
    file.write_text(f"{head}\n{row}\n")
    assert columns(file) == ("a", "b")
    ((found, (frames, _)),) = read_opensmile(file).clips.items()
    assert found == name and frames.tolist() == [[1, 2]]


@pytest.mark.parametrize("head", ["name;a;b", "path,label", "name;frameTime", "", "a"])
def test_other_tables_are_none(tmp_path, head):
    (tmp_path / "a.csv").write_text(head)
    assert columns(tmp_path / "a.csv") == ()
