import argparse
import os

import pytest

from mmzoo.command import output_file, output_folder

pytestmark = pytest.mark.one_backend


def test_places_that_can_be_written(tmp_path):
    (tmp_path / "old.csv").write_text("")
    for name in ("new.csv", "old.csv"):
        assert output_file(str(tmp_path / name)) == tmp_path / name
    for name in (".", "new", "new/inner"):
        assert output_folder(str(tmp_path / name)) == tmp_path / name


@pytest.mark.parametrize(
    ("check", "place", "message"),
    [
        (output_file, "", "is a folder"),
        (output_file, "absent/out.csv", "absent is not there"),
        (output_file, "file/out.csv", "file is not there"),
        (output_folder, "file", "file is no folder"),
        (output_folder, "file/inner", "file is no folder"),
    ],
)
def test_places_that_cannot(tmp_path, check, place, message):
    (tmp_path / "file").write_text("")
    with pytest.raises(argparse.ArgumentTypeError, match=message):
        check(str(tmp_path / place))


@pytest.mark.parametrize("check", [output_file, output_folder])
def test_a_place_without_permission(tmp_path, monkeypatch, check):
    # The superuser may write anywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(argparse.ArgumentTypeError, match="cannot be written"):
        check(str(tmp_path / "new"))
