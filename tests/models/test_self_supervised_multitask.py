import numpy as np
import pytest

import mmzoo
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, adapted

# Of a few ReLUs in a row all may be dead, by the luck of a seed.
SMALL = {"units": 3, "vector_dim": 6, "hidden_dim": 8, "unimodal_dim": 8}
SMALL |= {"dropout": 0.0}
NAMES = sorted(DIMS)


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_self_supervised_multitask(**options))


@pytest.fixture
def generated(batch):
    """A batch with labels that were generated; the first sample has no video."""
    batch["video_mask"][0] = False
    labels = np.array([[1.5, 0.5, 2.0], [-2.0, 1.0, 0.0], [0.5, -1.0, 3.0]], "float32")
    batch["generated_labels"] = labels[:, None]
    batch["generated_labels_mask"] = np.array([[True], [True], [False]])
    return batch


def terms_of(model, batch, y, sample_weight=None):
    return arrays(model.loss_terms(batch, y, model(batch), sample_weight))


def test_errors_count_by_how_far_labels_differ(generated, targets):
    model = small(unimodal_weight=0.5)
    said, terms = arrays(model(generated)), terms_of(model, generated, targets)
    y, labels = targets["sentiment"], generated["generated_labels"][:, 0]
    assert set(terms) == {"sentiment_mae", *(f"{name}_loss" for name in NAMES)}
    for index, name in enumerate(NAMES):
        there = [1] if name == "video" else [0, 1]
        weights = np.tanh(np.abs(labels[:, index] - y))
        errors = weights * np.abs(said[f"sentiment_{name}"] - labels[:, index])
        weight, total, count = terms[f"{name}_loss"]
        assert weight == 0.5 and count == len(there)
        assert_close(total, errors[there].sum())
    # A label that is the sample's own is nothing to learn.
    same = {**generated, "generated_labels": np.repeat(y[:, None, None], 3, axis=2)}
    found = terms_of(model, same, targets)
    assert all(found[f"{name}_loss"][1] == 0.0 for name in NAMES)


def test_without_generated_labels_all_learn_the_label(batch, targets):
    model = small()
    said, terms = arrays(model(batch)), terms_of(model, batch, targets)
    for name in NAMES:
        errors = np.abs(said[f"sentiment_{name}"] - targets["sentiment"])
        assert_close(terms[f"{name}_loss"], (1.0, errors.sum(), np.float32(3.0)))


def test_masked_labels_and_weights_of_0_count_in_no_loss(generated, targets):
    model = small()
    targets["sentiment_mask"][1] = False
    expected = terms_of(model, generated, targets)
    targets["sentiment"][1] = np.nan
    assert_close(terms_of(model, generated, targets), expected)
    targets["sentiment"][1] = 1.0
    targets["sentiment_mask"][1] = True
    some = np.array([1.0, 0.0, 1.0], "float32")
    weighted = terms_of(model, generated, targets, some)
    for name, (_, total, _) in expected.items():
        assert_close(weighted[name][1], total)
    assert_close(terms_of(model, generated, targets, some[:, None]), weighted)


def test_missing_modality_may_hold_anything(batch):
    model = small()
    batch["text_mask"] = np.zeros_like(batch["text_mask"])
    before = arrays(model(batch))
    assert before["present"].tolist() == [[1.0, 0.0, 1.0]] * 3
    batch["text"] = np.full_like(batch["text"], np.nan)
    assert_close(model(batch), before)


def test_every_modality_and_the_order_of_steps_matter(batch):
    model = small()
    before = arrays(model(batch))
    for name in NAMES:
        said = arrays(model({**batch, name: batch[name] + 1.0}))
        assert np.abs(said["sentiment"] - before["sentiment"]).max() > 1e-6
        for other in NAMES:
            moved = np.abs(said[f"sentiment_{other}"] - before[f"sentiment_{other}"])
            assert (moved.max() > 1e-6) == (other == name)
    turned = {**batch, "text": batch["text"][:, [1, 0, 2, 3, 4, 5]]}
    moved = arrays(model(turned)["sentiment"]) - before["sentiment"]
    assert abs(moved[0]) > 1e-6


# On each backend tests/models/test_registry.py trains the model, on scores.
@pytest.mark.one_backend
def test_learns_classes(batch):
    model = small(classes=["low", "middle", "high"])
    said = model(batch)
    assert said["emotion"].shape == said["emotion_audio"].shape == (3, 3)
    y = {"emotion": np.array([0, 1, 2], "int32"), "emotion_mask": np.ones(3, bool)}
    check_training(model, batch, y, below=0.6)


@pytest.mark.one_backend
def test_any_number_of_classes(batch):
    model = small(classes=["sad", "glad"], target="emotions")
    mask = np.array([[True, True], [True, False], [True, True]])
    y = {"emotions": np.eye(2, dtype="float32")[[0, 1, 0]], "emotions_mask": mask}
    terms = terms_of(model, batch, y)
    assert [terms[f"{name}_loss"][2] for name in NAMES] == [5.0] * 3


def test_without_weight_modalities_learn_nothing(batch, targets):
    model = small(unimodal_weight=0.0)
    assert set(model.loss_trackers) == {"sentiment_mae"}
    learnt = {weight.path for weight in model.trainable_weights}
    assert not any("audio_head" in path for path in learnt)
    assert set(terms_of(model, batch, targets)) == {"sentiment_mae"}


def test_errors():
    with pytest.raises(ValueError, match="`unimodal_weight` is at least 0, not -1.0"):
        small(unimodal_weight=-1.0)
