import pytest

from tests.checks import arrays, assert_close
from tests.models.small_models import SMALL

NAMES = ["memory_fusion_network", "graph_memory_fusion_network"]
NAMES += ["multimodal_factorization_model"]

pytestmark = pytest.mark.one_backend


@pytest.mark.parametrize("name", NAMES)
def test_reads_hidden_states_the_memory_and_what_it_looks_at(name, batch):
    model = SMALL[name]()
    aligned = model.aligned(batch)
    hidden, memory, looked_at = arrays(model.read(*aligned))
    assert hidden.shape == (3, 6, sum(model.units.values()))
    assert memory.shape == (3, 6, model.memory.memory_dim)
    assert looked_at.shape[:2] == (3, 6)
    assert_close(model.states(*aligned), (hidden, memory))


@pytest.mark.parametrize("name", NAMES)
def test_what_the_memory_was_made_with_is_saved(name):
    config = SMALL[name](memory_dim=7, gates_read_memory=False).get_config()
    assert (config["memory_dim"], config["gates_read_memory"]) == (7, False)
