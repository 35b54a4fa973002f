import numpy as np
import pytest

from mmzoo.models.state_fusion_model import StateFusionModel
from tests.checks import arrays, assert_close, compiled
from tests.models.small_models import DIMS, SMALL
from tests.selection import once

NAMES = ["memory_fusion_network", "multi_attention_network"]
NAMES += ["multistage_fusion_network", "graph_memory_fusion_network"]


@pytest.mark.parametrize("name", once(*NAMES))
def test_every_modality_and_the_order_of_steps_matter(name, batch):
    model = compiled(SMALL[name]())
    before = arrays(model(batch)["sentiment"])
    for modality in DIMS:
        changed = {**batch, modality: batch[modality] + 1.0}
        assert np.abs(arrays(model(changed)["sentiment"]) - before).min() > 1e-6
    turned = {**batch, "text": batch["text"][:, [1, 0, 2, 3, 4, 5]]}
    assert abs(arrays(model(turned)["sentiment"])[0] - before[0]) > 1e-6


@pytest.mark.parametrize("name", NAMES)
def test_gaps_change_nothing(name, batch):
    model = compiled(SMALL[name]())
    rows = np.array([0, 0, 1, 1, 2, 3, 3, 4, 5])
    gaps = np.array([0, 1, 0, 1, 1, 0, 1, 1, 1], bool)
    spread = {key: each[:, rows] for key, each in batch.items()}
    for modality in DIMS:
        spread[f"{modality}_mask"] = spread[f"{modality}_mask"] & gaps
    assert_close(model(spread)["sentiment"], model(batch)["sentiment"])


@pytest.mark.parametrize("name", once(*NAMES))
def test_missing_modality_keeps_zeros(name, batch):
    model = SMALL[name]()
    batch["video_mask"] = np.zeros_like(batch["video_mask"])
    hidden, fused = arrays(model.states(*model.aligned(batch)))
    # Audio, text and video, in that order.
    assert not hidden[..., 7:].any() and hidden[..., :7].any() and fused.any()


@pytest.mark.parametrize("name", once(*NAMES))
def test_answers_from_the_last_states_and_what_was_fused(name, batch):
    model = SMALL[name]()
    states = arrays(model.states(*model.aligned(batch)))
    # Lengths are 6, 4 and 1.
    last = [each[[0, 1, 2], [5, 3, 0]] for each in states]
    expected = model.answer_head(np.concatenate(last, axis=-1))
    assert_close(model(batch)["sentiment"], expected)


# The efficacies of a graph's edges share nothing.
@pytest.mark.parametrize("name", once(*NAMES[:-1]))
def test_attention_is_shared_by_the_modalities(name, batch):
    weights = arrays(SMALL[name]().attend(batch))
    assert sorted(weights) == sorted(DIMS)
    assert_close(sum(weights.values()), np.ones((3, 6), "float32"))
    assert np.ptp(weights["text"][0]) > 1e-4


@pytest.mark.parametrize("name", once(*NAMES))
def test_unaligned_modalities_are_refused(name, batch):
    batch["video"], batch["video_mask"] = batch["video"][:, :4], batch["video_mask"]
    with pytest.raises(ValueError, match="the same steps, not .*align them first"):
        SMALL[name]()(batch)


@pytest.mark.parametrize("name", once(*NAMES))
def test_units_of_each_modality(name):
    model = SMALL[name](input_dims={"text": 5, "audio": 3}, units=6)
    assert model.get_config()["units"] == {"audio": 6, "text": 6}
    with pytest.raises(ValueError, match=r"`units` are of \['text'\], `input_dims` of"):
        SMALL[name](input_dims={"text": 5, "audio": 3}, units={"text": 6})


def test_what_a_subclass_lacks_is_named():
    model = StateFusionModel({"text": 5}, None, None, "sequence", 4, 4, 0.0)
    with pytest.raises(NotImplementedError, match="`StateFusionModel` has no .*states"):
        model.states([], [])
