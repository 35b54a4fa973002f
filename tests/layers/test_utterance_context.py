import numpy as np
import pytest

from mmzoo.layers import UtteranceContext
from tests import reference
from tests.checks import arrays, assert_close, check_layer, check_masking


def weights_of(layer):
    """Kernel, recurrent kernel and bias of each direction."""
    encoder = layer.encoder
    directions = [encoder.forward_layers, encoder.backward_layers]
    return [arrays(each[0].weights) for each in directions if each]


def test_checks(batch, tmp_path):
    def make(**kwargs):
        return UtteranceContext(4, 3, **kwargs)

    text, mask = batch["text"], batch["text_mask"]
    layer = check_layer(make, text, mask=mask, tmp_path=tmp_path)
    check_masking(
        lambda batch: layer(batch["text"], mask=batch["text_mask"]),
        {"text": text, "text_mask": mask},
    )


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("bidirectional", [True, False])
def test_features_follow_their_equations(cell, bidirectional, batch):
    layer = UtteranceContext(4, 3, cell, bidirectional)
    features, whole = arrays(layer(batch["text"], mask=batch["text_mask"]))
    kernel, bias = arrays(layer.dense.weights)
    for row, length in enumerate([6, 4, 1]):
        frames = batch["text"][row, :length]
        states, last = reference.encoder(frames, [weights_of(layer)], cell)
        for found, expected in (
            (features[row, :length], np.tanh(states @ kernel + bias)),
            (whole[row], np.tanh(last @ kernel + bias)),
        ):
            assert_close(found, expected.astype("float32"))
        assert not features[row, length:].any()


def test_nothing_observed_gives_zeros(batch):
    layer = UtteranceContext(4, 3, activation="relu")
    layer.build(batch["text"].shape)
    layer.dense.bias.assign(np.ones(3))
    features, whole = arrays(layer(batch["text"], mask=np.zeros((3, 6), bool)))
    assert not features.any() and not whole.any()
    assert arrays(layer(batch["text"])[1]).any()


def test_dropout_is_drawn_anew_in_training_alone(batch):
    layer = UtteranceContext(4, 3, dropout=0.5)
    first, again = (arrays(layer(batch["text"], training=True)[0]) for _ in range(2))
    assert not np.allclose(first, again)
    assert_close(layer(batch["text"]), layer(batch["text"], training=False))
