import errno
import hashlib
import os
import stat
import subprocess
import sys
import time
import zipfile

import h5py
import numpy as np
import pytest

from mmzoo import files
from mmzoo.files import (
    UNFINISHED,
    atomic_file,
    atomic_folder,
    remove_unfinished,
    write_atomically,
)

# Without importing mmzoo, which would take longer than the test.
WRITE_OFTEN = """
import runpy, sys
atomic_file = runpy.run_path(sys.argv[1])["atomic_file"]
for i in range(40):
    with atomic_file(sys.argv[2]) as temporary, open(temporary, "wb") as file:
        for _ in range(20):
            file.write(bytes([i]) * 1000)
            file.flush()
"""
BIG = np.random.default_rng(0).normal(size=20000)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def save_npz(temporary):
    with open(temporary, "wb") as file:
        np.savez(file, big=BIG)


def save_hdf5(temporary):
    with h5py.File(temporary, "w") as file:
        file["big"] = BIG


def save_zip(temporary):
    with zipfile.ZipFile(temporary, "w") as archive, archive.open("a", "w") as file:
        file.write(BIG.tobytes())


def save_bytes(temporary):
    temporary.write_bytes(BIG.tobytes())


def test_write_replaces_whole_and_returns_the_hash(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old and longer")
    digest = write_atomically(path, "né")
    assert path.read_bytes() == "né".encode()
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("error", [OSError("broken"), KeyboardInterrupt()])
def test_a_failed_write_leaves_the_old_file_alone(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(type(error)), atomic_file(path) as temporary:
        temporary.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_folder_is_there_whole_or_not_at_all(tmp_path):
    with pytest.raises(OSError, match="broken"), atomic_folder(tmp_path / "a") as left:
        (left / "half").touch()
        raise OSError("broken")
    assert names(tmp_path) == []
    with atomic_folder(tmp_path / "a") as temporary:
        (temporary / "whole").touch()
        assert names(tmp_path) == [temporary.name]
    assert names(tmp_path) == ["a"] and names(tmp_path / "a") == ["whole"]
    with (
        pytest.raises(OSError, match="is there already"),
        atomic_folder(tmp_path / "a"),
    ):
        pass


def test_names_are_unique_and_keep_the_ending(tmp_path):
    path = tmp_path / ("n" * 248 + ".keras")
    with atomic_file(path) as first, atomic_file(path) as second:
        assert first != second
        assert first.suffix == second.suffix == ".keras"
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"
    assert names(tmp_path) == [path.name]


def test_two_processes_never_tear_a_file(tmp_path):
    path = tmp_path / "a.bin"
    command = [sys.executable, "-c", WRITE_OFTEN, files.__file__, str(path)]
    writers = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        time.sleep(0.001)
        if path.exists():
            content = path.read_bytes()
            assert content == content[:1] * 20_000
            seen.add(content[:1])
    assert [writer.communicate()[1] for writer in writers] == [b"", b""]
    assert len(seen) > 1
    assert names(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("save", [save_npz, save_hdf5, save_zip, save_bytes])
def test_a_full_disk_names_the_file_and_how_to_go_on(tmp_path, save):
    resource = pytest.importorskip("resource")
    path = tmp_path / "a.bin"
    path.write_text("old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(OSError) as raised, atomic_file(path) as temporary:
            save(temporary)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert str(raised.value) == (
        f"{path} was not written (File too large). Every file that was complete before "
        "is kept: make room on that disk and give the same command again."
    )
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
def test_a_disk_may_be_full_at_each_step(tmp_path, monkeypatch, step):
    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, step, full)
        with pytest.raises(OSError, match=r"a\.txt was not written \(No space left"):
            write_atomically(tmp_path / "a.txt", "new")
    assert names(tmp_path) == []


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(OSError, match="is a folder or a device: name another file"):
        write_atomically(tmp_path, "text")
    with pytest.raises(OSError, match=r"gone/a\.txt cannot be written \(No such file"):
        write_atomically(tmp_path / "gone" / "a.txt", "text")


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_atomically(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "text"


def test_others_can_read_what_is_written(tmp_path):
    (tmp_path / "plain").touch()
    write_atomically(tmp_path / "ours", b"")
    modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert len(modes) == 1


def test_a_name_without_utf8_is_written(tmp_path):
    write_atomically(tmp_path / "a", "file\udcff.npz")
    assert (tmp_path / "a").read_text() == "file?.npz"


def test_what_killed_processes_left_is_removed(tmp_path):
    (tmp_path / "sub").mkdir()
    for path in (tmp_path, tmp_path / "sub"):
        (path / f"{UNFINISHED}0.npz").touch()
        (path / f"{UNFINISHED}1").mkdir()
    (tmp_path / "kept").touch()
    remove_unfinished(tmp_path)
    assert names(tmp_path) == ["kept", "sub"]
    assert names(tmp_path / "sub"), "only this folder is known to be nobody else's"
