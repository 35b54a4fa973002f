import keras
import numpy as np
import pytest
from keras import ops

from mmzoo.ops import scan_steps, step_before
from tests.checks import assert_close


@pytest.fixture
def sequences(rng):
    """Two of unequal widths, and a mask."""
    frames = [rng.normal(size=(3, 6, width)).astype("float32") for width in (2, 4)]
    return *frames, rng.random((3, 6, 1)) < 0.6


def step(states, first, second, observed):
    """A sum of both that halves at each step, and the number of the step."""
    total, count = states
    changed = total / 2 + first + second[:, 2:]
    return ops.where(observed, changed, total), count + 1


def scanned(first, second, mask):
    start = ops.zeros((3, 2)), ops.zeros((3, 1))
    first, second, mask = (ops.convert_to_tensor(x) for x in (first, second, mask))
    return scan_steps(step, start, first, second, mask=mask)


def test_steps_follow_each_other_as_in_a_loop(sequences):
    first, second, mask = sequences
    total, totals = np.zeros((3, 2)), []
    for t in range(6):
        changed = total / 2 + first[:, t] + second[:, t, 2:]
        total = np.where(mask[:, t], changed, total)
        totals.append(total)
    steps = np.broadcast_to(np.arange(1.0, 7.0)[:, None], (3, 6, 1)).astype("float32")
    expected = np.stack(totals, axis=1).astype("float32"), steps
    assert_close(scanned(*sequences), expected)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="TensorFlow exports open steps"
)
def test_steps_may_be_unknown(sequences):
    import tensorflow as tf

    shapes = [(3, None, each.shape[-1]) for each in sequences]
    dtypes = ("float32", "float32", "bool")
    signature = [tf.TensorSpec(*each) for each in zip(shapes, dtypes, strict=True)]
    graph = tf.function(scanned, input_signature=signature)
    assert_close(graph(*sequences), scanned(*sequences))


def test_step_before_begins_with_zeros(rng):
    states = rng.normal(size=(2, 4, 3)).astype("float32")
    expected = np.concatenate([np.zeros((2, 1, 3), "float32"), states[:, :-1]], axis=1)
    assert_close(step_before(states), expected)


def test_sequences_need_no_mask(sequences):
    first, second, _ = sequences
    start = ops.zeros((3, 2)), ops.zeros((3, 1))
    observed = ops.ones((3, 6, 1), "bool")

    def unmasked(states, first, second):
        return step(states, first, second, True)

    found = scan_steps(unmasked, start, *map(ops.convert_to_tensor, (first, second)))
    assert_close(found, scanned(first, second, observed))
