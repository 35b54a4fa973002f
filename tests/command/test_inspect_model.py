"""`mmzoo inspect MODEL`, from files without weights."""

import json
import os
import subprocess
import sys

import pytest

from mmzoo.command.entry import main
from mmzoo.reading import read_model_card
from tests.command.small_command import fails
from tests.consistency.tree import ROOT
from tests.reading.small_card import small_card, write_keras

pytestmark = pytest.mark.one_backend


@pytest.fixture
def model(tmp_path):
    return write_keras(tmp_path / "model.keras", small_card())


def test_json_is_what_python_gives(model, capsys):
    assert main(["inspect", str(model), "--json"]) == 0
    out = capsys.readouterr().out
    found = json.loads(out)
    assert found == read_model_card(model) and out.isascii()
    page = (ROOT / "docs/concepts/predict.md").read_text()
    assert all(f"`{key}`" in page for key in found)


def test_a_run_is_shown_by_its_model(model, tmp_path, capsys):
    (tmp_path / "run.json").write_text("{}")
    assert main(["inspect", str(tmp_path)]) == 0
    assert f"{model}: mmzoo>LSTMBaseline" in capsys.readouterr().out
    model.unlink()
    assert "no such file" in fails(capsys, "inspect", str(tmp_path))


def test_a_damaged_file_is_one_line(model, capsys):
    model.write_bytes(model.read_bytes()[:-9])
    assert "no whole .keras file" in fails(capsys, "inspect", str(model))
    write_keras(model, {"schema": "\x1b[2J"})
    message = fails(capsys, "inspect", str(model))
    assert "its card is damaged" in message and "\x1b" not in message


@pytest.mark.parametrize(
    "words", [["--plot", "a.png"], ["--protocol", "x"], ["--align-to", "text"]]
)
def test_what_is_for_data_is_refused(model, capsys, words):
    told = f"{words[0]} is for data, but this is a model. Leave it out"
    assert told in fails(capsys, "inspect", str(model), *words)


def test_no_backend_is_started(model):
    words = [sys.executable, "-X", "importtime", "-m", "mmzoo", "inspect", str(model)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        words, capture_output=True, text=True, check=True, env=environment
    )
    assert "row text (supervised), seed 1" in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "mmzoo.reading.model_card" in imported
    assert imported.isdisjoint({"keras", "tensorflow", "torch", "jax", "mmzoo.data"})
