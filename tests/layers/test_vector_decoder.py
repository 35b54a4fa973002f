import numpy as np
import pytest

from mmzoo.layers import VectorDecoder
from tests import reference
from tests.checks import arrays, assert_close, check_layer, weights_by_path


@pytest.fixture
def vectors(rng):
    return rng.normal(size=(3, 4)).astype("float32")


def test_checks(vectors, tmp_path):
    def make(**kwargs):
        return VectorDecoder(2, 3, **kwargs)

    check_layer(make, vectors, tmp_path=tmp_path)


def fed_back(vector, kernel, recurrent, bias, steps):
    """The authors' LSTM: the vector is its first input, its states the later ones."""
    hidden, cells, states = np.zeros(len(recurrent)), np.zeros(len(recurrent)), []
    given = vector
    for _ in range(steps):
        gates = given @ kernel + hidden @ recurrent + bias
        i, f, g, o = np.split(gates, 4)
        cells = reference.sigmoid(f) * cells + reference.sigmoid(i) * np.tanh(g)
        given = hidden = reference.sigmoid(o) * np.tanh(cells)
        states.append(hidden)
    return np.stack(states)


def test_it_computes_what_an_lstm_does_that_reads_its_own_states(vectors):
    layer = VectorDecoder(2, 4)
    frames = arrays(layer(vectors, num_steps=5))
    weights = weights_by_path(layer)
    kernel, recurrent, bias = (
        weights[f"lstm/lstm_cell/{name}"]
        for name in ("kernel", "recurrent_kernel", "bias")
    )
    for row, vector in enumerate(vectors):
        states = fed_back(vector, kernel, recurrent - kernel, bias, 5)
        expected = states @ weights["output/kernel"] + weights["output/bias"]
        assert_close(frames[row], expected.astype("float32"))


def test_more_steps_change_no_earlier_one(vectors):
    layer = VectorDecoder(2, 3)
    assert_close(layer(vectors, num_steps=4)[:, :2], layer(vectors, num_steps=2))
    assert arrays(layer(vectors, num_steps=4)).shape == (3, 4, 2)
