import json
import zipfile

import keras
import pytest

import mmzoo
from mmzoo.data import DataError
from mmzoo.models.model_file import check_model_file, weights_within
from mmzoo.reading.keras_file import MOST_OF_JSON

ADD_WEIGHT = keras.layers.Layer.add_weight


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    model = mmzoo.build_lstm_baseline({"text": 5}, units=4)
    model.save(path)
    return path


def with_config(saved, path, change, compression=zipfile.ZIP_STORED):
    """A copy of a saved model whose config was changed, as text."""
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(path, "w", compression) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == "config.json" else content)
    return path


def with_units(number):
    def change(content):
        config = json.loads(content)
        config["config"]["units"] = number
        return json.dumps(config)

    return change


def test_a_saved_model_fits_its_weights(saved):
    size = check_model_file(saved)
    assert 0 < size < saved.stat().st_size
    assert isinstance(mmzoo.load(saved), mmzoo.models.LSTMBaseline)


@pytest.mark.parametrize("number", [10**9, 10**18, -(10**9), 1e9, 2**20, 30_000])
def test_units_that_the_weights_do_not_show(saved, tmp_path, number):
    path = with_config(saved, tmp_path / "model.keras", with_units(number))
    match = r"model\.keras: .*(config says units=|asks for more weights)"
    with pytest.raises(DataError, match=match):
        mmzoo.load(path)
    # Keras makes layers as before.
    assert keras.layers.Layer.add_weight is ADD_WEIGHT


@pytest.mark.parametrize("number", [100_000])
def test_number_of_layers_that_the_weights_do_not_show(saved, tmp_path, number):
    def change(content):
        config = json.loads(content)
        config["config"]["num_layers"] = number
        return json.dumps(config)

    path = with_config(saved, tmp_path / "model.keras", change)
    with pytest.raises(DataError, match="num_layers|asks for more weights"):
        mmzoo.load(path)


@pytest.mark.parametrize("name", ["weights", "vocabulary", "merges", "proto"])
def test_config_that_names_another_file(saved, tmp_path, name):
    def change(content):
        config = json.loads(content)
        config["config"]["inner"] = [{name: "/dev/zero"}]
        return json.dumps(config)

    path = with_config(saved, tmp_path / "model.keras", change)
    with pytest.raises(DataError, match=rf"its config names another file, {name}="):
        mmzoo.load(path)


DEEP = 100_000
CHANGES = {
    "deep": lambda _: "[" * DEEP + "]" * DEEP,
    "deep dict": lambda _: '{"a":' * DEEP + "1" + "}" * DEEP,
    "deep in a model": lambda text: (
        text[:-1] + b', "a": ' + b"[" * 900 + b"]" * 900 + b"}"
    ),
    "no json": lambda _: b"\xff\x00",
    "a list": lambda _: "[1]",
    "a large number": lambda _: "1" * 5000,
    "config is text": lambda _: (
        '{"registered_name": "mmzoo>LSTMBaseline", "config": "a"}'
    ),
    "unknown": lambda _: '{"registered_name": "mmzoo>No", "class_name": "No"}',
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_config_that_is_none(saved, tmp_path, change):
    path = with_config(saved, tmp_path / "model.keras", change)
    try:
        model = mmzoo.load(path)
    except DataError as error:
        assert str(error).startswith(str(path)) and "\n" not in str(error)
        assert len(error.fault) <= 300
    else:
        assert isinstance(model, mmzoo.models.LSTMBaseline)


def test_config_that_unpacks_to_too_much(saved, tmp_path):
    size = MOST_OF_JSON + 1
    path = tmp_path / "model.keras"
    with_config(saved, path, lambda _: " " * size, zipfile.ZIP_DEFLATED)
    with pytest.raises(DataError, match="config.json unpacks to 33,554,433 bytes"):
        mmzoo.load(path)


def test_layers_beyond_the_weights_of_a_file_are_not_built():
    with pytest.raises(DataError, match=r"a\.keras: its config asks for more weights"):
        with weights_within("a.keras", 1000):
            keras.layers.Dense(10**6).build((None, 10**6))
    with weights_within("a.keras", 4 * 300_000):
        keras.layers.Dense(1000).build((None, 300))
