import numpy as np
import pytest

from mmzoo.data import DataError, read_frames, read_image
from tests.data.small_frames import pictures, write_clip_of_pictures
from tests.data.small_pictures import write_picture


@pytest.mark.parametrize("name", ["clip", "clip.npy", "clip.npz"])
def test_folders_and_arrays_give_the_squares_of_their_pictures(name, tmp_path):
    shown = pictures("any", count=12)
    path = write_clip_of_pictures(tmp_path / name, shown)
    frames, found = read_frames(path, side=8)
    assert frames.shape == (12, 8 * 8 * 3) and frames.dtype == "uint8"
    assert (found.count, found.read) == (12, 12)
    for number in (0, 2, 10):
        one = write_picture(tmp_path / "one.png", shown[number])
        expected, _, _ = read_image(one, side=8)
        np.testing.assert_array_equal(frames[number], expected.reshape(-1))


def test_longer_clips_are_read_at_even_spaces(tmp_path):
    path = write_clip_of_pictures(tmp_path / "clip.npy", pictures("any", count=7))
    whole, _ = read_frames(path, side=4)
    frames, found = read_frames(path, side=4, most=3)
    np.testing.assert_array_equal(frames, whole[[0, 2, 4]])
    assert (found.count, found.read) == (7, 3)


def test_other_files_of_a_folder_are_passed_over(tmp_path):
    path = write_clip_of_pictures(tmp_path / "clip")
    (path / "notes.txt").write_text("notes")
    (path / "._0.png").write_bytes(b"hidden")
    assert read_frames(path, side=4)[1].count == 3


def test_of_several_arrays_that_called_frames_is_read(tmp_path):
    shown = pictures("any")
    np.savez(tmp_path / "a.npz", times=np.arange(3), frames=shown)
    np.savez(tmp_path / "b.npz", shown)
    first, second = (read_frames(tmp_path / name, 4)[0] for name in ("a.npz", "b.npz"))
    np.testing.assert_array_equal(first, second)


def empty(folder):
    folder.mkdir()


def broken_picture(folder):
    write_clip_of_pictures(folder)
    (folder / "1.png").write_bytes(b"no picture")


def saved(array, suffix=".npy"):
    return lambda path: np.save(path.with_suffix(suffix), array, allow_pickle=True)


@pytest.mark.parametrize(
    ("name", "write", "message"),
    [
        ("clip", lambda path: None, "clip: there is no such file"),
        ("clip", empty, "clip: the folder holds no pictures"),
        ("clip", broken_picture, r"1\.png: it cannot be read as a picture"),
        ("clip.mp4", lambda path: path.write_bytes(b"x"), "neither a folder of pict"),
        ("clip.npy", lambda path: path.write_bytes(b"x"), "cannot be read as .npy"),
        ("clip.npy", saved(np.array([{}])), "cannot be read as .npy"),
        (
            "clip.npy",
            saved(np.zeros((2, 4, 4, 3))),
            r"\(2, 4, 4, 3\) and holds float64",
        ),
        ("clip.npy", saved(np.zeros((4, 4, 3), "uint8")), r"shape \(4, 4, 3\)"),
        ("clip.npy", saved(np.zeros((2, 4, 4, 1), "uint8")), r"shape \(2, 4, 4, 1\)"),
        ("clip.npy", saved(np.zeros((0, 4, 4, 3), "uint8")), r"shape \(0, 4, 4, 3\)"),
        ("clip.npz", lambda path: np.savez(path, a=[1], b=[1]), "the arrays a, b, and"),
        ("clip.npz", lambda path: np.savez(path), "the arrays none, and none is"),
    ],
)
def test_what_is_wrong_is_named(name, write, message, tmp_path):
    write(tmp_path / name)
    with pytest.raises(DataError, match=message):
        read_frames(tmp_path / name)


def test_arrays_beside_the_frames_are_not_read(tmp_path):
    shown = pictures("any", count=3)
    names = np.array([{"a": 1}], object)
    np.savez(tmp_path / "clip.npz", frames=shown, names=names)
    assert read_frames(tmp_path / "clip.npz", side=4)[1].read == 3


def test_an_array_that_is_cut_short(tmp_path):
    path = write_clip_of_pictures(tmp_path / "clip.npy")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match="cannot be read as .npy"):
        read_frames(path)


def test_side_and_most_are_numbers_from_1_on(tmp_path):
    for options in ({"side": 0}, {"most": 0}):
        with pytest.raises(ValueError, match="`side` and `most` are at least 1, not"):
            read_frames(tmp_path, **options)
