import copy

import keras
import numpy as np
import pytest
from keras import ops

import mmzoo
from tests.checks import arrays, assert_close, dtype_policy
from tests.models.copies import copies
from tests.models.partly_frozen import PARTLY_FROZEN, frozen_head
from tests.models.small_models import SMALL, small_hierarchy, small_regressor
from tests.selection import FEW, few_everywhere

# Copying and saving are Keras' own, the same on each backend but for the variables.
over_frozen = pytest.mark.parametrize(
    "name", few_everywhere([*SMALL, *PARTLY_FROZEN], [*FEW, "end to end"])
)


@pytest.mark.parametrize("labels_per", ["sequence", "step"])
@pytest.mark.parametrize("classes", [None, ["sad", "calm", "glad"]])
@pytest.mark.parametrize("name", few_everywhere(SMALL))
def test_every_form_that_a_model_has_is_trained_and_told(
    name, classes, labels_per, batch, rng
):
    """Scores or classes, a sequence or a step: refused at once, or whole."""
    answering = SMALL[name]()
    if not answering.answers:
        return
    options = {"classes": classes, "labels_per": labels_per, "target": "mood"}
    options |= {"pooling_attention": False} if name == "lstm_baseline" else {}
    if labels_per not in answering.answers_per:
        with pytest.raises(ValueError, match=r"one of \['sequence'\] for"):
            SMALL[name](**options)
        return
    model = SMALL[name](**options)
    shape = (3, 6) if labels_per == "step" else (3,)
    labels = rng.integers(0, 3, shape).astype("int32" if classes else "float32")
    model.compile(optimizer="adam")
    logs = model.fit(batch, {"mood": labels}, verbose=0, validation_split=0).history
    assert all(np.isfinite(values).all() for values in logs.values())
    assert model.monitor in logs
    told = model.answer(model.predict(batch, verbose=0), steps=[6, 4, 1])
    for one, count in zip(told, (6, 4, 1), strict=True):
        said = one["mood"] if labels_per == "step" else [one["mood"]]
        assert len(said) == (count if labels_per == "step" else 1)
        if classes:
            chances = np.array([one["probabilities"][each] for each in classes])
            np.testing.assert_allclose(chances.sum(axis=0), 1.0, rtol=1e-5)
            best = np.atleast_1d(chances.argmax(axis=0))
            assert [classes[i] for i in best] == said
        else:
            assert np.isfinite(said).all()


def learning(model):
    """What learns: the weights, and the layers, which act otherwise when frozen."""
    # Keras numbers the names of its dropouts.
    layers = [layer for layer in model._flatten_layers() if layer.weights]
    return (
        [weight.path for weight in model.trainable_weights],
        [weight.path for weight in model.non_trainable_weights],
        [(layer.name, layer.trainable) for layer in layers],
    )


@over_frozen
def test_copies_learn_what_the_model_learns(name, tmp_path):
    model = (SMALL | PARTLY_FROZEN)[name]()
    expected = learning(model)
    assert expected[0], "nothing learns"
    for way, copied in copies(model, tmp_path).items():
        assert learning(copied) == expected, way


def test_a_branch_that_is_made_frozen_has_no_part_that_learns():
    model = PARTLY_FROZEN["frozen at birth"]()
    learns, _, _ = learning(model)
    assert learns and not any("text_branch" in path for path in learns)


@over_frozen
def test_the_state_of_the_optimizer_is_saved(name, rng, tmp_path):
    model = (SMALL | PARTLY_FROZEN)[name]()
    model.compile(optimizer="adam")
    model.optimizer.build(model.trainable_variables)
    state = [rng.uniform(size=each.shape) for each in model.optimizer.variables[2:]]
    for variable, value in zip(model.optimizer.variables[2:], state, strict=True):
        variable.assign(value)
    model.save(tmp_path / "model.keras")
    expected = {each.path: arrays(each) for each in model.optimizer.variables}
    for again in (
        keras.saving.load_model(tmp_path / "model.keras"),
        copy.deepcopy(model),
    ):
        found = {each.path: arrays(each) for each in again.optimizer.variables}
        assert_close(found, expected, 0)


@pytest.mark.parametrize("make", [small_regressor, frozen_head])
def test_a_loaded_model_trains_on(make, batch, targets, tmp_path):
    model = make()
    model.compile(optimizer=keras.optimizers.Adam(0.01))
    model.train_on_batch(batch, targets)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    frozen = arrays(loaded.non_trainable_weights)
    for each in (model, loaded):
        each.train_on_batch(batch, targets)
    assert_close(loaded.weights, model.weights)
    assert_close(arrays(loaded.non_trainable_weights), frozen, 0)


def test_a_phase_is_saved(batch, tmp_path):
    model = small_hierarchy(level=1)
    assert list(model(batch)) == ["video_translation"]
    model.save(tmp_path / "model.keras")
    assert_close(mmzoo.load(tmp_path / "model.keras")(batch), model(batch))


def test_a_file_without_exceptions_is_read():
    config = small_regressor().get_config()
    del config["trainable_exceptions"], config["dtype"]
    with dtype_policy("mixed_bfloat16"):
        loaded = mmzoo.models.SentimentRegressor.from_config(config)
    assert loaded.dtype_policy.name == "float32"
    model = mmzoo.models.SentimentRegressor.from_config(config)
    assert all("head" in weight.path for weight in model.trainable_weights)


def test_a_model_without_normalizations_is_told_what_to_return():
    class Bare(mmzoo.models.MultimodalModel):
        pass

    with pytest.raises(NotImplementedError, match="`Bare` has no .*`ModalityConcat`"):
        Bare({"text": 5}).adapt({"text": [np.ones((2, 5))]})


EMOTIONS = {"classes": ["sad", "calm", "glad"], "target": "emotions"}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("lstm_baseline", {}),
        pytest.param(
            *("late_fusion_network", {"fusion": "average"}),
            marks=pytest.mark.one_backend,
        ),
    ],
)
def test_any_number_of_classes_is_learnt_saved_and_told(
    name, options, batch, rng, tmp_path
):
    model = SMALL[name](**EMOTIONS, **options)
    assert model.several and model.monitor == "emotions_balanced_error"
    mask = np.array([[True, True, False], [True, True, True], [True, False, True]])
    labels = np.array([[1, 0, 0], [0, 1, 1], [1, 0, 0]], "float32")
    targets = {"emotions": np.where(mask, labels, np.nan), "emotions_mask": mask}
    logits = ops.convert_to_numpy(model(batch)["emotions"])
    model.compile(optimizer=keras.optimizers.Adam(0.02))
    logs = model.evaluate(batch, targets, verbose=0, return_dict=True)
    each = np.log1p(np.exp(-np.where(labels == 1, 1, -1) * logits))
    assert logs["emotions_loss"] == pytest.approx(each[mask].mean(), rel=1e-4)
    weights = {0: 2.0, 1: 1.0, 2: 5.0}
    history = model.fit(
        batch, targets, batch_size=3, epochs=15, verbose=0, class_weight=weights
    ).history
    positive = np.where(labels == 1, list(weights.values()), 1.0)
    first = (positive * each)[mask].sum() / mask.sum()
    assert history["loss"][0] == pytest.approx(first, rel=1e-4)
    assert history["loss"][-1] < history["loss"][0]
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    outputs = loaded.predict(batch, verbose=0)
    expected = model.predict(batch, verbose=0)["emotions"]
    np.testing.assert_allclose(outputs["emotions"], expected, rtol=1e-5)
    for answer, row in zip(loaded.answer(outputs), expected, strict=True):
        names = [n for n, z in zip(EMOTIONS["classes"], row, strict=True) if z > 0]
        assert answer["emotions"] == names


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("lstm_baseline", {"classes": None}, "received classes=None"),
        ("lstm_baseline", {"labels_per": "step"}, "labels_per='step'"),
        ("audio_text_classifier", {"fusion": "mean"}, "for emotions fuse the features"),
    ],
)
def test_what_cannot_answer_yes_or_no_is_refused(name, options, message):
    with pytest.raises(ValueError, match=message):
        SMALL[name](**{**EMOTIONS, **options})


@pytest.mark.one_backend
def test_models_that_learn_from_samples_without_a_label():
    answering = {name for name in SMALL if SMALL[name]().answers}
    found = {name for name in answering if SMALL[name]().learns_unlabelled}
    assert found == {
        "cyclic_translator",
        "hybrid_interaction_network",
        "multimodal_factorization_model",
        "multimodal_infomax",
        "shared_private_network",
    }
