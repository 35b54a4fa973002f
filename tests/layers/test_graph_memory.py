import numpy as np
import pytest

from mmzoo.layers import GraphMemory
from tests import reference
from tests.checks import arrays, assert_close, check_layer, weights_by_path

UNITS = [3, 2]


def small(**kwargs):
    return GraphMemory(UNITS, 4, hidden_dim=8, vertex_dim=5, **kwargs)


@pytest.fixture
def cells(rng):
    return rng.normal(size=(2, 6, 5)).astype("float32")


@pytest.fixture
def mask():
    return np.array([[1, 1, 0, 0, 1, 1], [1, 1, 1, 0, 0, 0]], bool)


def test_checks(cells, mask, tmp_path):
    check_layer(small, cells, mask=mask, tmp_path=tmp_path)


def test_it_remembers_the_graph_of_the_changes_of_each_modality(cells, mask):
    layer = small()
    memory, efficacies = layer(cells, mask=mask)
    before = np.pad(cells[:, :-1], [(0, 0), (1, 0), (0, 0)])
    changes = [
        np.concatenate([before[..., own], cells[..., own]], axis=-1)
        for own in (slice(0, 3), slice(3, 5))
    ]
    fused, expected = arrays(layer.graph(changes))
    assert_close(efficacies, expected)
    weights = weights_by_path(layer)
    for row in range(2):
        remembered = reference.gated_memory(fused[row], mask[row], weights)
        assert_close(arrays(memory)[row], remembered.astype("float32"))


def test_gates_need_not_read_the_memory():
    layer = small(gates_read_memory=False)
    layer.build((None, None, 5))
    assert layer.gates_memory is None
