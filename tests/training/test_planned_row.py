import dataclasses

import numpy as np
import pytest

import mmzoo
from mmzoo.data.sample_clips import sample_clips
from mmzoo.models import Seq2SeqTranslator
from mmzoo.training import (
    Control,
    FrontEnds,
    ResumableFit,
    TrainingOptions,
    Variant,
    plan,
)
from mmzoo.training.measure import predictions
from tests.data.small_corpus import small_corpus
from tests.layers.small_text import save_encoder
from tests.selection import once

pytestmark = pytest.mark.usefixtures("eager")

OPTIONS = TrainingOptions(epochs=2, batch_size=4)
SMALL = {"units": 3}
END_TO_END = {"train_translator": True, "translation_weight": 0.5}
CLASSIFIER = "audio_text_classifier"
CYCLIC = "cyclic_translator"
VARIATIONAL = "variational_translator:text->audio"
LATENT = {"latent_dim": 2, "kl_annealing": 8, "history_dropout": 0.3}


def train(
    name, corpus, folder, options=OPTIONS, seed=0, control=None, report=str, **more
):
    """Train without the test split, which no phase may touch."""
    splits = {name: corpus.splits[name] for name in ("train", "valid")}
    corpus = dataclasses.replace(corpus, splits=splits)
    rows = plan([Variant.parse(name)], options, SMALL | more)
    (row,) = [row for row in rows if row.control == control]
    return row.train(corpus, seed, folder, report)


def encoder_variables(translator):
    """Variables of the encoder of every level."""
    layers = translator.stack.translators
    return [variable for layer in layers for variable in layer.encoder.variables]


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_concat(rng, tmp_path, labels_per):
    corpus = small_corpus(rng, labels_per)
    model, history = train("text+audio", corpus, tmp_path)
    assert set(history) == {"supervised"}
    assert len(history["supervised"]["val_sentiment_mae"]) == 2
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
    controls = (None, "untrained encoder")
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
    _, history = train("text->audio", corpus, tmp_path, **END_TO_END)
    assert list(history) == ["sentiment"]
    assert {"sentiment_mae", "audio_translation_loss"} <= set(history["sentiment"])


def test_weight_zero_leaves_the_translation_out(corpus, tmp_path):
    model, history = train(
        "text->audio",
        corpus,
        tmp_path,
        control="translation weight 0",
        **END_TO_END,
    )
    assert "audio_translation_loss" not in history["sentiment"]
    assert model.train_translator


def test_a_translation_that_answers_by_itself(corpus, tmp_path):
    model, history = train(f"{CYCLIC}:text->audio", corpus, tmp_path)
    assert list(history) == ["supervised"]
    logs = set(history["supervised"])
    assert {"audio_translation_loss", "text_cycle_loss", "val_sentiment_mae"} <= logs
    row, control = plan([Variant.parse(f"{CYCLIC}:text->audio")], OPTIONS, SMALL)
    measured = row.measure(model, corpus, 0)
    assert np.isfinite(measured["explained_free_running"]).all()
    np.testing.assert_array_equal(
        measured["explained_free_running"], measured["explained_teacher_forced"]
    )
    assert "attention_map.weights" in measured
    weights = [model.translation_weight, model.cycle_weight]
    assert weights == [0.1, 0.1]
    off = control.build(corpus, 0)
    assert [off.translation_weight, off.cycle_weight] == [0.0, 0.0]
    assert set(control.measure(off, corpus, 0)) == {"predictions"}


def test_codes(corpus, tmp_path):
    options = dataclasses.replace(OPTIONS, epochs=1)
    model, history = train("text->audio", corpus, tmp_path, options, num_codes=4)
    assert list(history) == ["audio_translation", "sentiment"]
    assert np.any(np.array(model.translator.codebooks[0].centroids) != 0.0)


def test_a_seed_is_a_training(corpus, tmp_path):
    first, again, other = (
        predictions(train("text", corpus, tmp_path / str(i), seed=seed)[0], corpus.test)
        for i, seed in enumerate((0, 0, 1))
    )
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


@pytest.mark.parametrize("name", ["text->audio", *once(VARIATIONAL)])
def test_interrupted_phase_goes_on(name, corpus, tmp_path, monkeypatch):
    more = LATENT if name == VARIATIONAL else {}
    whole, history = train(name, corpus, tmp_path / "whole", **more)
    write, writes = ResumableFit._write, []

    def interrupted(self):
        write(self)
        writes.append(self.path.stem)
        if len(writes) in (1, 4):
            raise KeyboardInterrupt

    monkeypatch.setattr(ResumableFit, "_write", interrupted)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            train(name, corpus, tmp_path / "parts", **more)
    model, parts = train(name, corpus, tmp_path / "parts", **more)
    # Every epoch was trained once.
    assert writes == ["audio_translation"] * 2 + ["sentiment"] * 2
    assert parts == history
    predicted = [predictions(m, corpus.test) for m in (whole, model)]
    np.testing.assert_array_equal(*predicted)
    if name == VARIATIONAL:
        weights = parts["audio_translation"]["val_kl_weight"]
        assert weights == pytest.approx([0.25, 0.5]), "the annealing goes on, too"


@pytest.mark.one_backend
def test_a_latent_vector_is_measured(corpus, tmp_path):
    row, control = plan([Variant.parse(VARIATIONAL)], OPTIONS, SMALL | LATENT)
    assert control.control == "untrained encoder"
    model, _ = row.train(corpus, 0, tmp_path, str)
    found = row.measure(model, corpus, 0)
    assert found["latent_units"] == 2 and 0 <= found["active_units"] <= 2
    assert found["latent_kl"] > 0
    assert found["explained_free_running"].shape == (3,)


@pytest.fixture(scope="module")
def ends():
    return FrontEnds(bins=16)


@pytest.fixture(scope="module")
def clips(ends):
    return ends.prepare(sample_clips(clips_per_speaker=4), ["audio", "text"])


def planned(name, options=OPTIONS, ends=None, controls=None, **architecture):
    variant = Variant.parse(f"{CLASSIFIER}:{name}", controls=controls)
    return plan([variant], options, architecture, ends)


@pytest.mark.one_backend
def test_refit_repeats_each_phase_for_the_epochs_that_it_kept(tmp_path):
    corpus = mmzoo.data.sample_corpus(sizes={"train": 12, "valid": 6, "test": 4})
    options = TrainingOptions(epochs=3, refit=True, learning_rate=0.02)
    sizes = {"units": 2, "feature_dim": 2, "hidden_dim": 2}
    variant = Variant.parse("contextual_lstm:audio+video")
    (row,) = plan([variant], options, sizes)
    _, history = row.train(corpus, 0, tmp_path, str)
    phases = ["audio", "video", "fusion"]
    assert list(history) == [*phases, *(f"refit_{name}" for name in phases)]
    errors = {name: history[name]["val_sentiment_mae"] for name in phases}
    for name, each in errors.items():
        assert len(history[f"refit_{name}"]["loss"]) == int(np.argmin(each)) + 1
    assert row.validation_score(history, "sentiment") == min(errors["fusion"])


@pytest.mark.one_backend
def test_refit_learns_from_both_splits(clips, ends, tmp_path):
    options = TrainingOptions(epochs=3, refit=True, learning_rate=0.01)
    (row,) = planned("audio", options, ends, channels=8)
    model, history = row.train(clips, 0, tmp_path, str)
    errors = history["supervised"]["val_emotion_balanced_error"]
    assert list(history) == ["supervised", "refit"]
    assert row.validation_score(history, clips.train.target) == min(errors)
    assert len(history["refit"]["loss"]) == int(np.argmin(errors)) + 1
    assert not [name for name in history["refit"] if name.startswith("val_")]
    frames = [clips.splits[name].sequences["audio"] for name in ("train", "valid")]
    both = np.concatenate([rows[i][0] for rows in frames for i in range(len(rows))])
    found = model.branches["audio"].standardization.mean
    np.testing.assert_allclose(np.array(found), both.mean(axis=0), rtol=1e-3)


@pytest.mark.one_backend
@pytest.mark.parametrize("name", ["audio", "lstm_baseline:audio"])
def test_a_rating_has_the_name_that_the_corpus_gives_it(name, corpus, tmp_path):
    splits = {
        name: dataclasses.replace(split, target="valence")
        for name, split in corpus.splits.items()
    }
    corpus = dataclasses.replace(corpus, splits=splits)
    variant = Variant.parse(name)
    (row,) = plan([variant], OPTIONS, SMALL)
    model, history = row.train(corpus, 0, tmp_path, str)
    assert "val_valence_mae" in history["supervised"]
    frames = corpus.test.sequences["audio"][0][0]
    found = row.measure(model, corpus, 0)["predictions"]
    answer = mmzoo.predict(model, audio=frames)
    assert answer == {"valence": pytest.approx(found[0], abs=1e-4)}


@pytest.mark.one_backend
def test_another_log_may_choose_the_epoch(clips, ends, tmp_path):
    options = TrainingOptions(epochs=2, monitor="loss")
    (row,) = planned("text", options, ends, text_dim=4)
    _, history = row.train(clips, 0, tmp_path, str)
    losses = history["supervised"]["val_emotion_loss"]
    assert row.validation_score(history, clips.train.target) == min(losses)


@pytest.mark.one_backend
def test_a_shuffled_modality_is_trained_on_and_tested_on(clips, ends, tmp_path):
    control = Control("audio shuffled", shuffled="audio")
    row, shuffled = planned("audio", ends=ends, controls=(control,), channels=8)
    model, _ = shuffled.train(clips, 0, tmp_path, str)
    found = shuffled.measure(model, clips, 0)["predictions"]
    expected = row.measure(model, control.altered(clips, 0), 0)["predictions"]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.one_backend
def test_a_control_reads_the_input_table_of_the_same_encoder(tmp_path):
    ends = FrontEnds(save_encoder(tmp_path / "bert"))
    corpus = ends.prepare(sample_clips(clips_per_speaker=4), ["text"])
    control = Control("input table", text_states="table")
    options = dataclasses.replace(OPTIONS, epochs=1)
    row, table = planned("text", options, ends, (control,), text_dim=4)
    model, _ = table.train(corpus, 0, tmp_path / "run", str)
    assert model.front_ends["text"].states == "table"
    read = dataclasses.replace(ends, text_states="table").prepare(corpus, ["text"])
    expected = row.measure(model, read, 0)["predictions"]
    found = table.measure(model, corpus, 0)["predictions"]
    np.testing.assert_array_equal(found, expected)
    with pytest.raises(ValueError, match="`text_states` is of a pretrained encoder"):
        planned("text", ends=None, controls=(control,))


@pytest.mark.one_backend
@pytest.mark.parametrize("name", mmzoo.list_models())
def test_the_precision_reaches_every_model(name, corpus):
    """Whether a builder names `dtype` or hands it on."""
    path = {"seq2seq_translator": "text->audio", "sentiment_regressor": None}
    path["hierarchical_translator"] = "text->audio->video"
    path["cyclic_translator"] = path["variational_translator"] = "text->audio"
    path["image_text_classifier"] = "text"
    path["audio_text_classifier"] = "audio+text"
    # Three features are a picture of one pixel.
    path["frame_classifier"] = "audio"
    path = path.get(name, "audio+text+video")
    if path is None:
        # It is built on a translator, as the last phase of the paths above.
        return
    options = TrainingOptions(precision="mixed_bfloat16")
    (row, *_) = plan([Variant.parse(path, model=name)], options)
    model = row.build(corpus, 0)
    assert model.dtype_policy.name == "mixed_bfloat16"
    given = row.arguments("sentiment_regressor", corpus, 0)
    assert given["dtype"] == "mixed_bfloat16"
