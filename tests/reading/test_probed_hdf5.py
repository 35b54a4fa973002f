import os
import signal
import subprocess
import textwrap
import zipfile
from concurrent import futures

import h5py
import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.reading import probed_hdf5
from mmzoo.reading.probed_hdf5 import check_hdf5


@pytest.fixture
def path(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        group = file.create_group("group")
        group["numbers"] = np.arange(6.0).reshape(2, 3)
        group["words"] = ["a", "bc"]
        group.attrs["told"] = "x"
        # Links that lead nowhere or back do no harm.
        group["dead"] = h5py.SoftLink("/nothing")
        group["back"] = file["group"]
        file.create_dataset("none", data=h5py.Empty("f4"))
        file.create_dataset("zeros", (3000, 2), "f4", compression="gzip")[:] = 0
    return tmp_path / "a.h5"


def test_whole_file_is_taken(path):
    assert check_hdf5(path) is None


def test_member_of_an_archive_is_taken(path, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, "weights.h5")
        archive.writestr("other.h5", b"no hdf5")
    check_hdf5(tmp_path / "a.zip", "weights.h5")
    with pytest.raises(DataError, match=r"a\.zip: HDF5 cannot read it"):
        check_hdf5(tmp_path / "a.zip", "other.h5")


def test_deep_groups_are_taken(path):
    with h5py.File(path, "r+") as file:
        group = file
        for _ in range(1500):
            group = group.create_group("g")
    check_hdf5(path)


def leads_out(file):
    file["group/out"] = h5py.ExternalLink("other.h5", "/data")


def kept_outside(file):
    place = [("outside.bin", 0, 80)]
    file.create_dataset("outside", (10,), "f8", external=place)


def virtual(file):
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "data", (4,))
    file.create_virtual_dataset("virtual", layout)


def claims_32_gib(file):
    file.create_dataset("claim", (2**33,), "f4", chunks=(1024,))


def claims_in_many(file):
    for number in range(8):
        file.create_dataset(f"{number}", (2**22,), "f4", chunks=(1024,))


def claims_a_chunk(file):
    file.create_dataset("chunk", (4,), "f4", maxshape=(None,), chunks=(2**29,))


def packs_zeros(file):
    zeros = file.create_dataset("packed", (2**25,), "i4", compression="gzip")
    file.attrs["x"] = 1
    zeros[: 2**20] = 0


def repeats_a_text(file):
    text = file.create_dataset("texts", (3000,), h5py.string_dtype())
    text[:] = ["x" * 100_000] + ["y"] * 2999


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (leads_out, "its link 'out' leads to 'other.h5', another file"),
        (kept_outside, "its '/outside' is kept in other files"),
        (virtual, "its '/virtual' is kept in other files"),
        (claims_32_gib, "it declares 34,359,7.* bytes or more, but holds"),
        (claims_in_many, "it declares .* bytes or more, but holds"),
        (claims_a_chunk, "it declares .* bytes or more, but holds"),
        (packs_zeros, "it declares .* bytes or more, but holds"),
    ],
)
def test_what_leads_out_or_claims_too_much(path, change, match):
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(DataError, match=rf"a\.h5: {match}"):
        check_hdf5(path)


def test_long_texts_are_taken(path):
    with h5py.File(path, "r+") as file:
        repeats_a_text(file)
    check_hdf5(path)


def test_damage_is_found_before_the_file_is_opened(path):
    with h5py.File(path) as file:
        chunk = file["zeros"].id.get_chunk_info(0)
    content = bytearray(path.read_bytes())
    content[chunk.byte_offset : chunk.byte_offset + chunk.size] = b"x" * chunk.size
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.h5: HDF5 cannot read it .*filter"):
        check_hdf5(path)
    path.write_bytes(content[:-100])
    with pytest.raises(DataError, match=r"a\.h5: HDF5 cannot read it"):
        check_hdf5(path)


def test_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "a.h5")
    with pytest.raises(DataError, match="it is a pipe, no file"):
        check_hdf5(tmp_path / "a.h5")


def recorded(made):
    """Start processes, and keep them in a list."""
    start = subprocess.Popen

    def popen(*args, **kwargs):
        made.append(start(*args, **kwargs))
        return made[-1]

    return popen


@pytest.mark.parametrize(
    ("body", "match"),
    [
        ("time.sleep(60)", "HDF5 does not come to an end with it"),
        ("os.kill(os.getpid(), 11)", "it ended the process that tried"),
        ("while True: print('.', flush=True); time.sleep(9)", "come to an end"),
    ],
)
def test_process_that_stalls_or_ends_is_given_up_on(
    path, tmp_path, monkeypatch, body, match
):
    script = tmp_path / "probe.py"
    script.write_text(
        textwrap.dedent(f"""
            import os, sys, time
            print(".", flush=True)
            sys.stdin.readline()
            {body}
        """)
    )
    with monkeypatch.context() as patch:
        patch.setattr(probed_hdf5._hdf5_probe, "__file__", str(script))
        made = []
        patch.setattr(probed_hdf5._Process, "waiting", [])
        patch.setattr(probed_hdf5.subprocess, "Popen", recorded(made))
        patch.setattr(probed_hdf5, "STALLED_SECONDS", 0.3)
        with pytest.raises(DataError, match=match):
            check_hdf5(path)
        (stalled,) = made
        assert stalled.poll() is not None, "the process is still there"
        assert not probed_hdf5._Process.waiting
    check_hdf5(path)


@pytest.fixture
def alone(monkeypatch):
    """No process waits yet, and none that this test leaves goes on."""
    monkeypatch.setattr(probed_hdf5._Process, "waiting", waiting := [])
    yield
    for process in waiting:
        process.end()


def test_process_is_made_anew_after_it_has_ended(path, alone):
    check_hdf5(path)
    first = probed_hdf5._Process.waiting[-1]
    check_hdf5(path)
    assert probed_hdf5._Process.waiting[-1] is first
    first.end()
    check_hdf5(path)
    assert first not in probed_hdf5._Process.waiting


def test_threads_do_not_wait_for_each_other(path, alone):
    with probed_hdf5._Process.idle() as busy:
        with futures.ThreadPoolExecutor(1) as pool:
            assert pool.submit(check_hdf5, path).result(timeout=60) is None
        (other,) = probed_hdf5._Process.waiting
        assert other is not busy
    assert probed_hdf5._Process.waiting == [other, busy]


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="no process ends by itself")
@pytest.mark.parametrize("when", ["before it is asked", "as it is asked"])
def test_who_ends_as_it_is_asked_has_not_judged(path, monkeypatch, when):
    """It waits for a minute, and may be taken in the very last moment of it."""
    late = probed_hdf5._Process()
    late.process.send_signal(signal.SIGALRM)
    if when == "before it is asked":
        late.process.wait()
    kept = [late]
    monkeypatch.setattr(
        probed_hdf5._Process, "_kept", lambda: kept.pop() if kept else None
    )
    assert check_hdf5(path) is None
    assert late.ended_idle and not kept
