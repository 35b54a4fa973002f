from functools import partial

import numpy as np
import pytest

from mmzoo.layers import SequenceEncoder
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)
from tests.reference import encoder

SHAPES = [
    {"cell": "lstm", "num_layers": 2, "bidirectional": True},
    {"cell": "gru", "projection": 3},
]


def encode(layer, batch):
    return layer(batch["text"], mask=batch["text_mask"])


def text_of(batch):
    return {key: batch[key] for key in ("text", "text_mask")}


@pytest.mark.parametrize("options", SHAPES, ids=str)
def test_checks(options, batch, tmp_path):
    make = partial(SequenceEncoder, units=4, **options)
    layer = check_layer(make, batch["text"], mask=batch["text_mask"], tmp_path=tmp_path)
    check_masking(partial(encode, layer), text_of(batch))
    check_batching(partial(encode, layer), text_of(batch))


@pytest.mark.parametrize("options", SHAPES, ids=str)
def test_matches_reference(options, batch):
    layer = SequenceEncoder(units=4, **options)
    states, embedding = arrays(encode(layer, batch))
    directions = [layer.forward_layers, layer.backward_layers]
    layers = [
        [arrays(each.weights) for each in level]
        for level in zip(*filter(None, directions), strict=True)
    ]
    frames = batch["text"]
    if layer.projection:
        assert layers[0][0][0].shape == (3, 12), "the gates read the projection"
        frames = frames @ arrays(layer.projection_layer.weights)[0]
    for row, length in enumerate([6, 4, 1]):
        expected = encoder(frames[row, :length], layers, layer.cell)
        assert_close((states[row, :length], embedding[row]), expected)
        assert np.all(states[row, length:] == 0)


def test_hole_inside_is_passed_through(batch):
    layer = SequenceEncoder(units=4)
    mask = batch["text_mask"].copy()
    mask[0, 2] = False
    filled = batch["text"].copy()
    filled[0, 2] = 0.0
    states, embedding = arrays(layer(batch["text"], mask=mask))
    expected, last = arrays(layer(filled, mask=batch["text_mask"]))
    assert np.all(states[0, 2] == 0)
    assert_close(states[0, 3:], expected[0, 3:])
    assert_close(embedding, last)


def test_dropout_is_for_training(batch):
    layer = SequenceEncoder(units=4, dropout=0.5)
    calm, shaken = (layer(batch["text"], training=on)[1] for on in (False, True))
    assert_close(layer(batch["text"])[1], calm)
    assert not np.allclose(arrays(calm), arrays(shaken))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cell": "rnn"}, r"`cell` is one of \['gru', 'lstm'\], not 'rnn'"),
        ({"num_layers": 0}, "`num_layers` is at least 1, not 0"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        SequenceEncoder(units=4, **options)
