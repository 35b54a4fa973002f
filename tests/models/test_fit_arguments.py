"""What a Keras user passes to `compile`, `fit` and `evaluate`, over the registry."""

import functools

import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.data import Batches
from mmzoo.models.fit_arguments import minimise
from tests.checks import arrays, assert_close
from tests.data.small_corpus import small_emotions
from tests.models.small_models import (
    SMALL,
    WITHOUT_COMPANY,
    small_classifier,
    small_regressor,
)
from tests.selection import few_everywhere

CLASSES = ["sad", "calm", "glad"]
CLASSIFY = ("audio_text_classifier", "image_text_classifier")
FORMS = [(name, {}) for name in mmzoo.list_models()]
FORMS += [(name, {"classes": CLASSES}) for name in CLASSIFY]
FORMS += [("lstm_baseline", {"labels_per": "step", "pooling_attention": False})]
LABELLED = [form for form in FORMS if not form[0].endswith("translator")]
over_forms = pytest.mark.parametrize(
    ("name", "options"), few_everywhere(FORMS), ids=str
)
over_labelled = pytest.mark.parametrize(
    ("name", "options"), few_everywhere(LABELLED), ids=str
)


def compiled(name, options, rate=0.1):
    model = SMALL[name](**options)
    model.compile(optimizer=keras.optimizers.SGD(rate))
    return model


def labels_of(model, batch):
    """Labels that fit the model, and which of them count: all but some."""
    steps = getattr(getattr(model, "head", None), "labels_per", "") == "step"
    mask = batch["text_mask"] if steps else np.array([True, True, False])
    generator = np.random.default_rng(3)
    if model.classes:
        return np.array([2, 0, 1], "int32"), mask
    return generator.normal(size=mask.shape).astype("float32"), mask


class Steps:
    """Single steps of one model, each from the same weights: it is compiled once."""

    def __init__(self, name, options):
        keras.utils.set_random_seed(1)
        self.model = compiled(name, options)
        self.start = [arrays(variable.value) for variable in self.model.variables]

    def __call__(self, batch, y, **fit):
        """Losses and weights after one step."""
        model = self.model
        for variable, value in zip(model.variables, self.start, strict=True):
            variable.assign(value)
        model.reset_metrics()
        logs = model.train_on_batch(batch, y, return_dict=True, **fit)
        model.reset_metrics()
        logs = arrays([logs, model.test_on_batch(batch, y, return_dict=True)])
        return logs, arrays([weight.value for weight in model.weights])


@functools.cache
def _steps_of(name, options):
    return Steps(name, dict(options))


def steps_of(name, options):
    """The steps of a form, which the tests share: each begins with the same weights."""
    hashable = (
        (key, tuple(v) if isinstance(v, list) else v) for key, v in options.items()
    )
    return _steps_of(name, tuple(hashable))


def masked_with(labels, mask, value):
    return np.where(mask, labels, np.asarray(value, labels.dtype))


@over_labelled
def test_what_is_masked_may_hold_anything(name, options, batch):
    trained = steps_of(name, options)
    model = trained.model
    labels, mask = labels_of(model, batch)
    key = model.target
    wild = (99, -1) if model.classes else (np.nan, np.inf, 1e38)
    expected = trained(batch, {key: labels, f"{key}_mask": mask})
    for value in wild:
        y = {key: masked_with(labels, mask, value), f"{key}_mask": mask}
        y["sentiment_weight_of_others"] = labels
        assert_close(trained(batch, y), expected)
    if model.classes:
        # Float labels with NaN where there is none.
        y = {key: np.where(mask, labels, np.nan), f"{key}_mask": mask}
        assert_close(trained(batch, y), expected)


@over_labelled
def test_trailing_axes_are_dropped(name, options, batch):
    trained = steps_of(name, options)
    labels, mask = labels_of(trained.model, batch)
    key = trained.model.target
    expected = trained(batch, {key: labels, f"{key}_mask": mask})
    wide = {key: labels[..., None], f"{key}_mask": mask[..., None, None]}
    assert_close(trained(batch, wide), expected)


@over_labelled
def test_labels_of_another_shape_are_refused(name, options, batch):
    model = steps_of(name, options).model
    labels, _ = labels_of(model, batch)
    for wrong in (np.stack([labels] * 2, axis=-1), np.stack([labels[:, None]] * 3)):
        with pytest.raises(ValueError, match="one entry for each answer|cardinality"):
            model.train_on_batch(batch, wrong)


@over_labelled
def test_labels_alone_and_without_a_mask(name, options, batch):
    trained = steps_of(name, options)
    model = trained.model
    labels, _ = labels_of(model, batch)
    # Labels one a step count where a step was observed.
    mask = batch["text_mask"] if labels.ndim == 2 else np.ones(3, bool)
    y = {model.target: labels, f"{model.target}_mask": mask}
    expected = trained(batch, y)
    assert_close(trained(batch, labels), expected)
    assert_close(trained(batch, {model.target: labels}), expected)


@over_labelled
def test_labels_that_are_missing_are_named(name, options, batch):
    model = steps_of(name, options).model
    with pytest.raises(ValueError, match=f"learns '{model.target}', so pass labels"):
        model.fit(batch, verbose=0)
    with pytest.raises(ValueError, match=rf"has \['mood'\].*'{model.target}'"):
        model.fit(batch, {"mood": np.zeros(3)}, verbose=0)


@over_forms
def test_sample_weights(name, options, batch):
    trained = steps_of(name, {**options, **WITHOUT_COMPANY.get(name, {})})
    model = trained.model
    labels, mask = labels_of(model, batch)
    y = labels if model.target is None else {model.target: labels}
    if model.target:
        y[f"{model.target}_mask"] = mask
    none = trained(batch, y)[1]
    equal = trained(batch, y, sample_weight=np.ones(3))
    assert_close(equal[1], none)

    def loss(weights=None):
        model.reset_metrics()
        logs = model.test_on_batch(batch, y, sample_weight=weights, return_dict=True)
        return float(arrays(logs["loss"]))

    # Each row alone has its part of the sum over the same count.
    assert sum(map(loss, np.eye(3))) == pytest.approx(loss(), rel=1e-4)
    for wide in (np.full((3, 1), 2.0), np.full(3, 2.0)):
        assert loss(wide) == pytest.approx(2 * loss(), rel=1e-4)
        logs = model.evaluate(batch, y, sample_weight=wide, verbose=0, return_dict=True)
        assert logs["loss"] == pytest.approx(2 * loss(), rel=1e-4)


@over_forms
def test_weights_without_labels_are_refused(name, options, batch):
    model = steps_of(name, options).model
    weights, remedy = np.ones(3), "never reads" if model.target is None else "as `y`"
    held_out = {"validation_data": (batch, None, weights)}
    for method, given in (
        (model.fit, {"sample_weight": weights}),
        (model.fit, held_out),
        (model.evaluate, {"sample_weight": weights}),
    ):
        with pytest.raises(ValueError, match=rf"no weights without `y`: .*{remedy}"):
            method(batch, verbose=0, **given)
    with pytest.raises(ValueError, match="no weights without `y`"):
        model.evaluate(batch, None, None, 0, weights)


def test_the_logs_of_terms_are_not_weighted(batch):
    model = compiled("lstm_baseline", {})
    labels, _ = labels_of(model, batch)
    weighted = model.evaluate(
        batch, labels, sample_weight=np.zeros(3), verbose=0, return_dict=True
    )
    plain = model.evaluate(batch, labels, verbose=0, return_dict=True)
    assert weighted["loss"] == 0.0
    assert weighted["sentiment_mae"] == plain["sentiment_mae"] > 0


@pytest.fixture
def emotions(rng):
    return small_emotions(rng)


def fitted(emotions, class_weight, batch_size, epochs=1):
    keras.utils.set_random_seed(1)
    model = small_classifier(classes=CLASSES)
    model.compile(optimizer=keras.optimizers.SGD(0.1))
    batches = Batches(emotions.train, ["audio", "text"], batch_size)
    model.fit(batches, class_weight=class_weight, epochs=epochs, verbose=0)
    return arrays([weight.value for weight in model.weights])


def test_class_weights_of_batches_count_no_filler_rows(emotions):
    weight = {0: 0.0, 1: 3.0}
    expected = fitted(emotions, weight, 7)
    assert_close(fitted(emotions, weight, 12), expected)
    plain = fitted(emotions, None, 7)
    assert_close(fitted(emotions, {0: 1.0, 1: 1.0, 2: 1.0}, 7), plain)
    assert any(not np.allclose(a, b) for a, b in zip(plain, expected, strict=True))


def test_class_weights_of_arrays_are_sample_weights(batch):
    labels = np.array([2, 0, 1], "int32")
    weights = {0: 0.5, 2: 4.0}
    trained = Steps("audio_text_classifier", {"classes": CLASSES})
    by_class = trained(batch, labels, class_weight=weights)
    by_sample = trained(batch, labels, sample_weight=np.array([4.0, 0.5, 1.0]))
    assert_close(by_class[1], by_sample[1])
    by_position = trained.model.train_on_batch
    with pytest.raises(ValueError, match="both given"):
        by_position(batch, labels, np.ones(3), weights)


def test_a_later_fit_forgets_the_class_weights(batch):
    labels = np.array([2, 0, 1], "int32")
    model = compiled("audio_text_classifier", {"classes": CLASSES}, rate=0.0)
    for weights in (None, {0: 0.5, 2: 4.0}, None, {1: 3.0}):
        logs = model.fit(batch, labels, class_weight=weights, verbose=0).history
        plain = logs["loss"] == pytest.approx(logs["emotion_loss"], rel=1e-5)
        assert plain == (weights is None), weights
        # Neither validation nor the logs of the terms are weighted.
        logs = model.evaluate(batch, labels, verbose=0, return_dict=True)
        assert logs["loss"] == pytest.approx(logs["emotion_loss"], rel=1e-5)


@pytest.mark.parametrize(
    ("weights", "more", "message"),
    [
        ({3: 1.0}, {}, r"names the classes \[3\].*0 to 2"),
        ({0: 1.0}, {"sample_weight": np.ones(3)}, "both given"),
    ],
)
def test_class_weights_that_are_refused(weights, more, message, batch):
    model = compiled("audio_text_classifier", {"classes": CLASSES})
    with pytest.raises(ValueError, match=message):
        model.fit(batch, np.zeros(3), class_weight=weights, verbose=0, **more)


@pytest.mark.parametrize("name", few_everywhere(mmzoo.list_models()))
def test_numbers_have_no_class_weights(name, batch):
    model = steps_of(name, {}).model
    with pytest.raises(ValueError, match="needs classes: pass `sample_weight`"):
        model.fit(batch, np.zeros(3), class_weight={0: 1.0}, verbose=0)


# A hidden Markov model maximises another likelihood than that of the answers.
SMOOTHED = [name for name, _ in LABELLED if name != "hidden_markov_model"]


@pytest.mark.parametrize("name", few_everywhere(sorted({*SMOOTHED})))
def test_labels_are_smoothed_in_the_loss_of_training_alone(name, batch):
    labels = np.array([2, 0, 1], "int32")
    model = compiled(name, {"classes": CLASSES}, rate=0.0)
    start = [arrays(variable.value) for variable in model.variables]
    logs = []
    for share in (0.0, 0.25):
        model.compile(keras.optimizers.SGD(0.0), label_smoothing=share)
        # What dropout draws is a variable, too, but for PyTorch's.
        keras.utils.set_random_seed(1)
        for variable, value in zip(model.variables, start, strict=False):
            variable.assign(value)
        for step in (model.train_on_batch, model.test_on_batch):
            model.reset_metrics()
            logs.append(step(batch, labels, return_dict=True))
    changed = [key for key in logs[0] if abs(logs[0][key] - logs[2][key]) > 1e-4]
    assert changed == ["loss"]
    assert logs[1] == pytest.approx(logs[3], rel=1e-4)


def test_no_file_keeps_label_smoothing():
    model = small_classifier(classes=CLASSES)
    found = []
    for share in (0.0, 0.25):
        optimizer = keras.optimizers.SGD(name="sgd")
        model.compile(optimizer, label_smoothing=share)
        found.append((model.get_config(), model.get_compile_config()))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("options", "share", "message"),
    [
        ({"classes": CLASSES}, 1.0, "is at least 0 and below 1, not 1.0"),
        ({}, 0.1, "`label_smoothing=0.1` .* no classes: leave it out"),
        ({"classes": CLASSES, "target": "emotions"}, 0.1, "several classes a sample"),
    ],
)
def test_label_smoothing_that_is_refused(options, share, message):
    model = small_classifier(**options)
    with pytest.raises(ValueError, match=message):
        model.compile("sgd", label_smoothing=share)


@over_forms
def test_losses_and_metrics_of_others_are_refused(name, options):
    model = SMALL[name](**options)
    for given in ({"loss": "mse"}, {"metrics": ["mae"]}, {"weighted_metrics": ["mae"]}):
        argument = next(iter(given))
        with pytest.raises(ValueError, match=rf"`compile\({argument}=.*leave it out"):
            model.compile(optimizer="adam", **given)
    model.compile(optimizer="adam", loss=None, metrics=[])


@over_forms
def test_callbacks_know_that_less_is_better(name, options, batch):
    # Statistics of batches would go on moving.
    model = compiled(name, {**options, **WITHOUT_COMPANY.get(name, {})}, rate=0.0)
    labels, _ = labels_of(model, batch)
    log = list(model.loss_trackers)[-1]
    stop = keras.callbacks.EarlyStopping(monitor=f"val_{log}", patience=1)
    slower = keras.callbacks.ReduceLROnPlateau(monitor=log, patience=1)
    history = model.fit(
        batch,
        labels,
        validation_data=(batch, labels),
        epochs=4,
        callbacks=[stop, slower],
        verbose=0,
    )
    assert len(history.epoch) == 2, "it did not stop when nothing improved"
    assert stop.monitor_op(1.0, 2.0)


def test_other_modes_are_kept():
    chosen = keras.callbacks.EarlyStopping(monitor="sentiment_mae", mode="max")
    foreign = keras.callbacks.EarlyStopping(monitor="else")
    for callbacks in (None, chosen, [chosen, foreign]):
        minimise(callbacks, ["sentiment_mae"])
    assert (chosen.mode, foreign.mode) == ("max", "auto")


def test_saved_compilation_comes_back(batch, tmp_path):
    model = small_regressor()
    model.compile(optimizer=keras.optimizers.Adam(0.01, clipnorm=1.0))
    model.train_on_batch(batch, np.zeros(3))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.optimizer.clipnorm == 1.0
    assert_close(
        [each.value for each in loaded.optimizer.variables],
        [each.value for each in model.optimizer.variables],
    )
