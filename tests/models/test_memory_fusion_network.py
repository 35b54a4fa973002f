import numpy as np
import pytest

import mmzoo
from mmzoo.layers import DeltaMemory, LSTMSystem
from tests import reference
from tests.checks import arrays, assert_close, check_layer, check_training
from tests.models.small_models import DIMS, adapted

UNITS = [4, 3, 2]


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
def frames(batch):
    return [batch[name] for name in ("audio", "text", "video")]


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


def weights_of(layer, *names):
    """Arrays of the weights whose paths end in the names, in their order."""
    by_path = {weight.path: arrays(weight) for weight in layer.weights}
    found = [[v for path, v in by_path.items() if path.endswith(n)] for n in names]
    return [values[0] for values in found]


def test_checks_of_the_system(frames, masks, tmp_path):
    def make(**kwargs):
        return LSTMSystem(UNITS, **kwargs)

    check_layer(make, frames, mask=masks, tmp_path=tmp_path)


def test_system_is_an_lstm_a_modality(frames, masks):
    layer = LSTMSystem(UNITS)
    hidden, cells = arrays(layer(frames, mask=masks))
    assert hidden.shape == cells.shape == (3, 6, 9)
    start = 0
    for index, (each, mask, units) in enumerate(zip(frames, masks, UNITS, strict=True)):
        kernel, bias, recurrent = weights_of(
            layer,
            f"projection_{index}/kernel",
            f"projection_{index}/bias",
            f"recurrent_kernel_{index}",
        )
        assert np.array_equal(bias, [0] * units + [1] * units + [0] * 2 * units)
        for row in range(3):
            # The steps that were observed, as if there were no others.
            kept = np.flatnonzero(mask[row])
            found = hidden[row, :, start : start + units]
            if not len(kept):
                assert not found.any() and not cells[row, :, start:][:, :units].any()
                continue
            expected = reference.lstm(each[row, kept], kernel, recurrent, bias)
            assert_close(found[kept], expected.astype("float32"))
            assert_close(found[-1], expected[-1].astype("float32"))
        start += units


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


def test_answers_from_the_last_states_and_the_memory(batch):
    model = small()
    parts = [model.modality_concat(batch, modalities=[name]) for name in DIMS]
    frames, masks = zip(*parts, strict=True)
    hidden, cells = model.lstms(list(frames), mask=list(masks))
    memory, _ = model.memory(cells, mask=masks[0])
    # Lengths are 6, 4 and 1.
    rows, ends = [0, 1, 2], [5, 3, 0]
    last = [arrays(each)[rows, ends] for each in (hidden, memory)]
    expected = model.answer_head(np.concatenate(last, axis=-1))
    assert_close(model(batch)["sentiment"], expected)


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


def test_every_modality_and_the_order_of_steps_matter(batch):
    model = small()
    before = arrays(model(batch)["sentiment"])
    for name in DIMS:
        changed = {**batch, name: batch[name] + 1.0}
        assert np.abs(arrays(model(changed)["sentiment"]) - before).min() > 1e-6
    turned = {**batch, "text": batch["text"][:, [1, 0, 2, 3, 4, 5]]}
    assert abs(arrays(model(turned)["sentiment"])[0] - before[0]) > 1e-6


def test_gaps_change_nothing(batch):
    model = small()
    rows = np.array([0, 1, 1, 2, 3, 3, 4, 5])
    gaps = np.array([1, 0, 1, 1, 0, 1, 1, 1], bool)
    spread = {key: each[:, rows] for key, each in batch.items()}
    for name in DIMS:
        spread[f"{name}_mask"] = spread[f"{name}_mask"] & gaps
    assert_close(model(spread)["sentiment"], model(batch)["sentiment"])


def test_missing_modality_keeps_zeros(batch):
    model = small()
    batch["video_mask"] = np.zeros_like(batch["video_mask"])
    states, _ = model.read(batch)
    # Audio, text, video in that order, and the memory.
    assert not arrays(states)[..., 7:9].any() and arrays(states)[..., 9:].any()


def test_attention_is_shared_by_the_modalities(batch):
    weights = arrays(small().attend(batch))
    assert sorted(weights) == sorted(DIMS)
    assert_close(sum(weights.values()), np.ones((3, 6), "float32"))
    assert np.ptp(weights["text"][0]) > 1e-4


def test_unaligned_modalities_are_refused(batch):
    batch["video"], batch["video_mask"] = batch["video"][:, :4], batch["video_mask"]
    with pytest.raises(ValueError, match="the same steps, not .*align them first"):
        small()(batch)


def test_units_of_each_modality():
    model = small({"text": 5, "audio": 3}, units=6)
    assert model.get_config()["units"] == {"audio": 6, "text": 6}
    with pytest.raises(ValueError, match=r"`units` are of \['text'\], `input_dims` of"):
        small({"text": 5, "audio": 3}, units={"text": 6})
