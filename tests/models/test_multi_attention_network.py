import numpy as np
import pytest

import mmzoo
from mmzoo.models import MultiAttention
from tests.checks import arrays, assert_close, check_layer, check_training
from tests.models.small_models import DIMS, adapted
from tests.reference import softmax

UNITS = [4, 3, 2]
SMALL = {
    "units": {"audio": 4, "text": 3, "video": 2},
    "num_attentions": 2,
    "compressed_dim": 3,
    "fused_dim": 4,
    "hidden_dim": 16,
    "dropout": 0.0,
}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_multi_attention_network(**options))


@pytest.fixture
def states(rng):
    return rng.normal(size=(3, 9)).astype("float32")


def fused_of(hidden, layer):
    """The equations of one sample, attention by attention and modality by modality."""

    def net(name, x):
        return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]

    weights = {"/".join(w.path.split("/")[-2:]): arrays(w) for w in layer.weights}
    scores = net("attention", np.maximum(net("attention_hidden", hidden), 0))
    attentions = [softmax(each) for each in np.split(scores, layer.num_attentions)]
    reduced, start = [], 0
    for index, units in enumerate(UNITS):
        end = start + units
        seen = [(each * hidden)[start:end] for each in attentions]
        reduced.append(net(f"compression_{index}", np.concatenate(seen)))
        start = end
    summary = np.maximum(net("fuse_hidden", np.concatenate(reduced)), 0)
    return net("fuse", summary), np.stack(attentions)


def test_checks_of_the_attention(states, tmp_path):
    def make(**kwargs):
        return MultiAttention(UNITS, 5, 2, compressed_dim=3, hidden_dim=8, **kwargs)

    check_layer(make, states, tmp_path=tmp_path)


def test_attention_follows_its_equations(states):
    layer = MultiAttention(UNITS, 5, num_attentions=3, compressed_dim=2, hidden_dim=8)
    fused, weights = arrays(layer(states, return_attention=True))
    for row in range(3):
        expected = fused_of(states[row], layer)
        assert_close(fused[row], expected[0].astype("float32"))
        assert_close(weights[row], expected[1].astype("float32"))
    assert_close(weights.sum(axis=-1), np.ones((3, 3), "float32"))
    # No attention is like another.
    assert min(np.ptp(weights, axis=1).max(axis=-1)) > 1e-3
    # Steps are attended to as each alone.
    steps = arrays(layer(states[None], return_attention=True))
    assert_close(steps, (fused[None], weights[None]))


def test_one_even_attention_scales_the_states(states):
    """With scores of 0, and networks that hand on what they read, z is h / d."""
    layer = MultiAttention(UNITS, 9, num_attentions=1, compressed_dim=4, hidden_dim=9)
    layer.build((None, 9))
    handed_on = {"fuse": np.eye(9), "fuse_hidden": np.zeros((12, 9))}
    for index, (units, start) in enumerate(zip(UNITS, (0, 4, 7), strict=True)):
        handed_on[f"compression_{index}"] = np.eye(units, 4)
        unit = np.arange(units)
        handed_on["fuse_hidden"][4 * index + unit, start + unit] = 1.0
    for weight in layer.weights:
        *_, name, kind = weight.path.split("/")
        value = handed_on.get(name, 0.0) if kind == "kernel" else 0.0
        weight.assign(np.broadcast_to(value, weight.shape))
    assert_close(layer(np.abs(states)), np.abs(states) / 9)


# On each backend tests/models/test_registry.py trains the model, on scores.
@pytest.mark.one_backend
@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_learns_classes(labels_per, batch):
    model = small(classes=["low", "middle", "high"], labels_per=labels_per)
    mask = batch["text_mask"] if labels_per == "step" else np.ones(3, bool)
    labels = (np.arange(mask.size).reshape(mask.shape) % 3).astype("int32")
    assert model(batch)["emotion"].shape == (*mask.shape, 3)
    targets = {"emotion": labels, "emotion_mask": mask}
    check_training(model, batch, targets, below=0.6, steps=40)


def test_number_of_attentions_is_checked():
    with pytest.raises(ValueError, match="`num_attentions` is at least 1, not 0"):
        small(num_attentions=0)
