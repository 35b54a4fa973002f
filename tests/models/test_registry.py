import json
import zipfile

import keras
import numpy as np
import pytest
from keras import ops

import mmzoo
from mmzoo.layers.spectrogram_branch import NETWORKS
from mmzoo.models.registry import (
    answers,
    projects,
    register_model,
    signature_of,
    takes_path,
)
from tests.checks import (
    assert_close,
    check_batching,
    check_config,
    check_masking,
    check_saving,
    check_training,
    compiled,
)
from tests.layers.small_text import small_encoder
from tests.models.small_models import SMALL, small_baseline, small_regressor
from tests.selection import few_everywhere

REGRESSOR = "sentiment_regressor"


def real_steps(model):
    """The model's outputs, zeros where nothing was to be predicted."""

    def call(batch):
        keep = batch["text_mask"][..., None]
        return {
            key: ops.where(keep, each, 0.0) if len(each.shape) == 3 else each
            for key, each in model(batch).items()
        }

    return call


def test_every_model_is_checked():
    assert mmzoo.list_models() == sorted(SMALL)


@pytest.mark.parametrize("name", few_everywhere(mmzoo.list_models()))
def test_config_and_saving(name, batch, tmp_path):
    model = SMALL[name]()
    check_config(model)
    check_saving(model, batch, tmp_path)


def unbuilt(model):
    return [layer.name for layer in model._flatten_layers() if not layer.built]


@pytest.mark.one_backend
@pytest.mark.parametrize("name", mmzoo.list_models())
def test_keras_has_no_layer_to_build_before_each_batch(name):
    assert not unbuilt(SMALL[name]())


def test_nor_has_it_one_of_a_front_end(tmp_path):
    ends = {"audio": mmzoo.layers.LogSpectrogram(num_bins=16), "text": small_encoder()}
    model = mmzoo.build_audio_text_classifier(ends, classes=("sad", "glad"))
    assert not unbuilt(model)
    model.save(tmp_path / "model.keras")
    model = mmzoo.load(tmp_path / "model.keras")
    assert not unbuilt(model)
    clip = {"audio": np.sin(np.arange(4000.0)), "text": "good film"}
    assert mmzoo.predict(model, **clip)["emotion"] in ("sad", "glad")
    assert not unbuilt(model)


@pytest.mark.one_backend
@pytest.mark.parametrize("network", NETWORKS)
def test_nor_one_of_a_network_on_sound(network):
    front_end = mmzoo.layers.RawAudioFrames() if network == "raw" else 16
    options = {"audio_encoder": network, "width": 0.1, "channels": 4}
    model = mmzoo.build_audio_text_classifier({"audio": front_end}, **options)
    assert not unbuilt(model)


@pytest.mark.one_backend
@pytest.mark.parametrize("encoder", ["small", "resnet50"])
def test_nor_one_of_a_network_on_pictures(encoder):
    end = mmzoo.layers.ImageEncoder(encoder, 32, 0.25)
    assert not unbuilt(mmzoo.build_image_text_classifier({"image": end}, classes="ab"))


@pytest.mark.parametrize("name", mmzoo.list_models())
def test_masking_and_batching(name, batch):
    model = SMALL[name]()
    steps = compiled(real_steps(model))
    check_masking(steps, batch)
    check_batching(steps, batch)
    # Neither the order of the keys nor keys of other models matter.
    turned = {"unknown": np.zeros(3), **dict(reversed(batch.items()))}
    assert_close(real_steps(model)(turned), steps(batch))


@pytest.mark.parametrize("name", mmzoo.list_models())
def test_training(name, batch, targets):
    check_training(SMALL[name](), batch, targets, below=0.6)


@pytest.mark.parametrize("name", few_everywhere(mmzoo.list_models()))
def test_missing_modality_is_named(name, batch):
    del batch["text"]
    with pytest.raises(ValueError, match=r"no \['text'\]"):
        SMALL[name]()(batch)


@pytest.mark.one_backend
@pytest.mark.parametrize("name", mmzoo.list_models())
def test_what_a_name_tells_of_a_model_is_so(name):
    model = SMALL[name]()
    assert answers(name) == model.answers
    # A regressor is given a translator that was made from one.
    assert takes_path(name) == (hasattr(model, "chain") and name != REGRESSOR)
    assert projects(name) == ("projection" in model.get_config())


def test_builders_have_names():
    model = mmzoo.build_lstm_baseline({"text": 5}, units=4)
    assert isinstance(model, mmzoo.models.LSTMBaseline)
    assert mmzoo.list_models("*translator") == [
        "cyclic_translator",
        "hierarchical_translator",
        "seq2seq_translator",
        "variational_translator",
    ]
    assert mmzoo.list_models("nothing*") == []


def test_register_returns_the_builder(monkeypatch):
    monkeypatch.setattr("mmzoo.models.registry._BUILDERS", {})

    def build_something(size):
        return size + 1

    assert register_model(build_something) is build_something
    assert mmzoo.list_models() == ["something"]
    assert mmzoo.create_model("something", 2) == 3


def test_a_builder_says_to_which_class_it_passes_options(monkeypatch):
    monkeypatch.setattr("mmzoo.models.registry._BUILDERS", {})

    def build_something(input_dims, **options):
        raise NotImplementedError

    with pytest.raises(ValueError, match="`build_something` passes options .*-> My"):
        register_model(build_something)
    assert mmzoo.list_models() == []
    # As `from __future__ import annotations` leaves them.
    build_something.__annotations__["return"] = "mmzoo.models.LSTMBaseline"
    register_model(build_something)
    assert signature_of("something")["units"] == 64
    build_something.__annotations__["return"] = "OfAnInnerScope"
    with pytest.raises(ValueError, match="does not say to which class"):
        register_model(build_something)


@pytest.mark.parametrize(
    ("registered", "message"),
    [
        (False, "`Bare` is not registered, .*`@keras.saving.register_keras_ser"),
        (True, "`Bare` is not built, .*`self.built = True`"),
    ],
)
def test_a_model_that_could_not_be_loaded_is_refused(registered, message, monkeypatch):
    monkeypatch.setattr("mmzoo.models.registry._BUILDERS", {})

    class Bare(mmzoo.models.MultimodalModel):
        pass

    if registered:
        keras.saving.register_keras_serializable(package="bare")(Bare)

    def build_bare():
        return Bare({"text": 5})

    register_model(build_bare)
    with pytest.raises(ValueError, match=message):
        mmzoo.create_model("bare")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("lstm_baselin", r"no model 'lstm_baselin'. Did you mean 'lstm_baseline'\?"),
        ("zzz", r"no model 'zzz'. There are adaptation_gate_transformer, "),
    ],
)
def test_unknown_model(name, message):
    with pytest.raises(ValueError, match=message):
        mmzoo.create_model(name)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    small_regressor().save(path)
    return path


def with_config(saved, path, change):
    """A copy of a saved model whose config was changed."""
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "config.json":
                content = json.dumps(change(json.loads(content)))
            new.writestr(name, content)
    return path


def refused(path, match):
    with pytest.raises(ValueError, match=match) as caught:
        mmzoo.load(path)
    assert str(path) in str(caught.value), "the error does not name the file"


def test_load_accepts_strings(saved):
    assert isinstance(mmzoo.load(str(saved)), mmzoo.models.SentimentRegressor)


def test_load_of_nothing(tmp_path):
    refused(tmp_path / "none.keras", "there is no such file")
    refused(tmp_path, "model.keras: there is no such file")


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_load_of_another_format(content, tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    refused(path, "no whole .keras file.*one of mmzoo's recipes")


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.95])
def test_load_of_a_truncated_file(kept, saved, tmp_path):
    path = tmp_path / "model.keras"
    content = saved.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    refused(path, "no whole .keras file")


def test_load_of_damaged_content(saved, tmp_path):
    path = tmp_path / "model.keras"
    content = bytearray(saved.read_bytes())
    middle = len(content) // 2
    damaged = bytes(255 - byte for byte in content[middle : middle + 200])
    content[middle : middle + 200] = damaged
    path.write_bytes(content)
    refused(path, "could not restore|no whole .keras file|HDF5 cannot read it")


def test_load_of_an_archive_without_a_model(tmp_path):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    refused(path, "no whole .keras file")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "[1]")
    refused(path, "no whole .keras file")


def test_load_of_a_foreign_model(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.save(tmp_path / "model.keras")
    refused(tmp_path / "model.keras", "holds 'Sequential', no model of mmzoo's")


def test_load_of_other_weights(saved, tmp_path):
    def wider(config):
        config["config"]["units"] = 5
        return config

    path = with_config(saved, tmp_path / "model.keras", wider)
    refused(path, "(?s)could not restore the model.*train it again")


def lambda_config():
    layer = keras.layers.Lambda(lambda x: x)
    return keras.saving.serialize_keras_object(layer)


def foreign_config(module, name):
    return {"module": module, "class_name": name, "config": {}, "registered_name": name}


@pytest.mark.parametrize(
    "nested",
    [
        lambda_config(),
        foreign_config("subprocess", "Popen"),
        foreign_config("os", "system"),
        foreign_config("nowhere_at_all", "Layer"),
        # Registered as one of ours, it would be looked up elsewhere.
        {**foreign_config("subprocess", "Popen"), "registered_name": "mmzoo>Popen"},
        foreign_config("keras.layers", "ReLU"),
    ],
    ids=lambda nested: nested["class_name"],
)
def test_foreign_parts_are_refused(nested, saved, tmp_path):
    def exchange(config):
        config["config"]["translator"] = nested
        return config

    path = with_config(saved, tmp_path / "model.keras", exchange)
    refused(path, "could not restore the model")


def test_lambda_beside_a_good_part_is_refused(saved, tmp_path):
    def add(config):
        config["config"]["units"] = lambda_config()
        return config

    refused(with_config(saved, tmp_path / "model.keras", add), "could not restore")


def test_loaded_model_trains_on(batch, targets, tmp_path):
    small_baseline().save(tmp_path / "model.keras")
    model = mmzoo.load(tmp_path / "model.keras")
    model.compile(optimizer="adam")
    assert np.all(np.isfinite(model.train_on_batch(batch, targets)))


def test_a_folder_of_a_run_is_its_model(tmp_path):
    model = mmzoo.build_lstm_baseline({"text": 2}, units=2)
    model.save(tmp_path / "model.keras")
    assert mmzoo.load(tmp_path).source == ["text"]
    with pytest.raises(mmzoo.data.DataError, match="Did you mean .*model.keras"):
        mmzoo.load(tmp_path / "modle.keras")
    (tmp_path / "empty").mkdir()
    with pytest.raises(mmzoo.data.DataError, match="empty/model.keras: there is no"):
        mmzoo.load(tmp_path / "empty")
