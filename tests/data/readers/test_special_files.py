"""Only regular files inside the folder are opened, whatever the format."""

import os
import signal

import h5py
import pytest

from mmzoo.data import DataError, read
from tests.data.damage.samples import CORPORA


@pytest.fixture(autouse=True)
def limit():
    """A reader that waits for ever fails after some seconds."""
    signal.alarm(20)
    yield
    signal.alarm(0)


def files_of(path):
    """A file of each kind that a corpus consists of."""
    folder = path if path.is_dir() else path.parent
    kinds = {}
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        kinds.setdefault((file.suffix, file.parent.name[:5]), file)
    return folder, list(kinds.values())


def pipe(file, outside):
    os.mkfifo(file)


def device(file, outside):
    file.symlink_to("/dev/zero")


def folder(file, outside):
    file.mkdir()


def dead_link(file, outside):
    file.symlink_to("nothing")


def link_out(file, outside):
    file.symlink_to(outside)


@pytest.mark.parametrize("special", [pipe, device, folder, dead_link, link_out])
@pytest.mark.parametrize("name", CORPORA)
def test_special_file_is_refused_or_counted(name, special, tmp_path):
    (tmp_path / "inside").mkdir()
    path = CORPORA[name](tmp_path / "inside")
    _, files = files_of(path)
    for number, file in enumerate(files):
        if special is link_out and file == path:
            # Whoever names a link has chosen it.
            continue
        outside = tmp_path / f"outside_{number}{file.suffix}"
        file.rename(outside)
        special(file, outside)
        try:
            corpus = read(path)
        except DataError as error:
            assert str(tmp_path) in str(error)
        else:
            told = str(corpus.provenance)
            signs = ("left out", "lack", "there are no pictures")
            assert any(sign in told for sign in signs), f"{file.name} was read: {told}"
        if special is folder:
            file.rmdir()
        else:
            file.unlink()
        outside.rename(file)
    read(path)


@pytest.mark.parametrize("name", ["mfn", "own"])
def test_external_links_are_not_followed(name, tmp_path):
    path = CORPORA[name](tmp_path)
    file = path / "audio_test.h5" if name == "mfn" else path
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["data"] = [1.0]
    with h5py.File(file, "r+") as opened:
        opened["more"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/data")
    with pytest.raises(DataError, match=r"its link 'more' leads to '.*other\.h5'"):
        read(path)


VARIABLE = h5py.vlen_dtype("f4")
OTHERS = {
    "group": lambda file, name: file.create_group(name),
    "text": lambda file, name: file.__setitem__(name, "words"),
    "texts": lambda file, name: file.__setitem__(name, [["a", "b"]]),
    "dead link": lambda file, name: file.__setitem__(name, h5py.SoftLink("/no")),
    "empty": lambda file, name: file.__setitem__(name, h5py.Empty("f4")),
    "number": lambda file, name: file.__setitem__(name, 1.0),
    "objects": lambda file, name: file.create_dataset(
        name, (2,), h5py.vlen_dtype("f4")
    ),
    "no steps": lambda file, name: file.create_dataset(name, (7, 0, 3), "f4"),
    "complex": lambda file, name: file.create_dataset(name, (7, 5, 3), "c8"),
    "compound": lambda file, name: file.create_dataset(name, (2,), [("a", "f4")]),
}


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize(
    "node",
    ["frames", "starts", "lengths", "present", "labels", "ids", "groups", "modalities"],
)
def test_other_things_in_the_place_of_an_array_of_ones_own_file(node, kind, tmp_path):
    path = CORPORA["own"](tmp_path)
    inner = node in ("frames", "starts", "lengths", "present")
    name = f"valid/modalities/video/{node}" if inner else f"valid/{node}"
    with h5py.File(path, "r+") as file:
        del file[name]
        OTHERS[kind](file, name)
    with pytest.raises(DataError, match=r"corpus\.h5: "):
        read(path)


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("name", ["audio_valid.h5", "y_valid.h5"])
def test_other_things_in_the_place_of_an_array_of_mfn(name, kind, tmp_path):
    path = CORPORA["mfn"](tmp_path)
    with h5py.File(path / name, "r+") as file:
        del file["d1"]
        OTHERS[kind](file, "d1")
    with pytest.raises(DataError, match=r"mfn(/\w+\.h5)?: "):
        read(path)
