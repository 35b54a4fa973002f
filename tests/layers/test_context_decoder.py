import keras
import numpy as np
import pytest

from mmzoo.layers import ContextDecoder
from tests import reference
from tests.checks import arrays, assert_close, check_layer


@pytest.fixture
def states(rng):
    return rng.normal(size=(3, 6, 5)).astype("float32")


@pytest.fixture
def mask():
    mask = np.arange(6) < np.array([6, 4, 0])[:, None]
    mask[0, 2] = False
    return mask


def weights_of(layer):
    """Kernel, recurrent kernel and bias of an LSTM."""
    return arrays([layer.cell.kernel, layer.cell.recurrent_kernel, layer.cell.bias])


def decoded(decoder, states, num_steps, cell_score=None):
    """Frames of one sequence of states (S, D), as the authors' code makes them.

    Its attention scores `[x_i; c_t-1]` at each step, the cell by `cell_score`.
    """
    kernel, recurrent, bias = weights_of(decoder.decoder_layers[0])
    score = arrays(decoder.pooling.score.kernel)[:, 0]
    hidden = memory = np.zeros(decoder.units)
    cell_score = np.zeros(decoder.units) if cell_score is None else cell_score
    found = []
    for _ in range(num_steps):
        scores = [np.concatenate([x, memory]) for x in states]
        scores = np.array(scores) @ np.concatenate([score, cell_score])
        context = reference.softmax(scores) @ states
        gates = context @ kernel + hidden @ recurrent + bias
        i, f, g, o = np.split(gates, 4)
        memory = reference.sigmoid(f) * memory + reference.sigmoid(i) * np.tanh(g)
        hidden = reference.sigmoid(o) * np.tanh(memory)
        found.append(hidden)
    output, shift = arrays(decoder.output_layer.weights)
    return np.array(found) @ output + shift


@pytest.mark.parametrize("attention", ["pooled", "aligned"])
def test_checks_of_the_decoder(attention, states, mask, tmp_path):
    def make(**kwargs):
        return ContextDecoder(2, 4, num_layers=2, attention=attention, **kwargs)

    check_layer(make, states, mask=mask, tmp_path=tmp_path)


def test_the_cell_moves_no_attention(states, mask, rng):
    """The score of the authors' code reads the cell, and the softmax forgets it."""
    decoder = ContextDecoder(2, 4)
    frames, weights = arrays(
        decoder(states, num_steps=5, mask=mask, return_attention=True)
    )
    assert frames.shape == (3, 5, 2) and weights.shape == (3, 5, 6)
    for row, (frame, kept) in enumerate(zip(states, mask, strict=True)):
        if kept.any():
            scored = decoded(decoder, frame[kept], 5, cell_score=rng.normal(size=4))
            np.testing.assert_allclose(frames[row], scored, atol=1e-5)
            np.testing.assert_allclose(weights[row].sum(axis=1), 1.0, rtol=1e-5)
            assert np.ptp(weights[row][:, kept], axis=1).min() > 0.01
        assert not weights[row][:, ~kept].any()


def test_constant_attention_leaves_an_lstm(states, mask):
    decoder = ContextDecoder(2, 4)
    decoder.build(states.shape)
    decoder.pooling.score.kernel.assign(np.zeros((5, 1)))
    stock = keras.layers.LSTM(4, return_sequences=True)
    stock.build((None, None, 5))
    stock.set_weights(weights_of(decoder.decoder_layers[0]))
    mean = np.stack([states[0, [0, 1, 3, 4, 5]].mean(0), states[1, :4].mean(0)])
    hidden = stock(np.repeat(mean[:, None], 5, axis=1))
    frames = decoder(states[:2], num_steps=5, mask=mask[:2])
    assert_close(frames, decoder.output_layer(hidden))


def test_aligned_attention_looks_around_each_step(states):
    decoder = ContextDecoder(2, 4, attention="aligned", window=1)
    _, weights = arrays(decoder(states, return_attention=True))
    far = np.abs(np.subtract.outer(np.arange(6), np.arange(6))) > 1
    assert not weights[:, far].any() and (weights[:, ~far] > 0).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cell": "rnn"}, r"`cell` is one of \['gru', 'lstm'\], not 'rnn'"),
        ({"num_layers": 0}, "`num_layers` is at least 1, not 0"),
        ({"attention": "none"}, "not 'none'"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        ContextDecoder(2, 4, **options)
