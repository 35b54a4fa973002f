from functools import partial

import keras
import numpy as np
import pytest

from mmzoo.layers import SequenceBranch
from tests.checks import (
    arrays,
    assert_close,
    assert_finite,
    check_batching,
    check_layer,
    check_masking,
)

FORMS = [
    {"pooling": "attention", "recurrent_units": 3},
    {"pooling": "convolution"},
    {"pooling": "mean"},
    {"pooling": "dense"},
    {"pooling": "first"},
    {"pooling": "flatten", "max_steps": 5},
]


def read(layer, batch):
    return layer(batch["text"], mask=batch["text_mask"])


@pytest.mark.parametrize("options", FORMS, ids=str)
def test_checks(options, batch, tmp_path):
    make = partial(SequenceBranch, 4, **options)
    layer = check_layer(make, batch["text"], mask=batch["text_mask"], tmp_path=tmp_path)
    text = {key: batch[key] for key in ("text", "text_mask")}
    check_masking(partial(read, layer), text)
    check_batching(partial(read, layer), text)


def test_mean_and_first(batch):
    text, mask = batch["text"], batch["text_mask"]
    for pooling, pooled in (
        ("mean", text[1, :4].mean(axis=0)),
        ("first", text[1, 0]),
    ):
        layer = SequenceBranch(4, pooling=pooling)
        vector = arrays(layer(text, mask=mask))[1]
        kernel, bias = arrays(layer.reduction.weights)
        assert_close(vector, np.maximum(pooled @ kernel + bias, 0))


def test_dense_reads_each_step_before_the_mean(batch):
    text, mask = batch["text"], batch["text_mask"]
    layer = SequenceBranch(4, pooling="dense")
    vector = arrays(layer(text, mask=mask))[1]
    kernel, bias = arrays(layer.reduction.weights)
    assert_close(vector, np.maximum(text[1, :4] @ kernel + bias, 0).mean(axis=0))


def apart(pooling):
    """How far a branch tells steps that swing from steps that do not, trained to."""
    steps = np.zeros((2, 4, 1), "float32")
    steps[1, ::2], steps[1, 1::2] = 1.0, -1.0
    keras.utils.set_random_seed(0)
    branch = SequenceBranch(8, pooling=pooling)
    model = keras.Sequential([keras.Input((4, 1)), branch, keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05), "mse")
    for _ in range(30):
        model.train_on_batch(steps, np.array([[0.0], [1.0]], "float32"))
    return np.ptp(arrays(model(steps)))


def test_dense_tells_what_the_mean_has_lost():
    assert apart("dense") > 0.8
    assert apart("mean") < 1e-5


def test_convolution_is_that_of_the_text_cnn(batch):
    text, mask = batch["text"], batch["text_mask"]
    layer = SequenceBranch(4, pooling="convolution")
    vector = arrays(layer(text, mask=mask))
    kernel, bias = arrays(layer.reduction.weights)
    features = arrays(layer.convolution(text, mask=mask))
    assert_close(vector, np.maximum(features @ kernel + bias, 0))


@pytest.mark.parametrize("max_steps", [4, 9])
def test_flattened_steps_are_padded_and_cut(batch, max_steps):
    text, mask = batch["text"], batch["text_mask"]
    layer = SequenceBranch(
        4, pooling="flatten", max_steps=max_steps, activation="linear"
    )
    vector = arrays(layer(text, mask=mask))
    kernel, bias = arrays(layer.reduction.weights)
    places = np.zeros((3, max_steps, 5), "float32")
    places[:, : min(max_steps, 6)] = (text * mask[..., None])[:, :max_steps]
    assert_close(vector, places.reshape(3, -1) @ kernel + bias)


def test_a_flattened_word_is_another_one_place_later(batch):
    text = np.zeros((2, 6, 5), "float32")
    text[0, 1] = text[1, 2] = batch["text"][0, 0]
    apart = {}
    for pooling in ("flatten", "attention"):
        layer = SequenceBranch(4, pooling=pooling, max_steps=6, activation="linear")
        apart[pooling] = float(np.abs(np.diff(arrays(layer(text)), axis=0)).max())
    assert apart["flatten"] > 0.1 and apart["attention"] < 1e-6


def test_attention_is_returned(batch):
    layer = SequenceBranch(4)
    vector, weights = arrays(
        layer(batch["text"], mask=batch["text_mask"], return_attention=True)
    )
    assert vector.shape == (3, 4)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-5)
    assert np.all(weights[~batch["text_mask"]] == 0)
    none = SequenceBranch(4, pooling="mean")(batch["text"], return_attention=True)
    assert none[1] is None


def test_adapt_standardises(batch):
    layer = SequenceBranch(4, pooling="mean")
    layer.adapt(100.0 + batch["text"][batch["text_mask"]])
    far = layer(100.0 + batch["text"], mask=batch["text_mask"])
    assert_finite(far)
    assert abs(float(arrays(layer.normalization.mean)[0]) - 100) < 3


def test_dropout_acts_in_training(batch):
    layer = SequenceBranch(8, pooling="mean", dropout=0.5)
    calm = arrays(layer(batch["text"]))
    assert np.abs(calm - arrays(layer(batch["text"], training=True))).max() > 0


def test_unknown_pooling():
    with pytest.raises(ValueError, match="`pooling` is one of .* not 'max'"):
        SequenceBranch(pooling="max")
