import keras
import numpy as np
import pytest

from mmzoo.layers.recurrent import CELLS
from tests.checks import arrays, assert_close
from tests.reference import RECURRENCES

KERAS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


def pair(cell, frames, **options):
    """Keras' layer and ours with the same random weights."""
    layers = [made[cell](4, **options) for made in (KERAS, CELLS)]
    for layer in layers:
        layer.build(frames.shape)
    generator = np.random.default_rng(1)
    weights = [generator.normal(0, 0.7, w.shape) for w in layers[0].weights]
    for layer in layers:
        layer.set_weights(weights)
    return layers


@pytest.mark.parametrize("cell", sorted(CELLS))
@pytest.mark.parametrize(
    "options",
    [
        {"return_sequences": True, "return_state": True},
        {"return_state": True},
        {},
        # Keras' own loop serves the rest.
        {"return_sequences": True, "go_backwards": True},
        {"activation": "relu"},
        {"use_bias": False},
    ],
    ids=str,
)
def test_equals_keras(cell, options, batch):
    theirs, ours = pair(cell, batch["text"], **options)
    assert_close(ours(batch["text"]), theirs(batch["text"]))


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_initial_state_and_mask_equal_keras(cell, batch, rng):
    theirs, ours = pair(cell, batch["text"])
    state = [rng.normal(size=(3, 4)).astype("float32")] * (2 if cell == "lstm" else 1)
    for options in ({"initial_state": state}, {"mask": batch["text_mask"]}):
        assert_close(ours(batch["text"], **options), theirs(batch["text"], **options))


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_matches_reference(cell, batch):
    _, ours = pair(cell, batch["text"], return_sequences=True)
    expected = RECURRENCES[cell](batch["text"][0], *arrays(ours.weights))
    assert_close(ours(batch["text"])[0], expected)


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_gradients_equal_keras(cell, batch, rng):
    target = rng.normal(size=(3, 6, 4)).astype("float32")
    trained = []
    for layer in pair(cell, batch["text"], return_sequences=True):
        model = keras.Sequential([keras.Input((6, 5)), layer])
        model.compile(optimizer=keras.optimizers.SGD(1.0), loss="mse")
        before = arrays(layer.weights)
        model.train_on_batch(batch["text"], target)
        trained.append(arrays(layer.weights))
        for old, new in zip(before, trained[-1], strict=True):
            assert not np.array_equal(old, new)
    assert_close(trained[1], trained[0])
