from functools import partial

import numpy as np
import pytest

from mmzoo.layers import AttentionPooling
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)
from tests.reference import attention_pooling


def pool(layer, batch):
    return layer(batch["text"], mask=batch["text_mask"], return_attention=True)


@pytest.mark.parametrize("hidden_dim", [None, 4])
def test_checks(hidden_dim, batch, tmp_path):
    make = partial(AttentionPooling, hidden_dim=hidden_dim, scale=2.0)
    layer = check_layer(make, batch["text"], mask=batch["text_mask"], tmp_path=tmp_path)
    text = {key: batch[key] for key in ("text", "text_mask")}
    check_masking(partial(pool, layer), text)
    check_batching(partial(pool, layer), text)


def test_matches_reference(batch):
    layer = AttentionPooling(scale=0.5)
    pooled, weights = arrays(pool(layer, batch))
    (score,) = arrays(layer.weights)
    for row, length in enumerate([6, 4, 1]):
        expected = attention_pooling(batch["text"][row, :length], score[:, 0], 0.5)
        assert_close((pooled[row], weights[row, :length]), expected)
        assert np.all(weights[row, length:] == 0)


def test_hidden_dim_scores_a_projection(batch):
    layer = AttentionPooling(hidden_dim=4)
    pooled, weights = arrays(layer(batch["text"][:1], return_attention=True))
    kernel, bias, score = arrays(layer.weights)
    hidden = np.tanh(batch["text"][0] @ kernel + bias)
    assert_close(weights[0], attention_pooling(hidden, score[:, 0])[1])
    assert_close(pooled[0], weights[0] @ batch["text"][0])


def test_nothing_observed_gives_zeros(batch):
    pooled = AttentionPooling()(batch["text"], mask=np.zeros((3, 6), bool))
    assert np.all(arrays(pooled) == 0)


def test_a_context_steers_the_weights(batch, tmp_path, rng):
    context = rng.normal(size=(3, 2)).astype("float32")
    make = partial(AttentionPooling, hidden_dim=4)
    inputs = batch["text"], batch["text_mask"]
    layer = check_layer(
        make, inputs[0], mask=inputs[1], context=context, tmp_path=tmp_path
    )
    _, weights = arrays(layer(*inputs, context=context, return_attention=True))
    kernel, bias = arrays(layer.projection.weights)
    asked = context @ arrays(layer.context_projection.kernel)
    score = arrays(layer.score.kernel)[:, 0]
    for row, length in enumerate([6, 4, 1]):
        hidden = np.tanh(batch["text"][row, :length] @ kernel + bias + asked[row])
        assert_close(weights[row, :length], attention_pooling(hidden, score)[1])
    with pytest.raises(ValueError, match="`context` steers .* give a `hidden_dim`"):
        AttentionPooling()(*inputs, context=context)


def test_heads_are_averaged(batch):
    layer = AttentionPooling(hidden_dim=4, heads=3, activation="relu")
    pooled, weights = arrays(pool(layer, batch))
    kernel, bias, scores = arrays(layer.weights)
    hidden = np.maximum(batch["text"][0] @ kernel + bias, 0.0)
    each = [attention_pooling(hidden, score)[1] for score in scores.T]
    assert_close(weights[0], np.mean(each, axis=0))
    assert_close(pooled[0], weights[0] @ batch["text"][0])
