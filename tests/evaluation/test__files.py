import csv
import hashlib
import io
import json
import os
import stat

import numpy as np
import pytest

from mmzoo.evaluation import _files


def test_write_replaces_whole_and_returns_the_hash(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old and longer")
    digest = _files.write_atomically(path, "né")
    assert path.read_bytes() == "né".encode()
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_a_failed_write_leaves_the_old_file_alone(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail(source, target):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        _files.write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_others_can_read_what_is_written(tmp_path):
    (tmp_path / "plain").touch()
    _files.write_atomically(tmp_path / "ours", b"")
    modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert len(modes) == 1


def test_a_name_without_utf8_is_written(tmp_path):
    _files.write_atomically(tmp_path / "a", "file\udcff.npz")
    assert (tmp_path / "a").read_text() == "file?.npz"


def test_plain():
    value = {
        1: np.float32(0.5),
        "a": (np.int64(2), {3}, np.array([1.0, np.nan])),
        "b": float("-inf"),
        "c": [None, True, "x", np.dtype("int8")],
    }
    expected = {
        "1": 0.5,
        "a": [2, [3], [1.0, "nan"]],
        "b": "-inf",
        "c": [None, True, "x", "int8"],
    }
    assert _files.plain(value) == expected
    assert json.loads(_files.json_text(_files.plain(value))) == expected


def test_json_is_strict():
    with pytest.raises(ValueError, match="not JSON compliant"):
        _files.json_text({"a": float("nan")})


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-mJ2ud6", "@SUM(A1)", "\tx", "\rx", "'quoted"]
)
def test_formulas_are_disarmed(text):
    written = _files.csv_text(["id"], [[text]])
    (cell,) = list(csv.reader(io.StringIO(written, newline="")))[1]
    assert cell == f"'{text}"


def test_csv_keeps_other_cells():
    written = _files.csv_text(["a", "=b"], [['x,"y"\nz', -1.5], ["", 3]])
    found = list(csv.reader(io.StringIO(written, newline="")))
    assert found == [["a", "'=b"], ['x,"y"\nz', "-1.5"], ["", "3"]]
