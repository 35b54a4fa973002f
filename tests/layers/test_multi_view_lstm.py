from functools import partial

import keras
import numpy as np
import pytest
from keras import ops

from mmzoo.layers import LSTM, MultiViewLSTM
from tests import reference
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)

UNITS, DIMS = [4, 3, 2], [3, 5, 2]
# Where the views of the frames, and of the states, begin and end.
FEATURES, STATES = np.cumsum([0, *DIMS]), np.cumsum([0, *UNITS])


@pytest.fixture
def frames(batch):
    """Three views side by side, `(3, 6, 10)`."""
    joined = [batch[name] for name in ("audio", "text", "video")]
    return np.concatenate(joined, axis=-1)


def made(alpha, beta):
    """A layer, and kernels without a zero, of which it kept what it reads."""
    layer = MultiViewLSTM(UNITS, DIMS, alpha, beta)
    layer.build((None, None, sum(DIMS)))
    generator = np.random.default_rng(1)
    weights = [generator.normal(0, 0.7, w.shape) for w in layer.lstm.weights]
    for weight, values in zip(layer.lstm.weights, weights, strict=True):
        weight.assign(values)
        if weight.constraint is not None:
            weight.assign(weight.constraint(weight))
    return layer, weights


def view(kernel, rows, columns, gate):
    """The block of a kernel from one view to a gate of another."""
    start = gate * sum(UNITS)
    return kernel[slice(*rows), start + columns[0] : start + columns[1]]


def multi_view_lstm(frames, weights, alpha, beta):
    """The equations of one sample: views, and gates, one by one."""
    kernel, recurrent, bias = weights
    spans = list(zip(STATES, STATES[1:], strict=False))
    inputs = list(zip(FEATURES, FEATURES[1:], strict=False))
    hidden = [np.zeros(units) for units in UNITS]
    cells, states = [np.zeros(units) for units in UNITS], []
    own = [np.diag(1.0 * (np.arange(u) < round(alpha * u))) for u in UNITS]
    others = [np.diag(1.0 * (np.arange(u) >= u - round(beta * u))) for u in UNITS]
    for frame in frames:
        now = []
        for v, span in enumerate(spans):
            gates = []
            for gate in range(4):
                start = gate * sum(UNITS)
                total = frame[slice(*inputs[v])] @ view(kernel, inputs[v], span, gate)
                total = total + bias[start + span[0] : start + span[1]]
                for k, source in enumerate(spans):
                    shown = (own if k == v else others)[k] @ hidden[k]
                    total = total + shown @ view(recurrent, source, span, gate)
                gates.append(total)
            i, f, o = (reference.sigmoid(gates[gate]) for gate in (0, 1, 3))
            cells[v] = f * cells[v] + i * np.tanh(gates[2])
            now.append(o * np.tanh(cells[v]))
        hidden = now
        states.append(np.concatenate(hidden))
    return np.stack(states)


def test_checks(frames, batch, tmp_path):
    mask = batch["text_mask"]
    make = partial(MultiViewLSTM, UNITS, DIMS, 0.5, 0.5)
    layer = check_layer(make, frames, mask=mask, tmp_path=tmp_path)

    def read(batch):
        return layer(batch["all"], mask=batch["all_mask"])

    check_masking(read, {"all": frames, "all_mask": mask})
    check_batching(read, {"all": frames, "all_mask": mask})


@pytest.mark.parametrize(("alpha", "beta"), [(0.5, 0.3), (0.0, 1.0), (1.0, 1.0)])
def test_states_follow_their_equations(alpha, beta, frames, batch):
    layer, weights = made(alpha, beta)
    states, last = arrays(layer(frames, mask=batch["text_mask"]))
    for row, length in enumerate([6, 4, 1]):
        expected = multi_view_lstm(frames[row, :length], weights, alpha, beta)
        assert_close(states[row, :length], expected.astype("float32"))
        assert_close(last[row], states[row, length - 1])
        assert not states[row, length:].any()


def test_reading_its_own_past_alone_is_an_lstm_a_view(frames):
    layer, _ = made(alpha=1.0, beta=0.0)
    states, _ = arrays(layer(frames))
    kernel, recurrent, bias = arrays(layer.lstm.weights)
    for v, units in enumerate(UNITS):
        inputs, span = FEATURES[v : v + 2], STATES[v : v + 2]
        one = LSTM(units, return_sequences=True)
        one.build((None, None, DIMS[v]))
        parts = [
            [view(kernel, inputs, span, gate) for gate in range(4)],
            [view(recurrent, span, span, gate) for gate in range(4)],
            [view(bias[None], (0, 1), span, gate)[0] for gate in range(4)],
        ]
        one.set_weights([np.concatenate(part, axis=-1) for part in parts])
        expected = one(frames[..., inputs[0] : inputs[1]])
        assert_close(states[..., span[0] : span[1]], expected)


def test_reading_all_is_one_lstm_on_the_joined_views(frames):
    layer, (kernel, recurrent, bias) = made(alpha=1.0, beta=1.0)
    one = LSTM(sum(UNITS), return_sequences=True)
    one.build((None, None, sum(DIMS)))
    # All states are read, but of the features each view reads its own.
    own = arrays(layer.lstm.weights)[0]
    one.set_weights([own, recurrent, bias])
    assert_close(layer(frames)[0], one(frames))
    assert (own == 0).any() and not np.allclose(own, kernel)


def test_a_lone_view_begins_as_an_lstm():
    layer = MultiViewLSTM([6], [5], alpha=1.0)
    layer.build((None, None, 5))
    kernel, recurrent, bias = arrays(layer.lstm.weights)
    assert_close(recurrent @ recurrent.T, np.eye(6, dtype="float32"))
    assert 0.5 < np.abs(kernel).max() / np.sqrt(6 / (5 + 24)) <= 1.0
    assert np.array_equal(bias, np.repeat([0.0, 1.0, 0.0, 0.0], 6))


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_what_is_not_read_stays_zero(optimizer, frames, rng):
    inputs = keras.Input(frames.shape[1:])
    layer = MultiViewLSTM(UNITS, DIMS, alpha=0.5, beta=0.5)
    model = keras.Model(inputs, layer(inputs)[0])
    model.compile(optimizer, loss="mse")
    model.optimizer.learning_rate = 0.1
    before = arrays(layer.lstm.weights)
    for _ in range(5):
        model.train_on_batch(frames, rng.normal(size=(3, 6, 9)))
    after = arrays(layer.lstm.weights)
    blocks = layer._blocks()
    for old, new, block in zip(before, after, blocks, strict=False):
        read = arrays(block.keep(ops.ones(old.shape))) > 0
        assert 0.2 < read.mean() < 0.6
        assert not old[~read].any() and not new[~read].any()
        assert (old[read] != new[read]).all()


def test_views_that_read_no_past_forget_it(frames):
    layer = MultiViewLSTM(UNITS, DIMS, alpha=0.0, beta=0.0)
    layer.build((None, None, sum(DIMS)))
    assert not arrays(layer.lstm.cell.recurrent_kernel).any()
    assert np.isfinite(arrays(layer(frames)[0])).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alpha": 1.5}, "`alpha` is a share from 0 to 1, not 1.5"),
        ({"beta": -0.1}, "`beta` is a share from 0 to 1, not -0.1"),
        ({"view_dims": [3, 7]}, "name different numbers of views: give one width"),
        (
            {"view_dims": [3, 5, 3]},
            r"`inputs` have 10 features, but `view_dims=.*` are 11",
        ),
    ],
)
def test_errors(options, message, frames):
    with pytest.raises(ValueError, match=message):
        MultiViewLSTM(UNITS, **{"view_dims": DIMS, **options})(frames)
