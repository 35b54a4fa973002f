import numpy as np
import pytest

import mmzoo
from mmzoo.models import DeltaMemory
from tests import reference
from tests.checks import arrays, assert_close, check_layer, check_training
from tests.models.small_models import DIMS, adapted

SMALL = {
    "units": {"audio": 4, "text": 3, "video": 2},
    "memory_dim": 5,
    "hidden_dim": 16,
    "dropout": 0.0,
}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_memory_fusion_network(**options))


@pytest.fixture
def masks(batch):
    """Lengths 6, 4 and 1; the second modality has a gap, the third misses a sample."""
    masks = [batch["audio_mask"].copy() for _ in range(3)]
    masks[1][0, 2:4] = False
    masks[2][1] = False
    return masks


@pytest.fixture
def cells(rng):
    return rng.normal(size=(3, 6, 5)).astype("float32")


def delta_memory(cells, mask, layer):
    """The equations of one sample, step by step."""

    def net(name, x):
        return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]

    def hidden(name, x):
        return np.maximum(net(f"{name}_hidden", x), 0)

    weights = {
        "/".join(weight.path.split("/")[-2:]): arrays(weight)
        for weight in layer.weights
    }
    memory, before = np.zeros(layer.memory_dim), np.zeros(cells.shape[-1])
    memories, attentions = [], []
    for now, observed in zip(cells, mask, strict=True):
        both = np.concatenate([before, now])
        attention = reference.softmax(net("attention", hidden("attention", both)))
        attended = attention * both
        candidate = np.tanh(net("candidate", hidden("candidate", attended)))
        gates = net("gates_hidden", attended)
        if layer.gates_read_memory:
            gates = gates + memory @ weights["gates_memory/kernel"]
        first, second = np.split(np.maximum(gates, 0), 2)
        retain = reference.sigmoid(net("retain", first))
        write = reference.sigmoid(net("write", second))
        if observed:
            memory = retain * memory + write * candidate
        before = now
        memories.append(memory)
        attentions.append(attention)
    return np.stack(memories), np.stack(attentions)


def test_checks_of_the_memory(cells, masks, tmp_path):
    def make(**kwargs):
        return DeltaMemory(4, hidden_dim=8, **kwargs)

    check_layer(make, cells, mask=masks[0], tmp_path=tmp_path)


@pytest.mark.parametrize("gates_read_memory", [True, False])
def test_memory_follows_its_equations(gates_read_memory, cells, masks):
    layer = DeltaMemory(4, hidden_dim=8, gates_read_memory=gates_read_memory)
    memory, attention = layer(cells, mask=masks[1])
    for row in range(3):
        expected = delta_memory(cells[row], masks[1][row], layer)
        assert_close(arrays(memory)[row], expected[0].astype("float32"))
        assert_close(arrays(attention)[row], expected[1].astype("float32"))
    assert_close(arrays(attention).sum(-1), np.ones((3, 6), "float32"))
    without_mask, _ = layer(cells)
    assert_close(without_mask, layer(cells, mask=np.ones((3, 6), bool))[0])


def test_dropout_of_the_gates_is_drawn_anew(cells):
    layer = DeltaMemory(4, hidden_dim=8, dropout=0.5)
    first, again = (arrays(layer(cells, training=True)[0]) for _ in range(2))
    assert not np.allclose(first, again)
    assert_close(layer(cells)[0], layer(cells, training=False)[0])


# On each backend tests/models/test_registry.py trains the model.
@pytest.mark.one_backend
@pytest.mark.parametrize("classes", [None, ["low", "middle", "high"]])
@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_learns_scores_and_classes(classes, labels_per, batch, rng):
    model = small(classes=classes, labels_per=labels_per)
    target = "emotion" if classes else "sentiment"
    mask = batch["text_mask"] if labels_per == "step" else np.ones(3, bool)
    labels = np.arange(mask.size).reshape(mask.shape) % 3
    labels = labels.astype("int32") if classes else labels - 1.2
    answer = model(batch)[target]
    assert answer.shape == (mask.shape + (3,) if classes else mask.shape)
    targets = {target: labels, f"{target}_mask": mask}
    check_training(model, batch, targets, below=0.6, steps=40)


def test_gates_that_do_not_read_the_memory_learn(batch, targets):
    model = small(gates_read_memory=False)
    assert not any("gates_memory" in weight.path for weight in model.weights)
    check_training(model, batch, targets, below=0.6)
