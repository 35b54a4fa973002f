import numpy as np
import pytest

import mmzoo
from mmzoo.models import MultistageFusion
from tests.checks import arrays, assert_close, check_layer, check_training
from tests.models.small_models import DIMS, adapted
from tests.reference import sigmoid, softmax

SMALL = {
    "units": {"audio": 4, "text": 3, "video": 2},
    "num_stages": 2,
    "fused_dim": 4,
    "hidden_dim": 16,
    "dropout": 0.0,
}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_multistage_fusion_network(**options))


@pytest.fixture
def states(rng):
    return rng.normal(size=(3, 9)).astype("float32")


def weights_of(layer):
    """Arrays of the weights by the ends of their paths."""
    found = {"/".join(w.path.split("/")[-2:]): arrays(w) for w in layer.weights}
    return {**found, **{path.split("/")[-1]: found[path] for path in found}}


def fused_of(hidden, layer):
    """The equations of one sample, stage by stage."""

    def net(name, x):
        return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]

    def lstm(name, x, state, cells):
        gates = net(name, x) + state @ weights[f"{name}_recurrent_kernel"]
        i, f, g, o = np.split(gates, 4)
        cells = sigmoid(f) * cells + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(cells), cells

    weights, start = weights_of(layer), [np.zeros(layer.hidden_dim)] * 2
    highlighting, fusing, attentions, fused = start, start, [], []
    for _ in range(layer.num_stages):
        highlighting = lstm("highlight", hidden, *highlighting)
        attentions.append(softmax(net("attention", highlighting[0])))
        fusing = lstm("fuse", attentions[-1] * hidden, *fusing)
        fused.append(fusing[0])
    summary = np.maximum(net("summarize_hidden", np.concatenate(fused)), 0)
    return net("summarize", summary), np.stack(attentions)


def test_checks_of_the_fusion(states, tmp_path):
    def make(**kwargs):
        return MultistageFusion(5, num_stages=2, hidden_dim=6, **kwargs)

    check_layer(make, states, tmp_path=tmp_path)


def test_fusion_follows_its_equations(states):
    layer = MultistageFusion(5, num_stages=3, hidden_dim=6)
    fused, weights = arrays(layer(states, return_attention=True))
    for row in range(3):
        expected = fused_of(states[row], layer)
        assert_close(fused[row], expected[0].astype("float32"))
        assert_close(weights[row], expected[1].astype("float32"))
    assert_close(weights.sum(axis=-1), np.ones((3, 3), "float32"))
    # No stage highlights what another does.
    assert min(np.ptp(weights, axis=1).max(axis=-1)) > 1e-3
    # Steps are fused as each alone: no stage remembers the step before.
    steps = arrays(layer(states[None], return_attention=True))
    assert_close(steps, (fused[None], weights[None]))


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


def test_number_of_stages_is_checked():
    with pytest.raises(ValueError, match="`num_stages` is at least 2, not 1: in one"):
        small(num_stages=1)
