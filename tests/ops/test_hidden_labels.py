import itertools

import keras
import numpy as np
import pytest

from mmzoo.ops import hidden_label_log_likelihoods
from tests.checks import arrays, assert_close, assert_finite


def by_enumeration(logits, prior):
    """`log P(c)` a frame of one sequence, from every row of hidden labels."""
    chances = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    steps, labels = chances.shape
    found = []
    for shown in range(labels - 1):
        rows = itertools.product((shown, labels - 1), repeat=steps)
        weigh = {shown: 1.0 - prior, labels - 1: prior}
        found.append(
            sum(
                np.prod([weigh[label] * chances[t, label] for t, label in enumerate(x)])
                for x in rows
            )
        )
    return (np.log(found) / steps).astype("float32")


def test_sums_over_all_rows_of_hidden_labels(rng):
    logits = rng.normal(size=(2, 4, 3)).astype("float32")
    mask = np.array([[1, 1, 1, 1], [1, 0, 1, 0]], bool)
    kept = zip(logits.copy(), mask, strict=True)
    expected = np.stack([by_enumeration(x[there], 0.3) for x, there in kept])
    logits[1, [1, 3]] = np.nan
    assert_close(hidden_label_log_likelihoods(logits, 0.3, mask), expected)
    assert_close(hidden_label_log_likelihoods(logits[:1], 0.3), expected[:1])


def test_nothing_observed_is_as_likely_as_anything(rng):
    logits = rng.normal(size=(1, 4, 3)).astype("float32")
    found = hidden_label_log_likelihoods(logits, mask=np.zeros((1, 4), bool))
    assert_close(found, np.zeros((1, 2), "float32"))


@pytest.mark.parametrize("classes", [2, 7])
def test_a_frame_that_tells_nothing_says_null_between_the_bounds(classes):
    guess = np.array([0.0] * classes + [-30.0], "float32")
    null = np.array([0.0] * classes + [30.0], "float32")
    for prior, better in ((0.9 / (classes + 1), guess), (1.1 / (classes + 1), null)):
        worse = null if better is guess else guess
        found = [
            arrays(hidden_label_log_likelihoods(x[None, None], prior)).mean()
            for x in (better, worse)
        ]
        assert found[0] > found[1]


def test_stays_finite_and_wide():
    logits = np.array([[[1000.0, -1000.0, 0.0]] * 5], "float32")
    assert_finite(hidden_label_log_likelihoods(logits))
    narrow = keras.ops.cast(keras.ops.zeros((1, 300, 3)), "float16")
    expected = np.full(2, np.log(1 / 3), "float32")
    assert_close(hidden_label_log_likelihoods(narrow)[0], expected)
