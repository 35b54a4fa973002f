import dataclasses

import numpy as np
import pytest

from mmzoo.data import Corpus, Sequences, Split
from mmzoo.training.floors import (
    _clip_functionals,
    _predict_median,
    _predict_ridge,
    floors,
)
from mmzoo.training.measure import labelled
from tests.data.small_corpus import small_corpus, small_emotions, small_labels


def replace_labels(corpus, function):
    """The same corpus, each split's labels being a function of the split."""
    splits = {
        name: dataclasses.replace(split, labels=function(split))
        for name, split in corpus.splits.items()
    }
    return dataclasses.replace(corpus, splits=splits)


@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_majority_is_the_best_constant(rng, labels_per):
    corpus = small_corpus(rng, labels_per)
    predictions = _predict_median(corpus)
    assert predictions.shape == labelled(corpus.test)[0].shape
    assert len(set(predictions)) == 1
    train = labelled(corpus.train)[0]
    errors = [np.abs(train - c).mean() for c in [*np.linspace(-3, 3, 61)]]
    assert np.abs(train - predictions[0]).mean() <= min(errors) + 1e-6


def test_majority_reads_training_labels_only(rng):
    corpus = small_corpus(rng)
    test = dataclasses.replace(corpus.test, labels=np.full(3, 3.0))
    changed = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    np.testing.assert_array_equal(_predict_median(corpus), _predict_median(changed))


def linear_in_audio(split):
    rows = split.sequences["audio"]
    return np.array(
        [rows[i][0].mean(axis=0) @ [1.0, -2.0, 0.5] for i in range(7)[: len(split)]]
    )


def test_ridge_finds_what_is_linear(rng):
    corpus = replace_labels(small_corpus(rng), linear_in_audio)
    labels = labelled(corpus.test)[0]
    errors = np.abs(_predict_ridge(corpus, ["audio"]) - labels)
    assert errors.max() < 0.5 * np.abs(_predict_median(corpus) - labels).max()


def test_ridge_reads_the_step_of_each_label(rng):
    def linear(split):
        rows = split.sequences["text"]
        return Sequences.from_list([rows[i][0][:, :1] for i in range(len(split))])

    corpus = replace_labels(small_corpus(rng, "step"), linear)
    labels = labelled(corpus.test)[0]
    predictions = _predict_ridge(corpus, ["text"])
    assert predictions.shape == labels.shape
    assert np.corrcoef(predictions, labels)[0, 1] > 0.98


def test_a_sample_that_lacks_a_modality_has_an_answer_a_step(rng):
    corpus = small_corpus(rng, "step")
    splits = {}
    for name, split in corpus.splits.items():
        rows = split.sequences["audio"]
        frames = [rows[i][0] if i else rows[i][0][:0] for i in range(len(rows))]
        splits[name] = split.with_modality("audio", Sequences.from_list(frames))
    corpus = dataclasses.replace(corpus, splits=splits)
    found = _predict_ridge(corpus, ["audio", "text"])
    assert found.shape == labelled(corpus.test)[0].shape


def test_a_training_label_that_is_missing_teaches_nothing(rng):
    corpus = small_corpus(rng)
    labels = corpus.train.labels.copy()
    labels[0] = np.nan
    train = dataclasses.replace(corpus.train, labels=labels)
    fewer = corpus.train.select(np.arange(1, len(labels)))
    with_gap, without = (
        dataclasses.replace(corpus, splits={**corpus.splits, "train": each})
        for each in (train, fewer)
    )
    for predict, given in ((_predict_median, ()), (_predict_ridge, (["text"],))):
        expected = predict(without, *given)
        np.testing.assert_allclose(predict(with_gap, *given), expected, rtol=1e-6)


def test_ridge_ignores_the_order_of_modalities(rng):
    corpus = small_corpus(rng)
    first, second = (
        _predict_ridge(corpus, names)
        for names in (["audio", "video"], ["video", "audio"])
    )
    np.testing.assert_array_equal(first, second)


def test_ridge_leaves_out_what_was_not_observed(rng):
    corpus = small_corpus(rng)
    before = _predict_ridge(corpus, ["video"])
    for split in corpus.splits.values():
        rows = split.sequences["video"]
        rows.frames[~rows.present] = 99.0
    np.testing.assert_array_equal(_predict_ridge(corpus, ["video"]), before)


def test_ridge_survives_a_sample_that_lacks_a_modality(rng):
    corpus = small_corpus(rng)
    lacking = corpus.with_modality(
        "text",
        {name: Sequences.missing(len(rows), 5) for name, rows in corpus.splits.items()},
    )
    assert np.isfinite(_predict_ridge(lacking, ["audio", "text"])).all()


def emotions(rng):
    """The small corpus with three classes that the text tells."""
    corpus = small_corpus(rng)
    splits = {}
    for name, split in corpus.splits.items():
        labels = np.arange(len(split)) % 3
        rows = [split.sequences["text"][i][0].copy() for i in range(len(split))]
        for frames, label in zip(rows, labels, strict=True):
            frames += 50 * label
        text = {"text": Sequences.from_list(rows)}
        splits[name] = Split(text, labels, split.ids, split.groups, target="emotion")
    return Corpus("emotions", splits, (0, 2), classes=("sad", "calm", "happy"))


def test_floors_of_classes(rng):
    corpus = emotions(rng)
    (majority, svm), _ = floors([corpus, corpus], ["text"])
    assert majority[:3] == ("majority", "mode", "majority")
    np.testing.assert_array_equal(majority[3]["predictions"], np.zeros(6))
    assert svm[:3] == ("text", "clip statistics", "svm")
    np.testing.assert_array_equal(svm[3]["predictions"], [0, 1, 2, 0, 1, 2])


def test_tokens_are_no_features(rng):
    rows, failed = floors([emotions(rng)], ["tokens"])
    assert [row[2] for row in rows] == ["majority"] and not failed


def test_a_line_through_counted_words(rng):
    corpus = emotions(rng)
    said = ("so sad", "calm, so calm", "happy!")
    splits = {
        name: dataclasses.replace(
            split, words=tuple(said[int(label)] for label in split.labels)
        )
        for name, split in corpus.splits.items()
    }
    corpus = dataclasses.replace(corpus, splits=splits)
    (*_, words), _ = floors([corpus], ["text"])
    assert words[:3] == ("text", "tf-idf", "logistic regression")
    np.testing.assert_array_equal(words[3]["predictions"], [0, 1, 2])
    assert "tf-idf" not in [row[1] for row in floors([corpus], ["audio"])[0]]
    silent = {
        name: dataclasses.replace(split, words=("",) * len(split))
        for name, split in splits.items()
    }
    (*_, words), _ = floors([dataclasses.replace(corpus, splits=silent)], ["text"])
    np.testing.assert_array_equal(words[3]["predictions"], [0, 0, 0])


def test_colours_of_pictures(rng):
    corpus = emotions(rng)
    splits = {}
    for name, split in corpus.splits.items():
        frames = [np.full((4, 3), 50.0 * label) for label in split.labels]
        pixels = {"pixels": Sequences.from_list(frames)}
        splits[name] = dataclasses.replace(split, sequences=pixels)
    corpus = dataclasses.replace(corpus, splits=splits)
    (_, svm), _ = floors([corpus], ["image"])
    assert svm[:3] == ("image", "clip statistics", "svm")
    np.testing.assert_array_equal(svm[3]["predictions"], [0, 1, 2])


def test_a_floor_that_fails_costs_its_row_alone(rng, monkeypatch):
    def fail(corpus, modalities):
        raise ValueError("infinity in its features")

    monkeypatch.setattr("mmzoo.training.floors._predict_ridge", fail)
    told = []
    rows, remarks = floors([small_corpus(rng)], ["audio"], told.append)
    assert remarks == ["There is no row for ridge on audio: infinity in its features."]
    assert [row[0] for row in rows] == ["majority"]
    assert told == ["  no row for ridge (audio): infinity in its features"]


@pytest.mark.parametrize("make", [small_corpus, small_emotions])
def test_what_is_not_finite_is_read_as_in_training(make, rng):
    corpus = make(rng)
    mean = corpus.train.sequences["text"].frames[1:, 0].mean(dtype="float64")
    answers = []
    for value in (np.nan, np.inf, mean):
        text = corpus.train.sequences["text"].in_memory()
        text.frames[0, 0] = value
        train = corpus.train.with_modality("text", text)
        splits = {**corpus.splits, "train": train}
        spoilt = dataclasses.replace(corpus, splits=splits)
        rows, remarks = floors([spoilt], ["audio", "text"])
        assert remarks == []
        answers.append(rows[-1][-1]["predictions"])
    for found in answers[:2]:
        np.testing.assert_allclose(found, answers[-1], rtol=1e-4)


def test_each_emotion_has_floors_of_its_own(rng):
    def known(n):
        return np.where(np.arange(n) == 0, np.nan, np.arange(n) % 2)

    corpus = small_labels(rng, happy=known, mood=np.zeros)
    corpus = corpus.with_label(["happy", "mood"])
    rows, remarks = floors([corpus, corpus], ["audio", "text"])
    assert not remarks
    majority, svm = (row[-1]["predictions"] for row in rows)
    # Of seven, one is not known, and three have it: the first of equals is taken.
    assert majority.tolist() == [[0, 0]] * 6
    assert svm.shape == (6, 2) and set(svm[:, 0]) <= {0, 1} and not svm[:, 1].any()


def test_an_emotion_that_training_does_not_tell_costs_no_report(rng):
    corpus = small_labels(rng).with_label(["happy", "mood"])
    labels = corpus.train.labels.copy()
    labels[:, 1] = np.nan
    train = dataclasses.replace(corpus.train, labels=labels)
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "train": train})
    (majority, *_), remarks = floors([corpus], ["text"], str)
    assert (majority[3]["predictions"][:, 1] == 0).all()
    assert not remarks


@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_classes_one_a_step_have_floors_too(rng, labels_per):
    corpus = small_corpus(rng, labels_per).in_classes(7)
    found, remarks = floors([corpus], ["audio", "text"])
    assert remarks == []
    how = "step features" if labels_per == "step" else "clip statistics"
    assert [row[1] for row in found] == ["mode", how]
    for *_, held in found:
        assert held["predictions"].shape == labelled(corpus.test)[0].shape


def heard(corpus):
    """The corpus with spectrograms whose loudness changes faster by class."""
    splits = {}
    for name, split in corpus.splits.items():
        clips = [
            40 * np.sin(np.arange(60.0) * (0.2 + 0.5 * label))[:, None] * np.ones(4)
            for label in split.labels
        ]
        audio = {"audio": Sequences.from_list(clips)}
        splits[name] = dataclasses.replace(split, sequences=audio)
    made = {**corpus.provenance, "made_by": {"audio": "LogSpectrogram"}}
    return dataclasses.replace(corpus, splits=splits, provenance=made)


@pytest.mark.parametrize("refit", [False, True])
def test_functionals_of_spectrograms(rng, refit):
    corpus = heard(emotions(rng))
    (*_, found), remarks = floors([corpus], ["audio"], refit=refit)
    assert found[:3] == ("audio", "acoustic functionals", "linear svm") and not remarks
    np.testing.assert_array_equal(found[3]["predictions"], [0, 1, 2])
    plain = dataclasses.replace(corpus, provenance={})
    assert len(floors([plain], ["audio"])[0]) == 2


def test_validation_chooses_and_then_teaches(rng):
    corpus = heard(emotions(rng))
    # Training knows two classes alone, validation the third, too.
    train = corpus.train.select(np.flatnonzero(corpus.train.labels < 2))
    splits = {**corpus.splits, "train": train, "valid": corpus.train}
    corpus = dataclasses.replace(corpus, splits=splits)
    taught, untaught = (
        floors([corpus], ["audio"], refit=refit)[0][-1][3]["predictions"]
        for refit in (True, False)
    )
    assert 2 in taught and 2 not in untaught


def test_a_class_that_validation_does_not_tell_costs_no_row(rng):
    corpus = heard(emotions(rng))
    valid = dataclasses.replace(
        corpus.valid, labels=np.full(len(corpus.valid), np.nan, "float32")
    )
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "valid": valid})
    (*_, found), remarks = floors([corpus], ["audio"])
    assert found[2] == "linear svm" and not remarks


def test_functionals_that_a_front_end_made_are_read_as_they_are(rng):
    corpus = heard(emotions(rng))
    made = {**corpus.provenance, "made_by": {"audio": "AcousticFunctionals"}}
    splits = {}
    for name, split in corpus.splits.items():
        rows = _clip_functionals(corpus, split)
        audio = Sequences.from_list([*rows[:, None]], [[True]] * len(rows))
        splits[name] = split.with_modality("audio", audio)
    by_hand = dataclasses.replace(corpus, splits=splits, provenance=made)
    np.testing.assert_array_equal(
        _clip_functionals(by_hand, by_hand.train),
        _clip_functionals(corpus, corpus.train),
    )
    said, expected = (floors([x], ["audio"])[0][-1] for x in (by_hand, corpus))
    assert said[:3] == ("audio", "acoustic functionals", "linear svm")
    np.testing.assert_array_equal(said[3]["predictions"], expected[3]["predictions"])


def test_what_is_no_longer_in_decibels_has_no_functionals(rng):
    corpus = heard(emotions(rng))
    told = {**corpus.provenance, "speaker_normalized": ["audio"]}
    rows, remarks = floors([dataclasses.replace(corpus, provenance=told)], ["audio"])
    assert [row[2] for row in rows] == ["majority", "svm"]
    assert "are not in decibels" in remarks[0]
