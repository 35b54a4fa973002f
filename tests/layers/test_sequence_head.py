from functools import partial

import numpy as np
import pytest
from keras import ops

from mmzoo.layers import SequenceHead
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)
from tests.reference import attention_pooling, encoder

KINDS = [
    {"labels_per": "step", "cell": "gru"},
    {"pooling_attention": True},
    {"bidirectional": True, "num_layers": 2},
    {"classes": 3},
    {"classes": 3, "labels_per": "step"},
]


def score(layer, batch):
    scores = layer(batch["text"], mask=batch["text_mask"])
    if layer.labels_per == "step":
        mask = batch["text_mask"]
        mask = mask[..., None] if layer.classes else mask
        return ops.where(mask, scores, 0.0)
    return scores


@pytest.mark.parametrize("options", KINDS, ids=str)
def test_checks(options, batch, tmp_path):
    make = partial(SequenceHead, units=4, **options)
    layer = check_layer(make, batch["text"], mask=batch["text_mask"], tmp_path=tmp_path)
    text = {key: batch[key] for key in ("text", "text_mask")}
    check_masking(partial(score, layer), text)
    check_batching(partial(score, layer), text)


@pytest.mark.parametrize("options", [*KINDS[:2], {}], ids=str)
def test_matches_reference(options, batch):
    layer = SequenceHead(units=4, **options)
    scores = arrays(score(layer, batch))
    weights = [[arrays(layer.encoder.forward_layers[0].weights)]]
    kernel, bias = arrays(layer.answer_head.weights)
    for row, length in enumerate([6, 4, 1]):
        states, hidden = encoder(batch["text"][row, :length], weights, layer.cell)
        if layer.labels_per == "step":
            hidden = states
        elif layer.pooling_attention:
            hidden, _ = attention_pooling(
                states, arrays(layer.pooling.weights[0])[:, 0]
            )
        expected = (hidden @ kernel + bias)[..., 0]
        real = scores[row, :length] if layer.labels_per == "step" else scores[row]
        assert_close(real, np.asarray(expected))


def test_dropout_is_for_training(batch):
    layer = SequenceHead(units=4, dropout=0.5)
    calm = layer(batch["text"])
    assert_close(layer(batch["text"], training=False), calm)
    assert not np.allclose(arrays(layer(batch["text"], training=True)), arrays(calm))


def test_errors():
    with pytest.raises(ValueError, match=r"one of \['sequence', 'step'\], not 'frame'"):
        SequenceHead(labels_per="frame")
    with pytest.raises(ValueError, match='pools.*labels_per="step"'):
        SequenceHead(labels_per="step", pooling_attention=True)
