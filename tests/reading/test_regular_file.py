import os
import socket

import pytest

from mmzoo.data import DataError
from mmzoo.reading.regular_file import check_regular, open_regular, read_regular


@pytest.fixture
def root(tmp_path):
    (tmp_path / "outside.wav").write_bytes(b"outside")
    root = tmp_path / "root"
    (root / "folder.wav").mkdir(parents=True)
    (root / "a.wav").write_bytes(b"inside")
    (root / "inner.wav").symlink_to("a.wav")
    (root / "outer.wav").symlink_to("../outside.wav")
    (root / "outer").symlink_to("..")
    (root / "dead.wav").symlink_to("nothing.wav")
    (root / "loop.wav").symlink_to("loop.wav")
    (root / "zero.wav").symlink_to("/dev/zero")
    os.mkfifo(root / "pipe.wav")
    return root


def test_regular_files_and_links_inside_are_read(root):
    for name in ("a.wav", "inner.wav"):
        assert read_regular(root / name, root) == b"inside"
        with open_regular(root / name) as file:
            assert file.read() == b"inside"


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("zero.wav", "it is a device, no file"),
        ("pipe.wav", "it is a pipe, no file"),
        ("folder.wav", "it is a folder, no file"),
        ("dead.wav", "it is a link to a file that is not there"),
        ("loop.wav", "it cannot be opened"),
        ("none.wav", "there is no such file"),
        ("nul\0.wav", "there is no such file"),
        ("a.wav/b.wav", "there is no such file"),
        ("outer.wav", "it is a link that leads out of"),
        ("outer/outside.wav", "it is a link that leads out of"),
    ],
)
def test_all_others_are_refused(root, name, match):
    for opened in (check_regular, open_regular, read_regular):
        with pytest.raises(DataError, match=match):
            opened(root / name, root)


def test_socket_is_refused(root, monkeypatch):
    # The name of a socket may have 107 characters.
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.wav")
        with pytest.raises(DataError, match="it is a socket, no file"):
            open_regular("socket.wav")


def test_links_are_followed_where_no_folder_is_given(root):
    assert read_regular(root / "outer.wav") == b"outside"
