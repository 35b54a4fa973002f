from functools import partial

import keras
import numpy as np
import pytest

from mmzoo.layers import ModalityGate
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)
from tests.reference import sigmoid


def gated(layer, batch, training=False):
    return layer(batch["text"], mask=batch["text_mask"], training=training)


def text_of(batch):
    return {key: batch[key] for key in ("text", "text_mask")}


def made(**options):
    """A gate for frames of five features, which is on about as often as off."""
    layer = ModalityGate(4, **{"initial_rate": 0.5, "seed": 1, **options})
    layer.build((None, None, 5))
    generator = np.random.default_rng(1)
    for dense in (layer.hidden, layer.logit):
        dense.kernel.assign(generator.normal(0, 0.7, dense.kernel.shape))
    return layer


def rates_of(layer, frames):
    """The controller's equation."""
    kernel, bias, last, logit = arrays(layer.weights)
    return sigmoid((np.maximum(frames @ kernel + bias, 0) @ last + logit)[..., 0])


def test_checks(batch, tmp_path):
    make = partial(ModalityGate, 4, initial_rate=0.6, seed=1)
    layer = check_layer(make, batch["text"], mask=batch["text_mask"], tmp_path=tmp_path)
    check_masking(partial(gated, layer), text_of(batch))
    check_batching(partial(gated, layer), text_of(batch))


def test_gates_follow_the_rates(batch):
    layer, mask = made(), batch["text_mask"]
    gates, log_probability, rates = arrays(gated(layer, batch))
    expected = rates_of(layer, batch["text"])
    assert_close(rates, np.where(mask, expected, 0.0).astype("float32"))
    on = (expected > 0.5) & mask
    assert np.array_equal(gates, on) and 0 < on.sum() < mask.sum()
    each = np.log(np.where(on, expected, 1 - expected))
    assert_close(log_probability, np.where(mask, each, 0).sum(1).astype("float32"))


def test_gates_are_drawn_in_training_alone(batch):
    layer, mask = made(), batch["text_mask"]
    gates, log_probability, rates = arrays(gated(layer, batch, training=True))
    # What a generator of the same seed draws first.
    drawn = keras.random.uniform((3, 6), seed=keras.random.SeedGenerator(1))
    on = (arrays(drawn) < rates) & mask
    assert np.array_equal(gates, on)
    each = np.log(np.where(on, rates, 1 - rates), where=mask, out=np.zeros((3, 6)))
    assert_close(log_probability, each.sum(1).astype("float32"))
    again, *_ = arrays(gated(layer, batch, training=True))
    assert not np.array_equal(again, gates)
    for _ in range(2):
        assert np.array_equal(arrays(gated(layer, batch)[0]), (rates > 0.5) & mask)


def test_gates_are_on_as_often_as_their_rates_say():
    layer = made(initial_rate=0.8)
    gates, _, rates = arrays(layer(np.zeros((50, 100, 5), "float32"), training=True))
    np.testing.assert_allclose(rates, 0.8, atol=1e-6)
    assert abs(gates.mean() - 0.8) < 0.02


def test_nothing_observed_is_off_for_sure(batch):
    batch["text_mask"][1] = False
    for training in (False, True):
        gates, log_probability, rates = arrays(gated(made(), batch, training))
        assert not gates[1].any() and not rates[1].any()
        assert log_probability[1] == 0 > log_probability[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden_dim": 0}, "`hidden_dim` is at least 1, not 0"),
        ({"initial_rate": 1.0}, "`initial_rate` is a probability .* not 1.0"),
        ({"initial_rate": 0.0}, "`initial_rate` is a probability .* not 0.0"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        ModalityGate(**options)
