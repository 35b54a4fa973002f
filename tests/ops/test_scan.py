import numpy as np
from keras import ops

from mmzoo.ops import scan_steps, step_before
from tests.checks import assert_close


def test_scan_is_a_loop_over_steps(rng):
    first, second = (rng.normal(size=(2, 5, width)) for width in (3, 1))
    first, second = first.astype("float32"), second.astype("float32")
    mask = rng.uniform(size=(2, 5, 1)) < 0.6

    def step(states, a, b, observed):
        state, steps = states
        state = ops.where(observed, ops.tanh(state + a * b), state)
        return (state, steps + 1), (state, 2 * state)

    start = ops.zeros((2, 3)), ops.zeros((2, 3))
    found = scan_steps(step, start, first, second, mask=mask)
    state, states = np.zeros((2, 3)), []
    for t in range(5):
        changed = np.tanh(state + first[:, t] * second[:, t])
        state = np.where(mask[:, t], changed, state)
        states.append(state)
    expected = np.stack(states, axis=1).astype("float32")
    assert_close(tuple(found), (expected, 2 * expected))


def test_step_before_begins_with_zeros(rng):
    states = rng.normal(size=(2, 4, 3)).astype("float32")
    expected = np.concatenate([np.zeros((2, 1, 3), "float32"), states[:, :-1]], axis=1)
    assert_close(step_before(states), expected)
