"""A method that is cut short leaves a model with its weights, on every backend."""

import keras
import numpy as np
import pytest

from tests.checks import arrays
from tests.models.small_models import small_baseline, small_translator

HOOKS = (
    "on_train_begin",
    "on_epoch_begin",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_batch_end",
    "on_test_end",
    "on_epoch_end",
)


@pytest.fixture(scope="module")
def model():
    model = small_baseline()
    model.compile(optimizer=keras.optimizers.Adam(0.1))
    return model


class Stops(keras.callbacks.Callback):
    """Raise at one hook, when it is called for the second time where it is."""

    def __init__(self, hook, error=KeyboardInterrupt, times=2):
        super().__init__()
        self.left, self.error = times, error
        setattr(self, hook, self.stop)

    def stop(self, *_, **__):
        self.left -= 1
        if not self.left:
            raise self.error("enough")


def check_usable(model, batch):
    """The model answers finite numbers, and each of its methods goes on."""
    for variable in [*model.variables, *model.optimizer.variables]:
        assert np.isfinite(np.asarray(arrays(variable.value))).all()
    labels = np.zeros(3, "float32")
    assert np.isfinite(model.predict(batch, verbose=0)["sentiment"]).all()
    assert np.isfinite(model.evaluate(batch, labels, verbose=0)).all()
    logs = model.fit(batch, labels, verbose=0).history
    assert np.isfinite(logs["loss"]).all()


@pytest.mark.parametrize("hook", HOOKS)
def test_a_callback_that_raises(hook, model, batch):
    times = 1 if hook == "on_train_begin" else 2
    labels = np.zeros(3, "float32")
    with pytest.raises(KeyboardInterrupt):
        model.fit(
            batch,
            labels,
            batch_size=3,
            epochs=3,
            validation_data=(batch, labels),
            callbacks=[Stops(hook, times=times)],
            verbose=0,
        )
    check_usable(model, batch)


class Broken(keras.utils.PyDataset):
    """Batches of which one cannot be read."""

    def __init__(self, batch, at):
        super().__init__()
        self.batch, self.at = batch, at

    def __len__(self):
        return 3

    def __getitem__(self, index):
        if index == self.at:
            raise OSError("gone")
        return self.batch, np.zeros(3, "float32")


@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
def test_data_that_raise(method, at, model, batch):
    unshuffled = {"shuffle": False} if method == "fit" else {}
    with pytest.raises(OSError, match="gone"):
        getattr(model, method)(Broken(batch, at), verbose=0, **unshuffled)
    check_usable(model, batch)


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict", "train_on_batch"])
def test_a_step_whose_result_is_lost(method, model, batch):
    check_usable(model, batch)
    name = {"evaluate": "test", "predict": "predict"}.get(method, "train")
    step = getattr(model, f"{name}_function")

    def interrupted(*given):
        step(*given)
        raise KeyboardInterrupt

    before = arrays([weight.value for weight in model.weights])
    setattr(model, f"{name}_function", interrupted)
    labels = () if method == "predict" else (np.zeros(3, "float32"),)
    quiet = {} if method == "train_on_batch" else {"verbose": 0}
    with pytest.raises(KeyboardInterrupt):
        getattr(model, method)(batch, *labels, **quiet)
    setattr(model, f"{name}_function", step)
    if keras.backend.backend() == "jax" or name != "train":
        after = arrays([weight.value for weight in model.weights])
        for old, new in zip(before, after, strict=True):
            np.testing.assert_array_equal(old, new)
    check_usable(model, batch)


def test_a_loss_that_raises(batch):
    model = small_baseline()
    model.compile(optimizer=keras.optimizers.SGD(0.1))
    with pytest.raises(ValueError, match="pass labels"):
        model.fit(batch, verbose=0)
    check_usable(model, batch)


def test_a_compiled_method_that_raises(batch):
    model = small_translator()
    compiled = model.as_model(model.encode)
    before = compiled.predict(batch, verbose=0)
    with pytest.raises(KeyboardInterrupt):
        compiled.predict(batch, callbacks=[Stops("on_predict_batch_end", times=1)])
    after = compiled.predict(batch, verbose=0)
    np.testing.assert_array_equal(before[0], after[0])
    assert np.isfinite(model.predict(batch, verbose=0)["audio+video_translation"]).all()
