import numpy as np
import pytest

from mmzoo.layers import DeltaMemory
from tests import reference
from tests.checks import arrays, assert_close, check_layer, weights_by_path


@pytest.fixture
def cells(rng):
    return rng.normal(size=(2, 6, 5)).astype("float32")


@pytest.fixture
def mask():
    return np.array([[1, 1, 0, 0, 1, 1], [1, 1, 1, 0, 0, 0]], bool)


def test_checks(cells, mask, tmp_path):
    def make(**kwargs):
        return DeltaMemory(4, hidden_dim=8, **kwargs)

    check_layer(make, cells, mask=mask, tmp_path=tmp_path)


@pytest.mark.parametrize("gates_read_memory", [True, False])
def test_memory_follows_its_equations(gates_read_memory, cells, mask):
    layer = DeltaMemory(4, hidden_dim=8, gates_read_memory=gates_read_memory)
    memory, attention = layer(cells, mask=mask)
    weights = weights_by_path(layer)

    def net(name, x):
        return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]

    for row, now in enumerate(cells):
        both = np.concatenate([np.vstack([np.zeros(5), now[:-1]]), now], axis=-1)
        scores = net("attention", np.maximum(net("attention_hidden", both), 0))
        each = np.stack([reference.softmax(score) for score in scores])
        expected = reference.gated_memory(each * both, mask[row], weights)
        assert_close(arrays(memory)[row], expected.astype("float32"))
        assert_close(arrays(attention)[row], each.astype("float32"))
    assert_close(arrays(attention).sum(-1), np.ones((2, 6), "float32"))
    without_mask, _ = layer(cells)
    assert_close(without_mask, layer(cells, mask=np.ones((2, 6), bool))[0])
