import json
import subprocess
import sys
import zipfile

import pytest

from mmzoo.reading import DataError, read_model_card
from mmzoo.reading.model_card import CARD, SHAPE
from tests.consistency.tree import ROOT
from tests.reading.small_card import CONFIG, DATE, small_card, write_keras


def changed(way, value):
    """The small card with another value in one place; `...` takes it out."""
    card = small_card()
    *outer, last = way.split(".")
    inner = card
    for key in outer:
        inner = inner[key]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return card


def test_a_card_is_read_as_it_was_written(tmp_path):
    path, card = write_keras(tmp_path / "a.keras", small_card()), small_card()
    found = read_model_card(path)
    assert {name: found[name] for name in SHAPE} == {n: card[n] for n in SHAPE}
    assert found["has_card"] and found["class"] == "mmzoo>LSTMBaseline"
    assert found["arguments"] == {"units": 4}
    assert found["bytes"] == path.stat().st_size and found["path"] == str(path)


def test_a_run_is_read_by_its_folder(tmp_path):
    write_keras(tmp_path / "model.keras", small_card())
    assert read_model_card(tmp_path)["row"] == "text"


def test_a_later_key_is_passed_over(tmp_path):
    card = {**small_card(), "more": "x"}
    assert "more" not in read_model_card(write_keras(tmp_path / "a.keras", card))


def test_a_model_without_a_card_tells_what_its_config_does(tmp_path):
    found = read_model_card(write_keras(tmp_path / "a.keras"))
    assert not found["has_card"]
    assert found["reads"]["text"]["features"] == 5
    assert found["answers"]["target"] == "sentiment"
    assert found["versions"] == {"keras": "3.1"} and found["written_at"] == DATE
    told = {"reads", "answers", "versions", "written_at"}
    assert all(found[name] is None for name in set(SHAPE) - told)


def test_of_a_translation_the_source_is_read(tmp_path):
    ends = {"audio": {"class_name": "LogSpectrogram", "config": {}}, "text": 5}
    inner = {"input_dims": ends, "chain": [["audio"], ["text"]]}
    config = {**CONFIG, "config": {"translator": {"config": inner}}}
    found = read_model_card(write_keras(tmp_path / "a.keras", config=config))
    assert list(found["reads"]) == ["audio"] and found["answers"] is None
    assert found["reads"]["audio"]["features"] is None
    assert found["reads"]["audio"]["front_end"] == "LogSpectrogram"


def test_a_model_of_keras_tells_its_class(tmp_path):
    config = {"class_name": "Sequential", "config": {"layers": [{"config": {}}]}}
    found = read_model_card(write_keras(tmp_path / "a.keras", config=config))
    assert found["class"] == "Sequential"
    assert found["reads"] is None and found["answers"] is None


@pytest.mark.parametrize(
    ("way", "value", "fault"),
    [
        ("schema", "mmzoo.model_card/9", "of the version 'mmzoo.model_card/9'"),
        ("row", ..., "it has no 'row'"),
        ("seed", True, "'seed' is True"),
        ("seed", 10**400, "'seed' is 1000"),
        ("parameters", 1.5, "'parameters' is 1.5"),
        ("scores.mae", float("inf"), "'mae' is inf"),
        ("scores.mae", float("nan"), "'mae' is nan"),
        ("reads", [], "'reads' is"),
        ("answers.classes", [1], "'classes' is 1|'classes' is"),
        ("data.splits.train", 7, "'train' is 7"),
        ("figures.beside", [{}], "'beside' has no"),
        ("options.deep", [[[1]]], "'deep' is"),
        ("versions", None, "'versions' is None"),
    ],
)
def test_a_damaged_card_is_one_error(tmp_path, way, value, fault):
    path = write_keras(tmp_path / "a.keras", changed(way, value))
    with pytest.raises(DataError, match=rf"a\.keras: its card is damaged.*({fault})"):
        read_model_card(path)


@pytest.mark.parametrize("card", [1, [], "card", True])
def test_another_thing_in_its_place_is_damage(tmp_path, card):
    with pytest.raises(DataError, match="its card is damaged"):
        read_model_card(write_keras(tmp_path / "a.keras", card))


@pytest.mark.parametrize("content", [b"[" * 10**5, b"\xff", b"[]", b"{", b""])
@pytest.mark.parametrize("part", ["metadata.json", "config.json"])
def test_a_damaged_file_is_one_error(tmp_path, part, content):
    whole = write_keras(tmp_path / "whole.keras", small_card())
    path = tmp_path / "a.keras"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    with pytest.raises(DataError, match=r"a\.keras: .*no whole \.keras file"):
        read_model_card(path)


@pytest.mark.parametrize(
    "config",
    [{}, {"config": 1}, {"config": {"chain": 5, "input_dims": {"a": 5}, "target": 2}}],
)
def test_odd_configs_tell_nothing_or_are_refused(tmp_path, config):
    path = write_keras(tmp_path / "a.keras", config=config)
    try:
        assert read_model_card(path)["answers"] is None
    except DataError as error:
        assert "no whole .keras file" in str(error)


@pytest.mark.parametrize(
    ("way", "value", "fault"),
    [
        ("reads.text.features", 6, "of the features of text it says 6"),
        ("answers.classes", ["a", "b"], r"of classes it says \['a', 'b'\]"),
        ("answers.target", "valence", "of target it says 'valence'"),
    ],
)
def test_a_card_of_another_model_is_refused(tmp_path, way, value, fault):
    path = write_keras(tmp_path / "a.keras", changed(way, value))
    with pytest.raises(DataError, match=f"its card is another model's: {fault}"):
        read_model_card(path)


def test_a_zip_bomb_is_refused(tmp_path):
    path = tmp_path / "a.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("config.json", json.dumps(CONFIG))
        file.writestr("metadata.json", json.dumps({CARD: " " * 2**27}))
    with pytest.raises(DataError, match="it declares .* bytes, but holds only"):
        read_model_card(path)


def test_it_is_read_without_keras(tmp_path):
    path = write_keras(tmp_path / "a.keras", small_card())
    code = "import sys; from mmzoo.reading import read_model_card; "
    code += f"print(read_model_card({str(path)!r})['row'], 'keras' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["text", "False"]
