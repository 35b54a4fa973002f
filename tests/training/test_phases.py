import dataclasses

import numpy as np
import pytest

from mmzoo.models import Seq2SeqTranslator, Variant
from mmzoo.training import Options, ResumableFit, train_variant
from mmzoo.training.measure import predictions
from mmzoo.training.phases import UNTRAINED_ENCODER, WEIGHT_ZERO, control_of
from tests.data.small_corpus import small_corpus

pytestmark = pytest.mark.usefixtures("eager")

OPTIONS = Options(units=3, epochs=2, batch_size=4)
END_TO_END = dataclasses.replace(OPTIONS, training="end-to-end")


def train(name, corpus, folder, options=OPTIONS, seed=0, **more):
    """Train without the test split, which no phase may touch."""
    splits = {name: corpus.splits[name] for name in ("train", "valid")}
    corpus = dataclasses.replace(corpus, splits=splits)
    return train_variant(Variant.parse(name), corpus, options, seed, folder, **more)


def encoder_variables(translator):
    """Variables of the encoder of every level."""
    layers = translator.stack.translators
    return [variable for layer in layers for variable in layer.encoder.variables]


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


@pytest.mark.parametrize(
    ("name", "options", "control"),
    [
        ("text+audio", OPTIONS, None),
        ("text->audio", OPTIONS, UNTRAINED_ENCODER),
        ("text->audio->video", OPTIONS, UNTRAINED_ENCODER),
        ("text->audio", END_TO_END, WEIGHT_ZERO),
    ],
)
def test_control(name, options, control):
    assert control_of(Variant.parse(name), options) == control


@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_concat(rng, tmp_path, labels_per):
    corpus = small_corpus(rng, labels_per)
    model, history = train("text+audio", corpus, tmp_path)
    assert set(history) == {"sentiment"}
    assert len(history["sentiment"]["val_sentiment_mae"]) == 2
    assert model.reads == ["audio", "text"]
    said = predictions(model, corpus.test)
    assert np.isfinite(said).all()


def test_translation_has_two_phases_and_only_the_source_predicts(corpus, tmp_path):
    lines = []
    model, history = train("text->audio+video", corpus, tmp_path, report=lines.append)
    assert list(history) == ["audio+video_translation", "sentiment"]
    logs = set(history["audio+video_translation"])
    assert "val_audio+video_translation_loss" in logs
    assert [line.split(":")[0].strip() for line in lines] == list(history)
    alone = corpus.test.sequences["text"]
    only_text = dataclasses.replace(corpus.test, sequences={"text": alone})
    said = predictions(model, only_text)
    np.testing.assert_allclose(said, predictions(model, corpus.test), atol=1e-6)


def test_the_untrained_encoder_is_where_the_trained_one_began(
    corpus, tmp_path, monkeypatch
):
    began = []
    adapt = Seq2SeqTranslator.adapt

    def observed(self, frames):
        adapt(self, frames)
        began.append([np.array(v) for v in encoder_variables(self)])

    monkeypatch.setattr(Seq2SeqTranslator, "adapt", observed)
    controls = (None, UNTRAINED_ENCODER)
    for control in controls:
        model, history = train(
            "text->audio", corpus, tmp_path / str(control), control=control
        )
    assert list(history) == ["sentiment"]
    for first, second, last in zip(
        *began, encoder_variables(model.translator), strict=True
    ):
        np.testing.assert_array_equal(first, second)
        np.testing.assert_array_equal(first, np.array(last))


def test_the_encoder_is_trained_by_translating_and_frozen_then(corpus, tmp_path):
    model, _ = train("text->audio", corpus, tmp_path)
    with np.load(tmp_path / "audio_translation.npz") as saved:
        taught = [saved[key] for key in saved.files if key.startswith("best_")]
    model.translator.trainable = True
    now = model.translator.trainable_variables
    for kept, variable in zip(taught, now, strict=True):
        np.testing.assert_array_equal(kept, np.array(variable))


def test_hierarchical_has_a_phase_a_level(corpus, tmp_path):
    options = dataclasses.replace(OPTIONS, epochs=1)
    model, history = train("text->audio->video", corpus, tmp_path, options)
    assert list(history) == ["audio_translation", "video_translation", "sentiment"]
    assert len(model.translator.stack.translators) == 2
    # What one level taught stays as it is in the next.
    with np.load(tmp_path / "audio_translation.npz") as saved:
        first = [saved[key] for key in saved.files if key.startswith("best_")]
    model.translator.trainable = True
    lowest = model.translator.stack.translators[0].trainable_variables
    for kept, now in zip(first, lowest, strict=True):
        np.testing.assert_array_equal(kept, np.array(now))


def test_end_to_end_trains_both_at_once(corpus, tmp_path):
    _, history = train("text->audio", corpus, tmp_path, END_TO_END)
    assert list(history) == ["sentiment"]
    assert {"sentiment_mae", "audio_translation_loss"} <= set(history["sentiment"])


def test_weight_zero_leaves_the_translation_out(corpus, tmp_path):
    model, history = train(
        "text->audio", corpus, tmp_path, END_TO_END, control=WEIGHT_ZERO
    )
    assert "audio_translation_loss" not in history["sentiment"]
    assert model.train_translator


def test_codes(corpus, tmp_path):
    options = dataclasses.replace(OPTIONS, num_codes=4, epochs=1)
    model, history = train("text->audio", corpus, tmp_path, options)
    assert list(history) == ["audio_translation", "sentiment"]
    assert np.any(np.array(model.translator.codebooks[0].centroids) != 0.0)


def test_a_seed_is_a_training(corpus, tmp_path):
    first, again, other = (
        predictions(train("text", corpus, tmp_path / str(i), seed=seed)[0], corpus.test)
        for i, seed in enumerate((0, 0, 1))
    )
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_interrupted_phase_goes_on(corpus, tmp_path, monkeypatch):
    whole, history = train("text->audio", corpus, tmp_path / "whole")
    write, writes = ResumableFit._write, []

    def interrupted(self):
        write(self)
        writes.append(self.path.stem)
        if len(writes) in (1, 4):
            raise KeyboardInterrupt

    monkeypatch.setattr(ResumableFit, "_write", interrupted)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            train("text->audio", corpus, tmp_path / "parts")
    model, parts = train("text->audio", corpus, tmp_path / "parts")
    # Every epoch was trained once.
    assert writes == ["audio_translation"] * 2 + ["sentiment"] * 2
    assert parts == history
    predicted = [predictions(m, corpus.test) for m in (whole, model)]
    np.testing.assert_array_equal(*predicted)
