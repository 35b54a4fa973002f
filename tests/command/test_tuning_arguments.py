"""What `--tune` and `--space` ask for."""

import json

import pytest

from mmzoo.command.arguments import parse
from mmzoo.command.entry import main
from mmzoo.command.tuning_arguments import TUNING
from mmzoo.training import Experiment
from tests.command.small_command import write
from tests.data.small_corpus import small_corpus

pytestmark = pytest.mark.one_backend


def test_help_shows_the_default_space_as_a_file_has_it(capsys):
    with pytest.raises(SystemExit):
        parse(["train", "--help"])
    shown = capsys.readouterr().out
    assert "trials of each row" in shown
    space = json.loads(shown[shown.rindex("\n{") :])
    assert space == json.loads(TUNING[TUNING.index("{") :])
    assert space["learning_rate"] == {"low": 0.0005, "high": 0.01, "log": True}


def test_a_number_of_trials():
    found = parse(["train", "sample"])
    assert (found.tune, found.tune_seeds) == (0, Experiment.tune_seeds)
    words = ["--tune", "20", "--tune-seeds", "3", "--space", "a.json"]
    found = parse(["train", "sample", *words])
    assert (found.tune, found.tune_seeds, found.space) == (20, 3, "a.json")


@pytest.mark.parametrize("text", ["-1", "many", "1.5"])
def test_no_number_of_trials(text, capsys):
    with pytest.raises(SystemExit):
        parse(["train", "sample", f"--tune={text}"])
    assert f"it is a whole number from 0, not {text!r}" in capsys.readouterr().err


def test_the_command_tunes_from_a_space_of_ones_own(rng, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    data, space = write(small_corpus(rng), tmp_path), tmp_path / "space.json"
    words = ["train", data, "--epochs", "1", "--variant", "text", "--output", "run"]
    words += ["--tune", "3", "--tune-seeds", "1", "--space", str(space)]
    space.write_text('{"units": 16}')
    assert main(words) == 2
    assert f"{space}: 'units' is 16" in capsys.readouterr().err
    space.write_text('{"units": [2, 3]}')
    assert main(words) == 0
    report = json.loads((tmp_path / "run/report.json").read_text())
    assert report["config"]["space"] == {"units": [2, 3]}
    assert report["rows"][0]["tuning"]["space"] == {"units": [2, 3]}
    assert len(report["rows"][0]["tuning"]["trials"]) == 3
    assert len(report["rows"][0]["tuning"]["seeds"]) == 1
    assert report["config"]["tune_seeds"] == 1
