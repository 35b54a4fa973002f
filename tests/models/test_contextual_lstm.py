import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.layers import WordEmbedding
from mmzoo.training import TrainingOptions, TrainingRun
from tests import reference
from tests.checks import arrays, assert_close, check_training
from tests.data.small_corpus import small_corpus
from tests.models.small_models import DIMS, adapted

SMALL = {"units": 4, "feature_dim": 3, "hidden_dim": 8, "dropout": 0.0}
LEVELS = ["audio", "text", "video", "fusion"]


def small(input_dims=None, **options):
    """A model on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_contextual_lstm(**options))


def learning(model):
    """The first names in the paths of the weights that learn."""
    return {weight.path.split("/")[0] for weight in model.trainable_weights}


def equations(frames, layer, activation):
    """A level's features and those of the whole sequence, of one sample."""
    encoder = layer.encoder
    directions = [encoder.forward_layers[0], encoder.backward_layers[0]]
    weights = [arrays(each.weights) for each in directions]
    states, last = reference.encoder(frames, [weights], "lstm")
    kernel, bias = arrays(layer.dense.weights)
    return [activation(each @ kernel + bias) for each in (states, last)]


@pytest.mark.parametrize("labels_per", ["step", "sequence"])
def test_both_levels_follow_their_equations(labels_per, batch):
    model = small(labels_per=labels_per)
    found = arrays(model(batch)["sentiment"])
    for row, length in enumerate([6, 4, 1]):
        below = []
        for name in DIMS:
            frames, _ = model.modality_concat(batch, modalities=[name])
            frames = arrays(frames)[row, :length]
            below.append(equations(frames, model.contexts[name], np.tanh)[0])
        joined = np.concatenate(below, axis=-1)
        above = equations(joined, model.contexts["fusion"], lambda x: np.maximum(x, 0))
        kernel, bias = arrays(model.answer_heads["fusion"].answer.weights)
        steps, whole = (each @ kernel[:, 0] + bias[0] for each in above)
        if labels_per == "step":
            assert_close(found[row, :length], steps.astype("float32"))
        else:
            assert_close(found[row], whole.astype("float32"))


def test_a_modality_answers_by_itself_while_it_is_trained(batch):
    model = small(labels_per="step", classes=["low", "middle", "high"])
    said = arrays(model(batch))
    modalities = [f"emotion_{name}" for name in DIMS]
    assert sorted(said) == sorted(["emotion", *modalities])
    model.train_level("text")
    frames, mask = model.modality_concat(batch, modalities=["text"])
    features, _ = model.contexts["text"](frames, mask=mask)
    expected = model.answer_heads["text"](features)
    assert_close(model(batch), {"emotion": expected})
    assert_close(said["emotion_text"], expected)
    for level in ("fusion", None):
        model.train_level(level)
        assert_close(model(batch), said)


@pytest.mark.one_backend
def test_each_level_trains_its_own_weights():
    model = small()
    for level in LEVELS:
        model.train_level(level)
        assert learning(model) == {f"{level}_context", f"{level}_answer"}
    model.train_level(None)
    assert learning(model) == {*(f"{x}_context" for x in LEVELS), "fusion_answer"}


@pytest.mark.one_backend
@pytest.mark.parametrize("level", LEVELS)
def test_each_level_learns(level, batch, targets):
    model = small()
    model.train_level(level)
    check_training(model, batch, targets, below=0.6)


@pytest.mark.one_backend
def test_what_is_frozen_drops_nothing(batch):
    model = small(dropout=0.5)
    dropout = keras.layers.Dropout
    above = [model.contexts["fusion"], model.answer_heads["fusion"]]
    for part in above:
        for layer in part._flatten_layers():
            if isinstance(layer, dropout):
                layer.rate = 0.0
    for level, same in (("fusion", True), (None, False)):
        model.train_level(level)
        first, again = (
            arrays(model(batch, training=True)["sentiment"]) for _ in range(2)
        )
        assert np.allclose(first, again) == same


def phases(model, corpus, folder):
    """The phases of a training, with the weights of the first level after each."""
    found, fit = {}, TrainingRun.fit

    class Watched(TrainingRun):
        def fit(self, name, model, *arguments):
            fit(self, name, model, *arguments)
            found[name] = [arrays(each.weights) for each in model.contexts.values()]

    options = TrainingOptions(epochs=2, least_batch=1)
    run = Watched(corpus, options, 0, folder, str)
    model.begin(run)
    model.train_phases(run)
    return found, run


# What a phase is, is the same on each backend.
@pytest.mark.one_backend
def test_levels_are_trained_one_after_the_other(rng, tmp_path):
    corpus = small_corpus(rng, "step")
    model = small(corpus.input_dims, labels_per="step")
    found, run = phases(model, corpus, tmp_path)
    names = list(corpus.input_dims)
    assert list(found) == list(run.history) == [*names, "fusion"]
    assert all("val_sentiment_mae" in logs for logs in run.history.values())
    # The second level left the first as it was.
    assert_close(found["fusion"][:-1], found[names[-1]][:-1], 0)
    assert not np.allclose(found["fusion"][-1][0], found[names[-1]][-1][0])
    assert model.level is None


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("options", "modalities"), [({"end_to_end": True}, 2), ({}, 1)]
)
def test_one_phase_where_levels_are_not_apart(options, modalities, rng, tmp_path):
    corpus = small_corpus(rng, "step")
    dims = dict(list(corpus.input_dims.items())[:modalities])
    model = small(dims, labels_per="step", **options)
    _, run = phases(model, corpus, tmp_path)
    assert list(run.history) == ["supervised"]


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("classes", "labels_per"), [(None, "step"), (["low", "middle", "high"], "sequence")]
)
def test_learns_scores_and_classes(classes, labels_per, batch):
    model = small(classes=classes, labels_per=labels_per)
    target = "emotion" if classes else "sentiment"
    mask = batch["text_mask"] if labels_per == "step" else np.ones(3, bool)
    labels = np.arange(mask.size).reshape(mask.shape) % 3
    labels = labels.astype("int32") if classes else labels - 1.2
    answer = model(batch)[target]
    assert answer.shape == (mask.shape + (3,) if classes else mask.shape)
    targets = {target: labels, f"{target}_mask": mask}
    check_training(model, batch, targets, below=0.6)


@pytest.mark.one_backend
def test_learns_what_the_next_utterance_tells_as_one_direction_cannot(rng):
    text = rng.choice([-1.0, 1.0], size=(64, 5, 1)).astype("float32")
    labels = np.roll(text[..., 0], -1, axis=1)
    labels[:, -1] = 0.0
    batch = {"text": text, "audio": np.zeros_like(text)}
    dims, errors = {"text": 1, "audio": 1}, {}
    for name, options in (("contextual_lstm", SMALL), ("lstm_baseline", {"units": 8})):
        model = mmzoo.create_model(name, dims, labels_per="step", **options)
        model.compile(keras.optimizers.Adam(0.03))
        for _ in range(50):
            model.train_on_batch(batch, labels)
        errors[name] = np.abs(arrays(model(batch)["sentiment"]) - labels).mean()
    assert errors["contextual_lstm"] < 0.3 and errors["lstm_baseline"] > 0.6


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
def test_an_utterance_without_a_modality_may_hold_anything(batch):
    model = small(labels_per="step")
    batch["video_mask"][0, 2] = False
    before = arrays(model(batch)["sentiment"])
    batch["video"][0, 2] = np.nan
    assert_close(model(batch)["sentiment"], before)


@pytest.mark.one_backend
def test_one_direction_reads_nothing_that_follows(batch):
    model = small(labels_per="step", bidirectional=False)
    before = arrays(model(batch)["sentiment"])[0]
    batch["text"][0, 3] += 1.0
    after = arrays(model(batch)["sentiment"])[0]
    assert_close(after[:3], before[:3])
    assert np.abs(after[3:] - before[3:]).min() > 1e-6


@pytest.mark.one_backend
def test_unknown_level():
    with pytest.raises(ValueError, match=r"`level` is one of \['audio', .* not 'face'"):
        small(level="face")
    with pytest.raises(ValueError, match=r"one of \['text'\] or None, not 'fusion'"):
        small({"text": 5}, level="fusion")


@pytest.mark.one_backend
def test_every_phase_reads_what_front_ends_that_learn_read():
    dims = {"text": WordEmbedding(["good", "film"], 4), "audio": 3}
    model = mmzoo.build_contextual_lstm(dims, **SMALL)
    for level in (None, *model.levels):
        model.train_level(level)
        assert model.reads_to_answer == ["audio", "tokens"], level
