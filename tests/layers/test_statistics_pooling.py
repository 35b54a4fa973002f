from functools import partial

import numpy as np
import pytest

from mmzoo.layers import StatisticsPooling
from mmzoo.layers.statistics_pooling import weighted_statistics
from tests.checks import (
    arrays,
    as_after_training,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
    weights_by_path,
)
from tests.reference import dense, normalized, softmax, statistics


def pool(layer, batch):
    return layer(batch["text"], mask=batch["text_mask"], return_attention=True)


@pytest.mark.parametrize("attention_dim", [None, 4])
def test_checks(attention_dim, batch, tmp_path):
    make = partial(StatisticsPooling, attention_dim=attention_dim)
    layer = check_layer(make, batch["text"], mask=batch["text_mask"], tmp_path=tmp_path)
    text = {key: batch[key] for key in ("text", "text_mask")}
    check_masking(partial(pool, as_after_training(layer)), text)
    check_batching(partial(pool, layer), text)


def test_every_step_counts_alike(batch):
    pooled, weights = arrays(pool(StatisticsPooling(), batch))
    for row, length in enumerate([6, 4, 1]):
        assert_close(pooled[row], statistics(batch["text"][row, :length]))
        assert_close(weights[row, :length], np.full(length, 1 / length))


def attended(steps, weights):
    """Weights (T, K) of ECAPA-TDNN's pooling."""
    context = dense(statistics(steps), weights, "context")
    hidden = np.maximum(dense(steps, weights, "hidden") + context, 0)
    scores = dense(
        np.tanh(normalized(hidden, weights, "normalization")), weights, "score"
    )
    return np.stack([softmax(each) for each in scores.T], axis=1)


def test_each_feature_weighs_the_steps(batch):
    layer = StatisticsPooling(attention_dim=4)
    layer.build(batch["text"].shape)
    pooled, weights = arrays(pool(as_after_training(layer), batch))
    for row, length in enumerate([6, 4, 1]):
        steps = batch["text"][row, :length]
        expected = attended(steps, weights_by_path(layer))
        assert_close(weights[row, :length], expected)
        assert_close(pooled[row], statistics(steps, expected), 1e-4)
        assert np.all(weights[row, length:] == 0)


def test_the_context_of_the_whole_sequence_moves_the_weights(batch):
    layer = StatisticsPooling(attention_dim=4)
    _, before = arrays(layer(batch["text"][:1], return_attention=True))
    louder = batch["text"][:1].copy()
    louder[:, -1] += 3.0
    _, after = arrays(layer(louder, return_attention=True))
    ratio = np.log(after[0, :2] / before[0, :2])
    assert np.abs(ratio[0] - ratio[1]).max() > 1e-3


def test_deviation_tells_what_the_mean_cannot():
    steps = np.stack([np.full((6, 1), 1.0), [[0.0], [2.0]] * 3]).astype("float32")
    pooled = arrays(StatisticsPooling()(steps))
    assert_close(pooled, np.array([[1, 0.001], [1, 1]], "float32"))


def test_a_mean_far_from_zero_costs_no_digits(rng):
    frames = rng.normal(100.0, 0.01, (2, 200, 3))
    _, deviation = weighted_statistics(
        frames.astype("float32"), np.full((2, 200), 1 / 200, "float32")
    )
    expected = frames.astype("float32").astype("float64").std(axis=1)
    np.testing.assert_allclose(arrays(deviation), expected, rtol=1e-3)


def test_attention_dim_is_at_least_1():
    with pytest.raises(ValueError, match="`attention_dim` is at least 1.*not 0"):
        StatisticsPooling(0)
