import itertools

import numpy as np
import pytest

import mmzoo
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, adapted

SMALL = {
    "units": {"audio": 4, "text": 3, "video": 2},
    "alpha": 0.5,
    "beta": 0.5,
    "dropout": 0.0,
}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_multi_view_network(**options))


@pytest.mark.one_backend
def test_answers_from_the_last_states_of_all_views(batch):
    model = small()
    frames, mask = model.modality_concat(batch)
    states, _ = model.views(frames, mask=mask)
    # Lengths are 6, 4 and 1.
    last = arrays(states)[[0, 1, 2], [5, 3, 0]]
    kernel, bias = arrays(model.answer_head.answer.weights)
    assert kernel.shape == (9, 1)
    assert_close(model(batch)["sentiment"], (last @ kernel + bias)[:, 0])


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


def mistakes(beta):
    """The share of wrong answers to whether two views agree, at different steps."""
    signs = np.array(list(itertools.product([-1, 1], repeat=2)), "float32")
    frames = np.zeros((2, 4, 2, 1), "float32")
    frames[0, :, 0, 0], frames[1, :, 1, 0] = signs.T
    batch, labels = dict(zip(["audio", "video"], frames, strict=True)), [1, 0, 0, 1]
    labels, dims = np.array(labels, "int32"), {"audio": 1, "video": 1}
    options = {"units": 6, "alpha": 1.0, "beta": beta, "dropout": 0.0}
    model = mmzoo.build_multi_view_network(dims, classes=["differ", "agree"], **options)
    model.compile("adam")
    model.optimizer.learning_rate = 0.05
    for _ in range(80):
        model.train_on_batch(batch, labels)
    return np.mean(arrays(model(batch)["emotion"]).argmax(-1) != labels)


@pytest.mark.one_backend
def test_views_that_read_each_other_tell_whether_they_agreed():
    # A sum of what each view says by itself is wrong in one of four cases.
    assert mistakes(beta=1.0) == 0.0
    assert mistakes(beta=0.0) >= 0.25


def test_weights_that_are_none_stay_zero(batch, targets):
    model = small()
    cell = model.views.lstm.cell
    before = [arrays(cell.kernel) == 0, arrays(cell.recurrent_kernel) == 0]
    check_training(model, batch, targets, below=0.6)
    after = [arrays(cell.kernel) == 0, arrays(cell.recurrent_kernel) == 0]
    for zeros, still in zip(before, after, strict=True):
        assert zeros.any() and np.array_equal(zeros, still)


@pytest.mark.one_backend
def test_every_modality_and_the_order_of_steps_matter(batch):
    model = small()
    before = arrays(model(batch)["sentiment"])
    for name in DIMS:
        changed = {**batch, name: batch[name] + 1.0}
        assert np.abs(arrays(model(changed)["sentiment"]) - before).min() > 1e-6
    turned = {**batch, "text": batch["text"][:, [1, 0, 2, 3, 4, 5]]}
    assert abs(arrays(model(turned)["sentiment"])[0] - before[0]) > 1e-6


@pytest.mark.one_backend
def test_missing_modality_is_read_as_its_mean(batch):
    model = small()
    batch["video_mask"] = np.zeros_like(batch["video_mask"])
    found = arrays(model(batch)["sentiment"])
    normalization = model.normalizations["video"]
    batch["video"] = arrays(normalization.inverse(np.zeros((3, 6, 2), "float32")))
    batch["video_mask"] = batch["text_mask"]
    assert_close(model(batch)["sentiment"], found)


def test_units_of_each_modality():
    model = small({"text": 5, "audio": 3}, units=6)
    assert model.get_config()["units"] == {"audio": 6, "text": 6}
    with pytest.raises(ValueError, match=r"`units` are of \['text'\], `input_dims` of"):
        small({"text": 5, "audio": 3}, units={"text": 6})


def test_shares_are_checked():
    with pytest.raises(ValueError, match="`alpha` is a share from 0 to 1, not 2"):
        small(alpha=2)
