import dataclasses
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from mmzoo.files import UNFINISHED
from mmzoo.training.run_folder import LOCK, RunFolder, read_run

ASKED = {
    "config": {},
    "content": {"samples": "s", "text": "t"},
    "data": {"files": "f"},
    "made_with": {"backend": "b"},
    "rows": [],
}
# Without importing mmzoo, which would take longer than the test.
HOLD = """
import fcntl, os, sys, time
descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(descriptor, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@dataclasses.dataclass
class Row:
    """As much of a planned row as a folder asks for."""

    name: str = "text"
    training: str = "supervised"
    control: str = None
    modalities: tuple = ("text",)
    options: object = None
    front_ends: object = None


@dataclasses.dataclass
class Learnt:
    """As much of what a row was pretrained on."""

    def identity(self, modalities):
        return {"samples": "other"}


@dataclasses.dataclass
class Pretrained(Row):
    """A row that was pretrained."""

    pretraining: object = dataclasses.field(default_factory=Learnt)


def claim(path, **asked):
    with RunFolder(path, ASKED | asked).claim():
        pass


def test_a_lock_dies_with_its_process(tmp_path):
    pytest.importorskip("fcntl")
    command = [sys.executable, "-c", HOLD, str(tmp_path / LOCK)]
    other = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert other.stdout.readline() == "held\n"
    with pytest.raises(ValueError, match=f"^{tmp_path} is in use by another run: wait"):
        claim(tmp_path)
    assert os.listdir(tmp_path) == [LOCK], "a folder in use is left as it is"
    other.send_signal(signal.SIGKILL)
    other.communicate()
    claim(tmp_path)


def test_a_block_that_fails_frees_the_folder(tmp_path):
    with pytest.raises(KeyboardInterrupt), RunFolder(tmp_path, ASKED).claim():
        raise KeyboardInterrupt
    claim(tmp_path)


def test_a_folder_that_cannot_be_locked_is_said(tmp_path, monkeypatch):
    def fail(descriptor, how):
        raise OSError(37, "No locks available")

    lines = []
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(fcntl, "flock", fail)
    with RunFolder(tmp_path, ASKED, lines.append).claim():
        pass
    assert len(lines) == 1
    assert "cannot be locked (No locks available): see that no other run" in lines[0]


def test_what_killed_processes_left_is_removed(tmp_path):
    left = [tmp_path / UNFINISHED, tmp_path / "trainings/a/b" / f"{UNFINISHED}.npz"]
    kept = [tmp_path / "own" / UNFINISHED, tmp_path / "trainings/a/b/result.npz"]
    for path in [*left, *kept]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    claim(tmp_path)
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in kept)


def test_run_json_says_what_was_asked(tmp_path):
    claim(tmp_path, config={"seeds": 1})
    assert json.loads((tmp_path / "run.json").read_text())["config"] == {"seeds": 1}
    written = (tmp_path / "run.json").stat().st_mtime_ns
    time.sleep(0.01)
    claim(tmp_path, config={"seeds": 1})
    assert (tmp_path / "run.json").stat().st_mtime_ns > written
    for content in (b"", b"\xff\xfe", b"{}", b"[]"):
        (tmp_path / "run.json").write_bytes(content)
        with pytest.raises(ValueError, match="holds a run with other options, data"):
            claim(tmp_path)


def refused(path, message, **asked):
    with pytest.raises(ValueError, match=message):
        claim(path, **asked)


def test_rows_may_be_added(tmp_path):
    first, second = {"name": "text", "units": 3}, {"name": "audio", "units": 3}
    config = {"variants": ["text"], "seeds": 1}
    claim(tmp_path, rows=[first], config=config)
    more = {**config, "variants": ["text", "audio"], "attention": "global"}
    claim(tmp_path, rows=[first, second], config=more)
    assert read_run(tmp_path)["rows"] == [first, second]
    refused(tmp_path, "the row text: other options", rows=[second], config=more)
    changed = [{**first, "units": 4}, second]
    refused(tmp_path, "the row text: other options", rows=changed, config=more)
    rows = {"rows": [first, second]}
    refused(tmp_path, "seeds: 1 there, 2 now", **rows, config={**more, "seeds": 2})
    data = {"files": "other"}
    refused(tmp_path, "files: f there, other now", **rows, config=more, data=data)


def test_content_of_other_modalities_may_be_added(tmp_path):
    claim(tmp_path)
    claim(tmp_path, content={"samples": "s", "audio": "a"})
    claim(tmp_path, content={"samples": "s", "audio": "a", "text": "t"})
    refused(tmp_path, "text: other data", content={"samples": "s", "text": "u"})


def test_a_row_is_digested_with_what_it_reads(tmp_path):
    row = Row()
    before = RunFolder(tmp_path, ASKED).digest(row)
    more = {**ASKED, "content": {"samples": "s", "text": "t", "audio": "a"}}
    assert RunFolder(tmp_path, more).digest(row) == before
    for changed in ({"samples": "s", "text": "u"}, {"samples": "r", "text": "t"}):
        other = {**ASKED, "content": changed}
        assert RunFolder(tmp_path, other).digest(row) != before


def test_names_of_columns_tell_pretrained_rows_apart(tmp_path):
    def digests(columns):
        folder = RunFolder(tmp_path, ASKED | {"columns": columns})
        return folder.digest(Row()), folder.digest(Pretrained())

    plain, pretrained = digests({"text": "n"})
    assert digests({"text": "n", "audio": "m"}) == (plain, pretrained)
    for other in ({"text": "o"}, {}):
        found = digests(other)
        assert found[0] == plain and found[1] != pretrained


def test_a_row_with_other_options_has_a_folder_of_its_own(tmp_path):
    folder = RunFolder(tmp_path, ASKED)
    row, other = Row(), Row(options={"learning_rate": 0.1})
    assert folder.digest(row) != folder.digest(other)
    assert folder.training(row, 0) != folder.training(other, 0)
    trial = folder.trial(row, 3, 10, fold=1)
    assert trial.name == "trial_3_seed_10_fold_1"
    assert trial.parent == folder.training(row, 0).parent


def test_a_run_that_cannot_be_read_is_none(tmp_path):
    assert read_run(tmp_path) is None
    (tmp_path / "run.json").write_bytes(b"\xff")
    assert read_run(tmp_path) == {}
