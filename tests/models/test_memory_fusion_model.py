import pytest

from mmzoo.models.memory_fusion_model import by_modality
from tests.checks import arrays
from tests.models.small_models import DIMS, SMALL

NAMES = ["memory_fusion_network", "graph_memory_fusion_network"]
NAMES += ["multimodal_factorization_model"]


@pytest.mark.one_backend
@pytest.mark.parametrize("name", NAMES)
def test_states_are_hidden_states_and_memory(name, batch):
    model = SMALL[name]()
    states, _ = model.read(batch)
    assert arrays(states).shape == (3, 6, model.states_dim)
    assert model.states_dim == sum(model.units.values()) + model.memory.memory_dim


@pytest.mark.one_backend
def test_option_of_each_modality():
    assert by_modality("units", 3, DIMS) == dict.fromkeys(DIMS, 3)
    turned = dict(reversed(DIMS.items()))
    assert list(by_modality("units", turned, DIMS)) == list(DIMS)
    with pytest.raises(ValueError, match=r"`units` are of \['text'\], `input_dims` of"):
        by_modality("units", {"text": 6}, DIMS)
