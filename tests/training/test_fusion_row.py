import dataclasses

import numpy as np
import pytest

import mmzoo
from mmzoo.data.sample_clips import sample_clips
from mmzoo.data.sample_pictures import sample_pictures
from mmzoo.evaluation import validate_report
from mmzoo.training import (
    AudioTextOptions,
    Experiment,
    FusionVariant,
    ImageTextOptions,
)
from tests.data.small_corpus import small_corpus

SMALL = {"bins": 16, "channels": 8, "out_text_dim": 8, "batch_size": 16}
ABLATION = {"mean pooling": {"audio_pooling": "mean"}}

pytestmark = [pytest.mark.one_backend, pytest.mark.usefixtures("eager")]


@pytest.fixture(scope="module")
def options():
    return AudioTextOptions(**SMALL, epochs=1)


@pytest.fixture(scope="module")
def clips(options):
    return options.prepare(sample_clips(clips_per_speaker=4), ["audio", "text"])


@pytest.mark.every_backend
def test_experiment_on_clips(clips, options, tmp_path):
    variants = [FusionVariant(("audio", "text")), FusionVariant(("audio",), ABLATION)]
    report = Experiment([clips], variants, options, 1, tmp_path, say=str).run()
    assert [(row.name, row.control) for row in report.rows] == [
        ("audio+text", None),
        ("audio", None),
        ("audio", "mean pooling"),
        ("majority", "majority"),
        ("audio", "svm"),
        ("text", "logistic regression"),
    ]
    content = report.to_dict()
    validate_report(content)
    assert content["classes"] == list(clips.classes)
    for row in report.rows:
        metrics = {"accuracy", "uar", "f1_macro", "f1_weighted"}
        assert metrics <= set(row.metrics)
        assert set(np.unique(row.predictions)) <= {0, 1, 2, 3}
    assert (tmp_path / "attention_over_spectrogram.png").is_file()
    model = mmzoo.load(tmp_path / "model.keras")
    raw = sample_clips(clips_per_speaker=4).test
    answer = mmzoo.predict(
        model, audio=raw.sequences["waveform"][0][0][:, 0], text=raw.words[0]
    )
    said = int(report.rows[0].predictions[0, 0])
    assert answer["emotion"] == clips.classes[said]


def test_refit_learns_from_both_splits(clips, options, tmp_path):
    refit = dataclasses.replace(options, epochs=3, refit=True, learning_rate=0.01)
    (row,) = refit.plan([FusionVariant(("audio",))])
    model, history = row.train(clips, 0, tmp_path, str)
    errors = history["supervised"]["val_emotion_error"]
    assert list(history) == ["supervised", "refit"]
    assert len(history["refit"]["loss"]) == int(np.argmin(errors)) + 1
    assert not [name for name in history["refit"] if name.startswith("val_")]
    frames = [clips.splits[name].sequences["audio"] for name in ("train", "valid")]
    both = np.concatenate([rows[i][0] for rows in frames for i in range(len(rows))])
    found = model.branches["audio"].standardization.mean
    np.testing.assert_allclose(np.array(found), both.mean(axis=0), rtol=1e-3)


def test_a_report_says_that_models_were_refitted(clips, options, tmp_path):
    refit = dataclasses.replace(options, refit=True)
    variants = [FusionVariant(("audio",))]
    report = Experiment([clips], variants, refit, 1, tmp_path, say=str).run()
    assert any("once more, from the start" in remark for remark in report.remarks)


def test_a_score_from_words(rng, tmp_path):
    corpus = small_corpus(rng)
    options = AudioTextOptions(**SMALL, epochs=1, audio_encoder="mean")
    (row,) = options.plan([FusionVariant(("audio",))])
    model, history = row.train(corpus, 0, tmp_path, str)
    assert (
        row.validation_score(history) == history["supervised"]["val_sentiment_mae"][0]
    )
    predictions = row.measure(model, corpus, 0)["predictions"]
    assert predictions.shape == (3,) and predictions.dtype == "float64"


def ratings(corpus):
    """The corpus with its labels called valence."""
    splits = {
        name: dataclasses.replace(split, target="valence")
        for name, split in corpus.splits.items()
    }
    return dataclasses.replace(corpus, splits=splits)


def test_a_rating_has_the_corpus_name(rng, tmp_path):
    corpus = ratings(small_corpus(rng))
    options = AudioTextOptions(**SMALL, epochs=1, audio_encoder="mean")
    (row,) = options.plan([FusionVariant(("audio",))])
    model, history = row.train(corpus, 0, tmp_path, str)
    assert "val_valence_mae" in history["supervised"]
    frames = corpus.test.sequences["audio"][0][0]
    answer = mmzoo.predict(model, audio=frames)
    predictions = row.measure(model, corpus, 0)["predictions"]
    assert answer == {"valence": pytest.approx(predictions[0], abs=1e-4)}


def test_an_experiment_on_ratings_measures_agreement(rng, tmp_path):
    corpus = ratings(small_corpus(rng))
    options = AudioTextOptions(**SMALL, epochs=1, audio_encoder="mean")
    variants = [FusionVariant(("audio",))]
    report = Experiment([corpus], variants, options, 1, tmp_path, say=str).run()
    assert {"ccc", "mae", "pearson"} == set(report.rows[0].metrics)
    validate_report(report.to_dict())


def test_experiment_on_pictures(tmp_path):
    options = ImageTextOptions(width=0.25, dim_feed_forward=8, epochs=1)
    raw = sample_pictures(pictures_per_person=3, side=16)
    corpus = options.prepare(raw, ["image", "text"])
    controls = {
        "images shuffled": {"images_shuffled": True},
        "tokens": {"fusion": "tokens"},
    }
    variants = [FusionVariant(("image", "text"), controls), FusionVariant(("image",))]
    run = Experiment([corpus], variants, options, 1, tmp_path, say=str)
    report = run.run()
    assert [(row.name, row.control) for row in report.rows] == [
        ("image+text", None),
        ("image+text", "images shuffled"),
        ("image+text", "tokens"),
        ("image", None),
        ("majority", "majority"),
        ("image", "svm"),
        ("text", "logistic regression"),
    ]
    validate_report(report.to_dict())
    drawn = {path.name for path in tmp_path.glob("attention*.png")}
    assert drawn == {"attention_over_picture.png", "attention_over_picture_2.png"}


def test_shuffled_pictures_are_trained_on_and_tested_on(tmp_path):
    options = ImageTextOptions(width=0.25, epochs=1, images_shuffled=True)
    pictures = sample_pictures(pictures_per_person=3, side=16)
    corpus = options.prepare(pictures, ["image"])
    (row,) = options.plan([FusionVariant(("image",))])
    model, _ = row.train(corpus, 0, tmp_path, str)
    found = row.measure(model, corpus, 0)["predictions"]
    plain = dataclasses.replace(row, options=ImageTextOptions(width=0.25))
    altered = options.altered(corpus, 0)
    expected = plain.measure(model, altered, 0)["predictions"]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("controls", "words"),
    [
        (
            {"same": {"audio_pooling": "attention"}},
            "'same' has the same options as 'the",
        ),
        ({"a": {"scale": 0.5}, "b": {"scale": 0.5}}, "'b' has the same options as 'a'"),
    ],
)
def test_a_control_that_changes_nothing_is_refused(controls, words):
    with pytest.raises(ValueError, match=words):
        AudioTextOptions().plan([FusionVariant(("audio",), controls)])
