import numpy as np
import pytest

from mmzoo.layers import GatedMemory
from tests import reference
from tests.checks import arrays, assert_close, check_layer, weights_by_path


@pytest.fixture
def steps(rng):
    return rng.normal(size=(2, 5, 3)).astype("float32")


@pytest.fixture
def mask():
    return np.array([[1, 1, 0, 1, 1], [1, 0, 0, 0, 0]], bool)


def test_checks(steps, mask, tmp_path):
    def make(**kwargs):
        return GatedMemory(4, hidden_dim=8, **kwargs)

    check_layer(make, steps, mask=mask, tmp_path=tmp_path)


@pytest.mark.parametrize("gates_read_memory", [True, False])
def test_memory_follows_its_equations(gates_read_memory, steps, mask):
    layer = GatedMemory(4, hidden_dim=8, gates_read_memory=gates_read_memory)
    memory = arrays(layer(steps, mask=mask))
    weights = weights_by_path(layer)
    for row in range(2):
        expected = reference.gated_memory(steps[row], mask[row], weights)
        assert_close(memory[row], expected.astype("float32"))
    assert_close(layer(steps), layer(steps, mask=np.ones((2, 5), bool)))


def test_dropout_of_the_gates_is_drawn_anew(steps):
    layer = GatedMemory(4, hidden_dim=8, dropout=0.5)
    first, again = (arrays(layer(steps, training=True)) for _ in range(2))
    assert not np.allclose(first, again)
    assert_close(layer(steps), layer(steps, training=False))
