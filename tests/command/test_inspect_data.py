"""`mmzoo inspect` of data that can be trained on, and of others."""

import collections
import dataclasses
import hashlib
import json
import shlex

import numpy as np
import pytest

from mmzoo.command.arguments import parse
from mmzoo.command.entry import main
from mmzoo.data import read
from mmzoo.data.readers import READERS, formats_of
from mmzoo.reading.pickle_machine import PickleMachine
from tests.command.small_command import write
from tests.consistency.tree import ROOT
from tests.data.damage.samples import CORPORA
from tests.data.readers import field_pickles
from tests.data.small_corpus import small_corpus
from tests.evaluation.drawn import check_picture

pytestmark = pytest.mark.one_backend
KEYS = {
    *("path", "format", "recognised_by", "read_from", "other_formats"),
    *("protocol", "other_protocols", "label", "other_labels", "files"),
    *("name", "target", "labels_per", "label_range", "classes", "group_kind"),
    *("aligned", "splits", "modalities", "leaks", "training"),
    *("cleaned", "suspect", "left_out", "padding", "warnings"),
}


@pytest.fixture
def data(rng, tmp_path):
    return write(small_corpus(rng), tmp_path, "my data.h5")


def found(capsys, *words):
    assert main(["inspect", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_text_holds_the_summary_and_the_commands(data, capsys):
    assert main(["inspect", data]) == 0
    told = capsys.readouterr().out
    assert READERS["mmzoo"].FORMAT in told
    assert read(data).summary() in told
    assert "leaks: splits share no ids, groups, features or words" in told
    assert f"mmzoo train '{data}' --variant 'text+audio->text+video'" in told


def test_json_has_the_keys_that_are_documented(data, capsys):
    facts = found(capsys, data)
    assert set(facts) == KEYS
    page = (ROOT / "docs/data/inspect.md").read_text()
    assert all(f"`{key}`" in page for key in KEYS)
    assert facts["format"] == "mmzoo" and facts["other_formats"] == []
    assert facts["read_from"] == data
    assert facts["training"]["possible"]


def test_commands_can_be_typed(data, capsys):
    rows = found(capsys, data, "--format", "mmzoo")["training"]["rows"]
    for row in rows:
        arguments = parse(shlex.split(row["command"])[1:])
        assert arguments.data == data and arguments.format == "mmzoo"
        assert arguments.variant == [row["variant"]]


def test_the_one_file_of_a_folder_is_named(data, tmp_path, capsys):
    assert found(capsys, str(tmp_path))["read_from"] == data


def test_data_without_a_split_are_shown_with_the_reason(rng, tmp_path, capsys):
    corpus = small_corpus(rng)
    part = dataclasses.replace(corpus, splits={"test": corpus.test})
    data = write(part, tmp_path)
    training = found(capsys, data)["training"]
    assert not training["possible"] and "'train' is empty" in training["why"]
    assert main(["inspect", data]) == 0
    told = capsys.readouterr().out
    assert "nothing can be trained on it" in told and "there is one split" in told


def test_built_in_samples_are_generated(capsys):
    facts = found(capsys, "sample-pictures")
    assert facts["format"] == "sample-pictures" and facts["read_from"] is None
    assert {each["kind"] for each in facts["leaks"]} >= {"words", "near text"}


@pytest.mark.drawn
def test_a_picture_is_drawn(data, tmp_path, capsys):
    path = tmp_path / "a.png"
    assert main(["inspect", data, "--plot", str(path)]) == 0
    assert f"wrote {path}" in capsys.readouterr().out
    check_picture(path, hashlib.sha256(path.read_bytes()).hexdigest())


def test_what_is_no_data_is_a_fault(tmp_path, capsys):
    path = tmp_path / "notes.txt"
    path.write_text("no data\n")
    assert main(["inspect", str(path)]) == 2
    out, err = capsys.readouterr()
    assert not out and "no format that mmzoo reads" in err


def test_others_that_a_path_fits_are_named(tmp_path, monkeypatch, data):
    monkeypatch.setattr(READERS["lmf"], "matches", lambda path: True)
    assert formats_of(data)[1:] == ("mmzoo", ["lmf"])


def test_a_reader_that_fails_on_a_path_does_not_fit_it(monkeypatch, data):
    def matches(path):
        raise ValueError("broken")

    monkeypatch.setattr(READERS["lmf"], "matches", matches)
    assert formats_of(data)[1:] == ("mmzoo", [])


def bclstm_folder(folder):
    content = field_pickles.bclstm(np.random.default_rng(0))
    for name in ("text", "audio", "video"):
        field_pickles.write_pickle(folder / f"{name}.pkl", content, 2)
    return folder


def one_file_folder(folder):
    return CORPORA["mmsa"](folder).parent


@pytest.mark.parametrize(
    "write", [bclstm_folder, one_file_folder, *map(CORPORA.get, ("misa", "multibench"))]
)
def test_a_pickle_is_parsed_once(write, tmp_path, monkeypatch, capsys):
    parsed, run = collections.Counter(), PickleMachine.run

    def count(machine):
        parsed[machine._path.name] += 1
        return run(machine)

    monkeypatch.setattr(PickleMachine, "run", count)
    assert main(["inspect", str(write(tmp_path))]) == 0
    assert set(parsed.values()) == {1}
