import itertools

import keras
import numpy as np
import pytest

from mmzoo.layers import HybridLSTM
from tests.checks import arrays, assert_close, check_layer
from tests.reference import sigmoid

UNITS = [4, 3, 2]
FUSED = 5


def made(fused=FUSED, dropout=0.0, **kwargs):
    """A layer whose fusion is a dense layer."""
    fusion = keras.layers.Dense(fused, "tanh", dtype=kwargs.get("dtype"), name="fusion")
    return HybridLSTM(UNITS, fusion, dropout, **kwargs)


@pytest.fixture
def frames(batch):
    return [batch[name] for name in ("audio", "text", "video")]


@pytest.fixture
def masks(batch):
    """The second modality has a gap, the third misses a sample; one begins late."""
    masks = [batch["audio_mask"].copy() for _ in range(3)]
    masks[1][0, 2:4] = False
    masks[2][1] = False
    for mask in masks:
        mask[1, 0] = False
    return masks


def weights_by_name(layer):
    """Arrays of the weights by the last two parts of their paths."""
    return {"/".join(w.path.split("/")[-2:]): arrays(w) for w in layer.weights}


def weight(layer, name):
    return next(w for w in layer.weights if w.path.endswith(name))


def hybrid(frames, masks, layer):
    """The equations of one sample, step by step and modality by modality."""
    named = weights_by_name(layer)
    last = {path.split("/")[-1]: value for path, value in named.items()}
    hidden = [np.zeros(units) for units in UNITS]
    cells, fused, found = [each.copy() for each in hidden], np.zeros(FUSED), []
    for t in range(len(masks[0])):
        changed = list(hidden)
        for m, (x, mask) in enumerate(zip(frames, masks, strict=True)):
            gates = x[t] @ named[f"projection_{m}/kernel"]
            gates = gates + named[f"projection_{m}/bias"]
            gates = gates + hidden[m] @ last[f"recurrent_kernel_{m}"]
            gates = gates + fused @ last[f"coupling_kernel_{m}"]
            i, f, g, o = np.split(gates, 4)
            if mask[t]:
                cells[m] = sigmoid(f) * cells[m] + sigmoid(i) * np.tanh(g)
                changed[m] = sigmoid(o) * np.tanh(cells[m])
        hidden = changed
        if any(mask[t] for mask in masks):
            joined = np.concatenate(hidden) @ named["fusion/kernel"]
            fused = np.tanh(joined + named["fusion/bias"])
        found.append(np.concatenate([*hidden, fused]))
    return np.stack(found)


def test_checks(frames, masks, tmp_path):
    check_layer(made, frames, mask=masks, tmp_path=tmp_path)


def test_follows_its_equations(frames, masks):
    layer = made()
    layer.build([x.shape for x in frames])
    weight(layer, "fusion/bias").assign(np.linspace(-1, 1, FUSED))
    hidden, fused = arrays(layer(frames, mask=masks))
    assert hidden.shape == (3, 6, 9) and fused.shape == (3, 6, FUSED)
    # Before anything was observed nothing is fused, whatever fusion makes of zeros.
    assert not fused[1, 0].any() and fused[1, 1].any()
    for row in range(3):
        of_row = [x[row] for x in frames], [mask[row] for mask in masks]
        expected = hybrid(*of_row, layer).astype("float32")
        assert_close(np.concatenate([hidden, fused], axis=-1)[row], expected)


def test_without_coupling_it_is_an_lstm_a_modality(frames):
    layer = made()
    layer.build([x.shape for x in frames])
    named = weights_by_name(layer)
    expected = []
    for m, (x, units) in enumerate(zip(frames, UNITS, strict=True)):
        weight(layer, f"coupling_kernel_{m}").assign(np.zeros((FUSED, 4 * units)))
        lstm = keras.layers.LSTM(units, return_sequences=True)
        lstm.build(x.shape)
        kernel, bias = (named[f"projection_{m}/{n}"] for n in ("kernel", "bias"))
        lstm.set_weights([kernel, arrays(weight(layer, f"t_kernel_{m}")), bias])
        expected.append(arrays(lstm(x)))
    hidden, _ = layer(frames, mask=[np.ones((3, 6), bool)] * 3)
    assert_close(hidden, np.concatenate(expected, axis=-1))


@pytest.mark.one_backend
def test_dropout_keeps_the_same_entries_at_all_steps(frames):
    frames, masks = [x[:1] for x in frames], [np.ones((1, 6), bool)] * 3
    layer = made(fused=2, dropout=0.5)
    before = arrays(layer(frames, mask=masks))
    dropped = arrays(layer(frames, mask=masks, training=True))
    kernels = [weight(layer, f"coupling_kernel_{m}") for m in range(3)]
    whole, possible = arrays(kernels), []
    for kept in itertools.product([0.0, 2.0], repeat=2):
        for kernel, value in zip(kernels, whole, strict=True):
            kernel.assign(np.array(kept)[:, None] * value)
        possible.append(arrays(layer(frames, mask=masks)))
    gaps = [np.abs(each[0] - dropped[0]).max() for each in possible]
    assert min(gaps) < 1e-6 and np.abs(before[0] - dropped[0]).max() > 1e-4
