import numpy as np
import pytest

import mmzoo
from tests.checks import arrays, assert_close, check_training
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
