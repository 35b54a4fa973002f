import itertools
import zipfile

import h5py
import numpy as np
import pytest

import mmzoo
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, adapted

# Of a few ReLUs in a row all may be dead, by the luck of a seed.
SMALL = {
    "units": {"audio": 4, "text": 3, "video": 2},
    "memory_dim": 5,
    "hidden_dim": 16,
    "vertex_dim": 8,
    "dropout": 0.0,
}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_graph_memory_fusion_network(**options))


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


def trained_once(batch, targets):
    """A network, and whether one step moved each weight, by its path."""
    model = small()
    before = {weight.path: arrays(weight) for weight in model.weights}
    model.compile("adam")
    model.train_on_batch(batch, targets)
    moved = {
        weight.path: not np.array_equal(arrays(weight), before[weight.path])
        for weight in model.weights
    }
    return model, moved


def test_all_of_the_graph_learns_and_is_saved(batch, targets, tmp_path):
    model, moved = trained_once(batch, targets)
    graph = {path: each for path, each in moved.items() if "/graph/" in path}
    # Efficacies, three pairs, the triple and the output, of two dense layers each.
    assert len(graph) == 6 * 4
    assert all(graph.values())
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        archive.extract("model.weights.h5", tmp_path)
    saved = []

    def keep(path, each):
        if "/graph/" in path and isinstance(each, h5py.Dataset):
            saved.append(each[()])

    with h5py.File(tmp_path / "model.weights.h5") as file:
        file.visititems(keep)
    assert len(saved) == 6 * 4
    for weight in model.memory.graph.weights:
        assert any(np.array_equal(arrays(weight), each) for each in saved), weight.path


# On each backend tests/models/test_registry.py trains the model.
@pytest.mark.one_backend
@pytest.mark.parametrize("classes", [None, ["low", "middle", "high"]])
@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_learns_scores_and_classes(classes, labels_per, batch):
    model = small(classes=classes, labels_per=labels_per)
    target = "emotion" if classes else "sentiment"
    mask = batch["text_mask"] if labels_per == "step" else np.ones(3, bool)
    labels = np.arange(mask.size).reshape(mask.shape) % 3
    labels = labels.astype("int32") if classes else labels - 1.2
    answer = model(batch)[target]
    assert answer.shape == (mask.shape + (3,) if classes else mask.shape)
    targets = {target: labels, f"{target}_mask": mask}
    check_training(model, batch, targets, below=0.6, steps=40)


@pytest.mark.one_backend
def test_learns_agreement_across_steps_as_means_cannot():
    signs = np.array(list(itertools.product([-1, 1], repeat=6)), "float32")
    audio, video = signs[:, :3, None], signs[:, 3:, None]
    batch, dims = {"audio": audio, "video": video}, {"audio": 1, "video": 1}
    # Whether they agree at two of the three steps or more: means tell it of some.
    labels = (np.sum(audio * video, axis=(1, 2)) > 0).astype("int32")
    errors = {}
    for name, options in (
        ("graph_memory_fusion_network", {**SMALL, "units": 8}),
        ("late_fusion_network", {"encoder": "mean", "dropout": 0.0}),
    ):
        model = mmzoo.create_model(name, dims, classes=["no", "yes"], **options)
        model.compile("adam")
        model.optimizer.learning_rate = 0.02
        for _ in range(40):
            model.train_on_batch(batch, labels)
        errors[name] = np.mean(arrays(model(batch)["emotion"]).argmax(-1) != labels)
    assert errors["graph_memory_fusion_network"] == 0.0
    assert errors["late_fusion_network"] > 0.15


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


def test_efficacies_are_named_by_their_edges(batch):
    model = small()
    found = arrays(model.efficacies(batch))
    assert len(found) == 19
    assert list(found)[:2] == ["audio->audio+text", "text->audio+text"]
    assert list(found)[-1] == "audio+text+video->output"
    assert all(each.shape == (3, 6) for each in found.values())
    assert all(np.all((each > 0) & (each < 1)) for each in found.values())
    attended = arrays(model.attend(batch))
    assert_close(attended, {name: found[f"{name}->output"] for name in DIMS})


def test_gates_that_do_not_read_the_memory_learn(batch, targets):
    model = small(gates_read_memory=False)
    assert not any("gates_memory" in weight.path for weight in model.weights)
    check_training(model, batch, targets, below=0.6)


def test_one_modality_is_a_graph_of_one_edge(batch):
    assert list(small({"text": 5}, units=3).efficacies(batch)) == ["text->output"]
