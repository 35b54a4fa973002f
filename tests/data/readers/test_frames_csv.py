import numpy as np
import pytest

import mmzoo
from mmzoo.data import Batches, DataError, read
from tests.data.small_frames import pictures, write_clip_of_pictures

SPLITS = ("train", "train", "train", "valid", "test", "test")
NAMES = ("faces/a_1", "faces/a_2.npz", "faces/b_1.npy", "c", "d", "e")


def write(folder, names=NAMES, head="frames,text,label,speaker,split"):
    """The table, and a clip for each row that names one."""
    rows = [head]
    for number, name in enumerate(names):
        if name:
            write_clip_of_pictures(folder / name, pictures(name, count=2 + number))
        label = ("sad", "glad")[number % 2]
        rows.append(f"{name},so {number},{label},p{number},{SPLITS[number]}")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    return folder / "labels.csv"


def test_clips_of_folders_and_arrays(tmp_path):
    corpus = read(write(tmp_path), strict=True)
    assert corpus.provenance["format"] == "frames"
    assert corpus.input_dims == {"frames": 64 * 64 * 3}
    assert corpus.classes == ("glad", "sad") and corpus.group_kind == "speaker"
    assert corpus.train.ids == NAMES[:3] and corpus.train.words[0] == "so 0"
    assert corpus.train.sequences["frames"].lengths.tolist() == [2, 3, 4]
    assert corpus.provenance["frames"] == {"found": 27, "read": 27}
    assert corpus.provenance["warnings"] == []
    files = [each["name"] for each in corpus.provenance["files"]]
    # The table, 20 pictures and two arrays.
    assert files == ["23 files of labels.csv"]
    x, _ = Batches(corpus.train, ["frames"])[0]
    assert x["frames"].dtype == "float32" and x["frames"].max() > 200
    assert x["frames_mask"].sum() == 9


def test_a_model_is_trained_on_them_and_answers(tmp_path):
    corpus = read(write(tmp_path))
    options = {"width": 0.1, "feature_dim": 4, "units": 4, "classes": corpus.classes}
    model = mmzoo.build_frame_classifier(corpus.input_dims, **options)
    model.adapt(corpus.train)
    model.compile("adam")
    model.train_on_batch(*Batches(corpus.train, model.reads)[0])
    corpus.save(tmp_path / "saved.h5")
    again = read(tmp_path / "saved.h5").train.sequences["frames"][2][0]
    np.testing.assert_array_equal(again, corpus.train.sequences["frames"][2][0])
    assert mmzoo.predict(model, frames=again)["emotion"] in corpus.classes


def test_longer_clips_are_counted(tmp_path):
    path = write(tmp_path)
    write_clip_of_pictures(tmp_path / "faces/b_1.npy", pictures("long", count=70))
    corpus = read(path)
    assert corpus.train.sequences["frames"].lengths.tolist() == [2, 3, 64]
    (warning,) = corpus.provenance["warnings"]
    assert warning.startswith("of clips with more than 64 frames") and "b_1" in warning
    assert corpus.provenance["frames"] == {"found": 93, "read": 87}
    shorter = corpus.truncate(3, "frames").train.sequences["frames"]
    assert shorter.lengths.tolist() == [2, 3, 3]


def test_broken_clips_are_left_out_and_named(tmp_path):
    path = write(tmp_path)
    (tmp_path / "faces/a_1/1.png").write_bytes(b"no picture")
    np.save(tmp_path / "faces/b_1.npy", np.zeros((2, 3)))
    corpus = read(path)
    assert corpus.train.ids == NAMES[1:2]
    told = " ".join(corpus.provenance["warnings"])
    assert "2 of 6 clips that cannot be read: faces/a_1 (it cannot be read as" in told
    assert "faces/b_1.npy (its array has shape (2, 3) and holds float64)" in told
    with pytest.raises(DataError, match=r"a_1/1\.png: it cannot be read as a picture"):
        read(path, strict=True)


def test_rows_that_name_no_clip_are_counted(tmp_path):
    corpus = read(write(tmp_path, ("", *NAMES[1:])))
    assert corpus.provenance["dropped"] == {"without a folder or file of frames": 1}


def test_folders_outside_are_not_followed(tmp_path):
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    inside.mkdir()
    path = write(inside)
    write_clip_of_pictures(outside / "clip")
    (inside / "faces/a_1").rename(tmp_path / "moved")
    (inside / "faces/a_1").symlink_to(outside / "clip")
    told = " ".join(read(path).provenance["warnings"])
    assert "faces/a_1 (it is a link that leads out of" in told


@pytest.mark.parametrize("column", ["path", "image"])
def test_recordings_and_pictures_are_read_as_such(column, tmp_path):
    (tmp_path / "labels.csv").write_text(f"{column},frames,label\na,b,sad\n")
    with pytest.raises(DataError) as error:
        read(tmp_path)
    assert "of frames" not in str(error.value)


def test_a_table_without_a_usable_row(tmp_path):
    (tmp_path / "labels.csv").write_text("frames,label\n,sad\n")
    with pytest.raises(DataError, match="no row has a folder or file of frames and a"):
        read(tmp_path)
