import keras
import numpy as np
import pytest
from keras import ops

from mmzoo.ops.losses import (
    masked_absolute_error,
    masked_binary_cross_entropy,
    masked_binary_mistakes,
    masked_cross_entropy,
    masked_mistakes,
    masked_squared_error,
)
from tests.checks import arrays, assert_close
from tests.reference import softmax

MASK = np.array([[True, True, False], [True, False, False], [False, False, False]])


def test_absolute_error(rng):
    labels, scores = rng.normal(size=(2, 3, 3)).astype("float32")
    labels[~MASK] = np.nan
    total, count = masked_absolute_error(labels, ops.array(scores), MASK)
    assert_close(total, np.abs(labels - scores)[MASK].sum())
    assert arrays(count) == 3


def test_squared_error_averages_features(rng):
    target, frames = rng.normal(size=(2, 3, 3, 5)).astype("float32")
    target[~MASK] = np.nan
    total, count = masked_squared_error(target, ops.array(frames), MASK)
    assert_close(total, ((target - frames)[MASK] ** 2).mean(axis=-1).sum())
    assert arrays(count) == 3


def test_cross_entropy(rng):
    tokens = rng.integers(0, 4, (3, 3)).astype("int32")
    logits = rng.normal(size=(3, 3, 4)).astype("float32")
    total, count = masked_cross_entropy(tokens, ops.array(logits), MASK)
    kept = zip(tokens[MASK], logits[MASK], strict=True)
    assert_close(total, -sum(np.log(softmax(row)[token]) for token, row in kept), 1e-4)
    assert arrays(count) == 3


def test_cross_entropy_of_smoothed_labels(rng):
    tokens = rng.integers(0, 4, (3, 3)).astype("int32")
    logits = rng.normal(size=(3, 3, 4)).astype("float32")
    weights = rng.uniform(size=(3, 3)).astype("float32")
    goal = 0.8 * np.eye(4)[tokens] + 0.2 / 4
    chances = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    each = -(goal * np.log(chances)).sum(axis=-1)
    logits[~MASK], tokens[~MASK] = np.nan, 9
    for given, scale in ((None, np.ones((3, 3))), (weights, weights)):
        total, count = masked_cross_entropy(tokens, ops.array(logits), MASK, given, 0.2)
        assert_close(total, (scale * each)[MASK].sum(), 1e-4)
        assert arrays(count) == 3


def test_answers_that_are_yes_or_no(rng):
    logits = rng.normal(size=(3, 3)).astype("float32")
    labels = rng.integers(0, 2, (3, 3)).astype("float32")
    chances = np.where(labels == 1, 1, -1) * logits
    each, wrong = np.log1p(np.exp(-chances)), chances <= 0
    labels[~MASK], table = np.nan, np.array([4.0, 1.0, 2.0])
    logits = ops.array(np.where(MASK, logits, np.nan))
    total, count = masked_binary_cross_entropy(labels, logits, MASK)
    assert_close(total, each[MASK].sum())
    assert arrays(count) == 3
    weights = np.array([2.0, 3.0, 1.0], "float32")
    total, _ = masked_binary_cross_entropy(labels, logits, MASK, weights)
    assert_close(total, (weights[:, None] * each)[MASK].sum())
    total, count = masked_binary_mistakes(labels, logits, MASK)
    assert (arrays(total), arrays(count)) == (wrong[MASK].sum(), 3)
    weights = np.where(labels == 1, table, 1.0)
    total, count = masked_binary_mistakes(labels, logits, MASK, tuple(table))
    assert_close(total, (weights * wrong)[MASK].sum())
    assert_close(count, weights[MASK].sum())


@pytest.mark.parametrize("loss", [masked_absolute_error, masked_squared_error])
def test_nothing_observed_is_no_loss(loss):
    frames = np.ones((3, 3) if loss is masked_absolute_error else (3, 3, 2), "float32")
    total, count = loss(frames, ops.array(frames + 1), np.zeros((3, 3), bool))
    assert arrays(total) == 0 and arrays(count) == 0


@pytest.mark.parametrize("loss", [masked_absolute_error, masked_squared_error])
def test_nan_in_masked_labels_reaches_no_gradient(loss, rng):
    class Bias(keras.layers.Layer):
        def build(self, input_shape):
            self.bias = self.add_weight((1,), "zeros", name="bias")

        def call(self, inputs):
            outputs = inputs + self.bias
            total, count = loss(labels, outputs, MASK)
            self.add_loss(total / count)
            return outputs

    frames = rng.normal(size=(3, 3)).astype("float32")
    if loss is masked_squared_error:
        frames = frames[..., None]
    labels = frames.copy() + 1.0
    labels[~MASK] = np.nan
    model = keras.Sequential([Bias()])
    model.compile(optimizer=keras.optimizers.SGD(0.5))
    model.train_on_batch(frames)
    expected = 0.5 if loss is masked_absolute_error else 1.0
    assert_close(model.weights[0], np.array([expected]))


LOSSES = (masked_absolute_error, masked_cross_entropy, masked_mistakes)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("steps", [(), (3,)])
def test_shapes_that_would_broadcast(loss, steps, rng):
    shape = (4, *steps)
    classes = () if loss is masked_absolute_error else (5,)
    answers = ops.array(rng.normal(size=(*shape, *classes)).astype("float32"))
    labels, mask = rng.integers(0, 5, shape), rng.random(shape) < 0.7
    expected = arrays(loss(labels, answers, mask))
    for axes in ((1,), (1, 1)):
        wide = labels.reshape(*shape, *axes), mask.reshape(*shape, *axes)
        assert_close(loss(wide[0], answers, wide[1]), expected)
    for wrong in (labels[..., None].repeat(2, -1), labels[:1], labels[0]):
        with pytest.raises(ValueError, match="one entry for each answer"):
            loss(wrong, answers, mask)
        with pytest.raises(ValueError, match="`mask` has shape"):
            loss(labels, answers, np.ones(wrong.shape, bool))


@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_masked_is_never_read(loss, rng):
    shape = (3, 3) if loss is masked_absolute_error else (3, 3, 4)
    answers = rng.normal(size=shape).astype("float32")
    labels = rng.integers(0, 4, (3, 3)).astype("float32")
    expected = arrays(loss(labels, ops.array(answers), MASK))
    for value in (np.nan, np.inf, -1.0, 99.0):
        wild = np.where(MASK, labels, np.float32(value))
        answers[~MASK] = value
        weights = np.where(MASK, 1.0, np.float32(value))
        assert_close(loss(wild, ops.array(answers), MASK, weights), expected)


@pytest.mark.parametrize("loss", [*LOSSES, masked_squared_error])
def test_weights_multiply_the_errors(loss, rng):
    answers = rng.normal(size=(3, 3) if loss is masked_absolute_error else (3, 3, 4))
    answers = ops.array(answers.astype("float32"))
    labels = rng.integers(0, 4, (3, 3))
    if loss is masked_squared_error:
        labels = rng.normal(size=(3, 3, 4)).astype("float32")
    rows = [arrays(loss(labels, answers, MASK, row)) for row in np.eye(3)]
    by_row = np.array([total for total, _ in rows])
    total, count = arrays(loss(labels, answers, MASK, np.array([1.0, 2.0, 3.0])))
    assert_close(total, np.float32(by_row @ [1.0, 2.0, 3.0]))
    assert count == 3 and {int(count) for _, count in rows} == {3}
    each = np.broadcast_to(np.array([[1.0], [2.0], [3.0]]), (3, 3))
    assert_close(loss(labels, answers, MASK, each)[0], total)
    assert_close(loss(labels, answers, MASK, each[:, :1])[0], total)
    with pytest.raises(ValueError, match="`sample_weight` has shape"):
        loss(labels, answers, MASK, np.ones(2))
