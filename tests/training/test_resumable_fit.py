import json

import keras
import numpy as np
import pytest

from mmzoo import build_lstm_baseline, build_multimodal_infomax
from mmzoo.data import Batches
from mmzoo.training import ResumableFit
from mmzoo.training.resumable_fit import load_arrays, save_arrays
from tests.data.small_corpus import small_corpus
from tests.selection import once

EPOCHS = 3

pytestmark = pytest.mark.usefixtures("eager")


class StopAfter(keras.callbacks.Callback):
    """Interrupt a fit at the end of an epoch."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.epoch:
            raise KeyboardInterrupt


def baseline():
    return build_lstm_baseline({"text": 5}, units=3, dropout=0.4)


def infomax():
    """A model that remembers the last batches."""
    return build_multimodal_infomax({"audio": 3, "text": 5}, units=3, hidden_dim=4)


def fit(
    corpus,
    path,
    *callbacks,
    make=baseline,
    patience=9,
    rate=0.05,
    epochs=EPOCHS,
    monitor="val_sentiment_mae",
    average=None,
    **options,
):
    """Start anew, as a new process would, and fit; returns callback and model."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    model = make()
    averages = {"use_ema": True, "ema_momentum": average} if average else {}
    model.compile(optimizer=keras.optimizers.Adam(rate, **averages))
    train, valid = (
        Batches(split, model.reads, batch_size=2, shuffle=True)
        for split in (corpus.train, corpus.valid)
    )
    following = ResumableFit(model, path, train, monitor, patience, **options)
    start = following.restore()
    if not following.done:
        model.fit(
            train,
            validation_data=valid,
            epochs=epochs,
            initial_epoch=start,
            shuffle=False,
            verbose=0,
            callbacks=[following, *callbacks],
        )
    return following, model


def weights(model):
    return [np.array(variable) for variable in model.trainable_variables]


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "runs" / "fit.npz"


@pytest.mark.parametrize("epoch", [1, *once(0)])
@pytest.mark.parametrize("make", [baseline, *once(infomax)])
def test_interrupted_and_resumed_is_uninterrupted(corpus, tmp_path, epoch, make):
    whole, model = fit(corpus, tmp_path / "whole.npz", make=make)
    path = tmp_path / "parts.npz"
    with pytest.raises(KeyboardInterrupt):
        fit(corpus, path, StopAfter(epoch), make=make)
    resumed, again = fit(corpus, path, make=make)
    assert resumed.history == whole.history
    for first, second in zip(weights(model), weights(again), strict=True):
        np.testing.assert_array_equal(first, second)


class Weights(keras.callbacks.Callback):
    """The weights after each step."""

    def on_train_begin(self, logs=None):
        self.steps = []

    def on_train_batch_end(self, batch, logs=None):
        self.steps.append(weights(self.model))


def test_averaged_weights_are_resumed(corpus, tmp_path):
    whole, model = fit(corpus, tmp_path / "whole.npz", average=0.9)
    path = tmp_path / "parts.npz"
    with pytest.raises(KeyboardInterrupt):
        fit(corpus, path, StopAfter(1), average=0.9)
    resumed, again = fit(corpus, path, average=0.9)
    assert resumed.history == whole.history
    for first, second in zip(weights(model), weights(again), strict=True):
        np.testing.assert_array_equal(first, second)
    # The averages were what validated.
    valid = Batches(corpus.valid, model.reads, batch_size=2)
    logs = model.evaluate(valid, verbose=0, return_dict=True)
    assert logs["sentiment_mae"] == pytest.approx(whole.best, rel=1e-5)
    assert whole.done and fit(corpus, path, StopAfter(0), average=0.9)[0].done


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="JAX holds the weights")
def test_weights_are_averaged_over_steps(corpus, path):
    seen = Weights()
    _, model = fit(corpus, path, seen, average=0.9, monitor=None, epochs=2)
    averaged = seen.steps[0]
    for step in seen.steps[1:]:
        pairs = zip(averaged, step, strict=True)
        averaged = [0.9 * first + 0.1 * second for first, second in pairs]
    for found, expected in zip(weights(model), averaged, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.one_backend
def test_finished_fit_is_taken_up_without_training(corpus, path):
    whole, model = fit(corpus, path)
    again, restored = fit(corpus, path, StopAfter(0))
    assert again.done
    assert again.history == whole.history
    for first, second in zip(weights(model), weights(restored), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.one_backend
def test_history_has_every_epoch(corpus, path):
    following, _ = fit(corpus, path)
    assert {"loss", "sentiment_mae", "val_sentiment_mae"} <= set(following.history)
    assert {len(values) for values in following.history.values()} == {EPOCHS}


def test_ends_on_the_best_epoch(corpus, path):
    following, model = fit(corpus, path, rate=1.0, epochs=50, patience=2)
    history = following.history["val_sentiment_mae"]
    assert history[-1] > min(history), "this rate should make the last epoch worse"
    valid = Batches(corpus.valid, ["text"], batch_size=2)
    found = model.evaluate(valid, verbose=0, return_dict=True)["sentiment_mae"]
    assert found == pytest.approx(min(history), abs=1e-5)


@pytest.mark.one_backend
def test_without_a_monitor_the_last_epoch_stays(corpus, path):
    chosen, _ = fit(corpus, path, rate=1.0, epochs=50, patience=2)
    history = chosen.history["val_sentiment_mae"]
    assert history[-1] > min(history), "patience stops after a worse epoch"
    again = {"rate": 1.0, "epochs": len(history), "patience": 1, "monitor": None}
    following, model = fit(corpus, path.with_name("last.npz"), **again)
    assert following.best_epoch == len(history)
    valid = Batches(corpus.valid, ["text"], batch_size=2)
    found = model.evaluate(valid, verbose=0, return_dict=True)["sentiment_mae"]
    assert found == pytest.approx(history[-1], abs=1e-5)


@pytest.mark.one_backend
def test_patience_stops(corpus, path):
    following, _ = fit(corpus, path, rate=1.0, epochs=50, patience=2)
    history = following.history["val_sentiment_mae"]
    assert len(history) == int(np.argmin(history)) + 1 + 2
    assert following.done


def test_every_epoch_has_its_own_order(corpus, path, monkeypatch):
    epochs = []
    monkeypatch.setattr(Batches, "set_epoch", lambda self, epoch: epochs.append(epoch))
    batches = Batches.__new__(Batches)
    batches.seed = 0
    model = build_lstm_baseline({"text": 5}, units=3)
    model.compile(optimizer="adam")
    following = ResumableFit(model, path, batches, "val_sentiment_mae", 2)
    for epoch in (3, 4):
        following.on_epoch_begin(epoch)
    assert epochs == [3, 4]


def test_loss_that_is_not_finite_is_refused(corpus, path):
    for split in corpus.splits.values():
        split.labels[:] = 3e38
    with pytest.raises(FloatingPointError, match="inf in epoch 1: lower the learning"):
        fit(corpus, path)
    assert not path.exists(), "what is not a number is no checkpoint"


@pytest.mark.parametrize("left", [0.5, *once(0)])
def test_damaged_checkpoint_is_said_and_done_again(corpus, path, left):
    whole, model = fit(corpus, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(left * len(content))])
    lines = []
    again, repeated = fit(corpus, path, report=lines.append)
    assert len(lines) == 1
    assert str(path) in lines[0]
    assert "damaged" in lines[0]
    assert again.history == whole.history
    for first, second in zip(weights(model), weights(repeated), strict=True):
        np.testing.assert_array_equal(first, second)


def test_checkpoint_of_another_model_is_refused(corpus, path):
    fit(corpus, path)
    model = build_lstm_baseline({"text": 5}, units=4)
    model.compile(optimizer="adam")
    batches = Batches(corpus.train, ["text"])
    following = ResumableFit(model, path, batches, "val_sentiment_mae", 2)
    before = weights(model)
    with pytest.raises(ValueError, match="of another model: delete it, or"):
        following.restore()
    for first, second in zip(before, weights(model), strict=True):
        np.testing.assert_array_equal(first, second)


def cut(path):
    path.write_bytes(path.read_bytes()[:-40])


def emptied(path):
    path.write_bytes(b"")


def changed(name, value):
    """A damage: another array in the place of one of the checkpoint's."""

    def damage(path):
        arrays = dict(np.load(path))
        arrays.pop(name)
        np.savez(path, **arrays, **({} if value is None else {name: value}))

    return damage


DAMAGES = {
    "cut": cut,
    "empty": emptied,
    "no progress": changed("progress", None),
    "no history": changed("history", None),
    "progress is no JSON": changed("progress", "{"),
    "progress is a list": changed("progress", "[1]"),
    "deep progress": changed("progress", "[" * 100_000),
    "epoch is a text": changed(
        "progress", '{"epoch": "1", "best": 1.0, "best_epoch": 0, "done": false}'
    ),
    "history is a number": changed("history", "1"),
    "objects": changed("state_0", np.array([{}], dtype=object)),
    "texts": changed("state_0", np.array(["a"])),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_checkpoint_is_made_again(path, damage):
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    model.compile(optimizer="sgd", loss="mse")
    fit, told = ResumableFit(model, path, None, "loss", 2), []
    fit.set_model(model)
    fit.set_params({"epochs": 2})
    fit.on_epoch_end(0, {"loss": 1.0})
    assert ResumableFit(model, path, None, "loss", 2).restore() == 1
    damage(path)
    before = weights(model)
    again = ResumableFit(model, path, None, "loss", 2, told.append)
    assert (again.restore(), again.done, again.history) == (0, False, {})
    (line,) = told
    assert f"{path} is damaged" in line and line.endswith("this is done again")
    for first, second in zip(before, weights(model), strict=True):
        np.testing.assert_array_equal(first, second)


def test_arrays_come_back(path):
    assert load_arrays(path) is None
    save_arrays(path, numbers=np.arange(3), words=json.dumps({"a": 1}))
    saved = load_arrays(path)
    np.testing.assert_array_equal(saved["numbers"], [0, 1, 2])
    assert json.loads(str(saved["words"])) == {"a": 1}


def test_a_write_that_fails_leaves_the_last_one(path, monkeypatch):
    save_arrays(path, numbers=np.arange(3))

    def full(file, **arrays):
        file.write(b"PK half of it")
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        save_arrays(path, numbers=np.arange(4))
    assert len(load_arrays(path)["numbers"]) == 3


def test_statistics_of_batch_normalisation_are_resumed_and_restored(path):
    inputs = keras.Input((2,))
    outputs = keras.layers.Dense(1)(keras.layers.BatchNormalization()(inputs))
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="sgd", loss="mse")
    following = ResumableFit(model, path, None, "loss", 2)
    following.set_model(model)
    following.set_params({"epochs": 2})
    (mean,) = (v for v in model.variables if "moving_mean" in v.path)
    mean.assign([1.0, 2.0])
    following.on_epoch_end(0, {"loss": 1.0})
    mean.assign([5.0, 5.0])
    following.on_epoch_end(1, {"loss": 3.0})
    following.on_train_end()
    np.testing.assert_array_equal(np.array(mean), [1.0, 2.0])
    mean.assign([7.0, 7.0])
    again = ResumableFit(model, path, None, "loss", 2)
    assert again.restore() == 2
    np.testing.assert_array_equal(np.array(mean), [1.0, 2.0])


def test_a_training_that_diverges_is_stopped(path):
    """Its metrics are finite, and the first epoch's would count as the best."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    following = ResumableFit(model, path, None, "loss", 2)
    following.set_model(model)
    following.set_params({"epochs": 2})
    following.on_epoch_end(0, {"loss": 1.0})
    model.trainable_variables[0].assign([[1e30], [0.0]])
    with pytest.raises(
        FloatingPointError, match="diverged: a weight reached 1e[+]30 in"
    ):
        following.on_epoch_end(1, {"loss": 2.6e29})
