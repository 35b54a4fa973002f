from functools import partial

import numpy as np
import pytest
from keras import ops

from mmzoo.layers import FusionHead
from mmzoo.layers.fusion_head import METHODS, _log_of_mean
from tests.checks import arrays, assert_close, check_config, check_layer


@pytest.fixture
def vectors(rng):
    return [rng.normal(size=(5, 4)).astype("float32") for _ in range(2)]


@pytest.fixture
def present():
    return [np.ones(5, bool), np.array([True, True, True, False, False])]


def softmax(logits):
    chances = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return chances / chances.sum(axis=-1, keepdims=True)


def answers_alone(head, vectors):
    """What each modality says by itself, as probabilities."""
    found = []
    for layer, vector in zip(head.answers, vectors, strict=True):
        kernel, bias = arrays(layer.weights)
        found.append(softmax(vector @ kernel + bias))
    return found


@pytest.mark.parametrize("method", METHODS)
def test_checks(method, vectors, present, tmp_path):
    make = partial(FusionHead, 3, method)
    check_layer(make, vectors, present, tmp_path=tmp_path)


@pytest.mark.parametrize("method", METHODS)
def test_garbage_of_a_missing_modality_is_not_seen(method, vectors, present):
    head = FusionHead(3, method)
    expected = arrays(head(vectors, present))
    spoiled = vectors[1].copy()
    spoiled[3:] = np.nan
    assert_close(head([vectors[0], spoiled], present), expected)


def test_concat_is_one_dense_layer(vectors, present):
    head = FusionHead(3)
    logits = arrays(head(vectors, present))
    kernel, bias = arrays(head.answers[0].weights)
    there = np.where(present[1][:, None], vectors[1], 0)
    assert_close(logits, np.concatenate([vectors[0], there], axis=1) @ kernel + bias)


def test_late_mean(vectors, present):
    head = FusionHead(3, "mean")
    chances = np.exp(arrays(head(vectors, present)))
    first, second = answers_alone(head, vectors)
    assert_close(chances[:3], (first + second)[:3] / 2)
    # Where one is missing the other decides.
    assert_close(chances[3:], first[3:])


def test_a_chance_that_rounds_to_zero_keeps_its_logarithm():
    logs = np.array([[[-250.0, 0.0], [-252.0, 0.0], [0.0, -9.0]]] * 2, "float32")
    there = np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]], "float32")[..., None]
    found = arrays(_log_of_mean(ops.convert_to_tensor(logs), there))
    expected = np.logaddexp(-250.0, -252.0) + np.log(0.5)
    assert_close(found, np.array([[expected, 0.0], [0.0, 0.0]], "float32"))


def test_learned_weights_count(vectors, present):
    head = FusionHead(3, "learned")
    head(vectors, present)
    head.modality_weights.assign(np.log([3.0, 1.0]))
    chances = np.exp(arrays(head(vectors, present)))
    first, second = answers_alone(head, vectors)
    assert_close(chances[:3], (0.75 * first + 0.25 * second)[:3])


def test_vote(vectors, present):
    head = FusionHead(3, "vote")
    classes = arrays(head(vectors, present)).argmax(axis=1)
    for row, alone in enumerate(zip(*answers_alone(head, vectors), strict=True)):
        both = zip(alone, present, strict=True)
        heard = [each for each, there in both if there[row]]
        voted = {int(each.argmax()) for each in heard}
        assert classes[row] == max(voted, key=lambda c: sum(each[c] for each in heard))


def test_attention_mixes_feature_by_feature(vectors, present):
    head = FusionHead(3, "attention", dropout=0.0)
    logits = arrays(head(vectors, present))
    shown = [vectors[0], np.where(present[1][:, None], vectors[1], 0)]
    scores = []
    for layer in head.scores:
        kernel, bias = arrays(layer.weights)
        scores.append(sum(shown) @ kernel + bias)
    share = np.exp(scores[0]) / (np.exp(scores[0]) + np.exp(scores[1]))
    share = np.where(present[1][:, None], share, 1.0)
    kernel, bias = arrays(head.answers[0].weights)
    fused = share * shown[0] + (1 - share) * shown[1]
    assert_close(logits, fused @ kernel + bias)


def test_scores(vectors, present):
    head = FusionHead(1, "mean", dropout=0.0)
    assert arrays(head(vectors, present)).shape == (5, 1)
    check_config(head)


def test_errors(vectors, present):
    with pytest.raises(ValueError, match="`method` is one of .* not 'sum'"):
        FusionHead(3, "sum")
    with pytest.raises(ValueError, match='use "mean" for a score'):
        FusionHead(1, "vote")
    with pytest.raises(ValueError, match=r"vectors of one width, not \[4, 2\]"):
        FusionHead(3, "attention")([vectors[0], vectors[1][:, :2]], present)
