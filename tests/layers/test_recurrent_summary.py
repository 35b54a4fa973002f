import numpy as np

from mmzoo.layers import RecurrentSummary
from tests import reference
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)


def test_checks(batch, tmp_path):
    def make(**kwargs):
        return RecurrentSummary(2, **kwargs)

    layer = check_layer(make, batch["text"], mask=batch["text_mask"], tmp_path=tmp_path)
    one = {key: batch[key] for key in ("text", "text_mask")}

    def call(batch):
        return layer(batch["text"], mask=batch["text_mask"])

    check_masking(call, one)
    check_batching(call, one)


def test_summary_is_the_last_states_of_two_normalised_lstms(batch):
    layer = RecurrentSummary(3)
    found = arrays(layer(batch["text"], mask=batch["text_mask"]))
    lstms = [
        [
            [arrays(weight) for weight in direction[0].weights]
            for direction in (each.forward_layers, each.backward_layers)
        ]
        for each in (layer.first, layer.second)
    ]
    scale, shift = (arrays(weight) for weight in layer.norm.weights)
    for row, length in enumerate([6, 4, 1]):
        frames = batch["text"][row, :length]
        states, first = reference.encoder(frames, lstms[:1], "lstm")
        mean, variance = (f(states, axis=-1, keepdims=True) for f in (np.mean, np.var))
        normal = (states - mean) / np.sqrt(variance + 1e-5) * scale + shift
        _, second = reference.encoder(normal, lstms[1:], "lstm")
        expected = np.concatenate([first, second])
        assert_close(found[row], expected.astype("float32"))


def test_dropout_acts_in_training_only(batch):
    layer = RecurrentSummary(3, dropout=0.5)
    still, again = (arrays(layer(batch["text"])) for _ in range(2))
    assert_close(still, again)
    assert not np.allclose(still, arrays(layer(batch["text"], training=True)))
