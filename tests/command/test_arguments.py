"""Help, and what is made of the words of the command line."""

import argparse

import pytest

from mmzoo.command import arguments
from mmzoo.command.arguments import COMMANDS, DATA, parse
from mmzoo.data.readers import BUILT_IN, READERS
from mmzoo.data.split import SPLITS

pytestmark = pytest.mark.one_backend


def stopped(capsys, *words):
    with pytest.raises(SystemExit) as error:
        parse(list(words))
    return error.value.code, "".join(capsys.readouterr())


def test_splits_are_those_of_a_corpus():
    assert arguments.SPLITS == (*SPLITS, "all")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_each_argument(command, capsys):
    code, text = stopped(capsys, command, "--help")
    assert code == 0 and text.startswith(f"usage: mmzoo {command}")
    parser = argparse.ArgumentParser()
    COMMANDS[command][2](parser)
    for action in parser._actions:
        assert action.help, f"{command}: {action.dest} has no help"
        assert (action.metavar or action.option_strings[0]) in text


def test_help_teaches(capsys):
    _, text = stopped(capsys, "--help")
    assert "mmzoo predict runs/sample/model.keras sample" in text
    assert 'mmzoo predict MODEL --audio a.wav --text "the words"' in text


def test_formats_stand_one_a_line():
    lines = DATA.strip().splitlines()[1:]
    # One line names the samples, one the three kinds of labels.csv.
    assert len(lines) == 1 + len(READERS) - 2
    assert all(name in lines[0] for name in BUILT_IN)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["predcit"], "'predict'"),
        (["evaluate", "m", "sample", "--split", "tset"], "'test'"),
        (["predict", "m", "sample", "--outptu", "x"], "'--output'"),
        (["inspect", "sample", "--protcol", "x"], "'--protocol'"),
    ],
)
def test_a_typo_is_guessed(words, meant, capsys):
    code, text = stopped(capsys, *words)
    assert code == 2 and f"Did you mean {meant}?" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["predict", "m"], "give DATA, or clips: files, --audio, --text or --image"),
        (["predict", "m", "s", "--output", "absent/x.csv"], "absent is not there"),
        (["predict", "m", "s", "--output", "."], ". is a folder"),
        (["predict", "m", "s", "--output", "x.xls"], "x.xls ends in '.xls'. Answers"),
        (["predict", "m", "--text", "a", "--output", "x"], "x has no ending. Answers"),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(words, message, capsys):
    code, text = stopped(capsys, *words)
    assert code == 2 and message in text


def test_a_package_that_is_not_there_is_named(monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, text = stopped(capsys, "predict", "m", "s", "--output", "x.parquet")
    assert code == 2 and "pyarrow: pip install" in text and "mmzoo[parquet]" in text


def test_default_output_is_checked_too(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for words in (["sample"], ["--text", "a", "b"]):
        assert str(parse(["predict", "m", *words]).output) == "predictions.csv"
    assert parse(["predict", "m", "--text", "a"]).output is None
    (tmp_path / "predictions.csv").mkdir()
    code, text = stopped(capsys, "predict", "m", "sample")
    assert code == 2 and "predictions.csv is a folder" in text
