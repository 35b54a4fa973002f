import csv
import dataclasses

import numpy as np
import pytest

import mmzoo
from mmzoo.cli import main
from mmzoo.data import Batches, Sequences
from mmzoo.evaluation import (
    CLASSIFICATION_METRICS,
    EXPLAINED_METRICS,
    SENTIMENT_METRICS,
    sentiment_metrics,
)
from tests.data.small_clips import write_clip
from tests.data.small_corpus import small_corpus


def write(corpus, folder, name="data.h5"):
    corpus.save(folder / name)
    return str(folder / name)


def save(model, folder, name="model.keras"):
    model.save(folder / name)
    return str(folder / name)


def baseline(**options):
    return mmzoo.build_lstm_baseline({"audio": 3, "text": 5}, units=3, **options)


def regressor():
    dims = {"audio": 3, "text": 5, "video": 2}
    translator = mmzoo.build_seq2seq_translator(dims, "text", "audio", units=3)
    return mmzoo.build_sentiment_regressor(translator, units=3)


def lines_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def fails(capsys, *words):
    """The one line on stderr of a command that fails."""
    assert main(list(words)) == 1
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("error: ") and err.count("\n") == 1
    return err


def test_summary_shows_the_corpus(rng, tmp_path, capsys):
    data = write(small_corpus(rng), tmp_path)
    assert main(["summary", data]) == 0
    assert capsys.readouterr().out == mmzoo.data.read(data).summary() + "\n"


def test_models_are_listed(capsys):
    assert main(["models"]) == 0
    assert capsys.readouterr().out.split() == mmzoo.list_models()


@pytest.mark.every_backend
def test_predictions_are_the_models(rng, tmp_path, capsys):
    corpus, model = small_corpus(rng), baseline()
    data, path = write(corpus, tmp_path), save(model, tmp_path)
    output = tmp_path / "out.csv"
    assert main(["predict", path, data, "--output", str(output)]) == 0
    rows = lines_of(output)
    assert list(rows[0]) == ["id", "group", "label", "predicted"]
    assert [row["id"] for row in rows] == list(corpus.test.ids)
    assert [row["group"] for row in rows] == list(corpus.test.groups)
    x, y = Batches(corpus.test, model.source, len(corpus.test), num_buckets=1)[0]
    found = [[float(row[key]) for row in rows] for key in ("label", "predicted")]
    np.testing.assert_allclose(found[0], y["sentiment"], rtol=1e-6)
    np.testing.assert_allclose(found[1], model.predict(x)["sentiment"], atol=1e-5)
    out = capsys.readouterr().out
    assert "3 labels of 3 samples, read from audio and text" in out


def test_prediction_needs_the_source_only(rng, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = write(small_corpus(rng).with_modalities(["text"]), tmp_path)
    path = save(regressor(), tmp_path)
    assert main(["predict", path, data, "--split", "train"]) == 0
    assert len(lines_of("predictions.csv")) == 7


def test_steps_have_a_line_each(rng, tmp_path):
    corpus = small_corpus(rng, "step")
    data, path = write(corpus, tmp_path), save(baseline(labels_per="step"), tmp_path)
    output = tmp_path / "out.csv"
    assert main(["predict", path, data, "--output", str(output)]) == 0
    assert len(lines_of(output)) == corpus.test.lengths.sum()


def test_samples_without_a_modality_are_counted(rng, tmp_path, capsys):
    corpus = small_corpus(rng)
    text = corpus.test.sequences["text"]
    lacking = Sequences(text.frames, text.starts, text.lengths * [1, 0, 1])
    rows = {name: corpus.splits[name].sequences["text"] for name in ("train", "valid")}
    data = write(corpus.with_modality("text", {**rows, "test": lacking}), tmp_path)
    assert main(["evaluate", save(baseline(), tmp_path), data]) == 0
    assert "warning: 1 of 3 samples lack text" in capsys.readouterr().out


def test_evaluate_prints_metrics_with_their_definitions(rng, tmp_path, capsys):
    corpus, model = small_corpus(rng), regressor()
    data, path = write(corpus, tmp_path), save(model, tmp_path)
    assert main(["evaluate", path, data]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    printed = [line.split()[0] for line in lines]
    assert printed == [*SENTIMENT_METRICS, *EXPLAINED_METRICS]
    x, y = Batches(corpus.test, ["text"], len(corpus.test), num_buckets=1)[0]
    scores = sentiment_metrics(y["sentiment"], model.predict(x)["sentiment"])
    found = {line.split()[0]: float(line.split()[1]) for line in lines}
    assert found["mae"] == pytest.approx(scores["mae"], abs=1e-4)
    assert "Mean absolute error" in lines[0]


def test_evaluate_without_targets_measures_sentiment_only(rng, tmp_path, capsys):
    data = write(small_corpus(rng).with_modalities(["text"]), tmp_path)
    assert main(["evaluate", save(regressor(), tmp_path), data]) == 0
    out = capsys.readouterr().out
    assert "mae" in out and "explained" not in out


def test_evaluate_measures_a_translator_alone(rng, tmp_path, capsys):
    data = write(small_corpus(rng), tmp_path)
    path = save(regressor().translator, tmp_path)
    assert main(["evaluate", path, data]) == 0
    out = capsys.readouterr().out
    assert "explained_free_running" in out and "mae" not in out


def test_predict_refuses_a_translator_alone(rng, tmp_path, capsys):
    data = write(small_corpus(rng), tmp_path)
    path = save(regressor().translator, tmp_path)
    assert "predicts no sentiment" in fails(capsys, "predict", path, data)


def test_a_missing_modality_is_named(rng, tmp_path, capsys):
    data = write(small_corpus(rng).with_modalities(["text"]), tmp_path)
    error = fails(capsys, "predict", save(baseline(), tmp_path), data)
    assert "reads audio and text, but here is no audio, only text" in error


def test_other_widths_are_named(rng, tmp_path, capsys):
    corpus = small_corpus(rng)
    videos = {name: each.sequences["video"] for name, each in corpus.splits.items()}
    data = write(corpus.with_modality("audio", videos), tmp_path)
    error = fails(capsys, "predict", save(baseline(), tmp_path), data)
    assert "audio has 2 features a step, the model reads 3" in error


def test_other_labels_are_named(rng, tmp_path, capsys):
    data = write(small_corpus(rng, "step"), tmp_path)
    error = fails(capsys, "evaluate", save(baseline(), tmp_path), data)
    assert "one label a step, but the model answers once a sequence" in error


def classifier(classes=("neutral", "happy", "sad", "angry"), text=True, **options):
    """An untrained model of recordings and words, or of recordings alone."""
    spectrogram = mmzoo.layers.LogSpectrogram(num_bins=8)
    words = mmzoo.layers.WordEmbedding(["joy", "lonely"], 4) if text else None
    return mmzoo.build_audio_text_classifier(
        classes, spectrogram, words, channels=8, out_text_dim=4, **options
    )


def clips():
    return mmzoo.data.sample_clips(clips_per_speaker=4)


def test_predictions_of_clips_name_classes(tmp_path, capsys):
    corpus, model = clips(), classifier()
    data, path = write(corpus, tmp_path), save(model, tmp_path)
    output = tmp_path / "out.csv"
    assert main(["predict", path, data, "--output", str(output)]) == 0
    rows = lines_of(output)
    names = [f"probability_{name}" for name in model.classes]
    assert list(rows[0]) == ["id", "group", "label", "predicted", *names]
    assert len(rows) == len(corpus.test)
    assert [row["label"] for row in rows] == [
        corpus.classes[int(each)] for each in corpus.test.labels
    ]
    for index in (0, 5):
        samples = corpus.test.sequences["waveform"][index][0][:, 0]
        words = corpus.test.words[index]
        answer = mmzoo.predict(model, audio=samples, text=words)
        assert rows[index]["predicted"] == answer["emotion"]
        found = [float(rows[index][name]) for name in names]
        expected = list(answer["probabilities"].values())
        np.testing.assert_allclose(found, expected, atol=1e-4)
    assert "8 labels of 8 samples, read from audio and text" in capsys.readouterr().out


def test_evaluate_counts_classes_by_their_names(tmp_path, capsys):
    corpus = clips()
    # The model knows one class more, and in another order.
    model = classifier(["angry", "calm", "sad", "happy", "neutral"])
    data, path = write(corpus, tmp_path), save(model, tmp_path)
    output = str(tmp_path / "out.csv")
    assert main(["predict", path, data, "--output", output]) == 0
    rows = lines_of(output)
    capsys.readouterr()
    assert main(["evaluate", path, data]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == list(CLASSIFICATION_METRICS)
    right = np.mean([row["label"] == row["predicted"] for row in rows])
    assert float(lines[0].split()[1]) == pytest.approx(right, abs=1e-4)


def test_scores_of_clips(rng, tmp_path, capsys):
    corpus = small_corpus(rng)
    model = mmzoo.build_audio_text_classifier(None, text=5, out_text_dim=4)
    data, path = write(corpus, tmp_path), save(model, tmp_path)
    output = str(tmp_path / "out.csv")
    assert main(["predict", path, data, "--output", output]) == 0
    assert all(np.isfinite(float(row["predicted"])) for row in lines_of(output))
    assert main(["evaluate", path, data]) == 0
    assert "mae" in capsys.readouterr().out


def test_clips_without_words_are_counted(tmp_path, capsys):
    corpus = clips()
    words = ("", *corpus.test.words[1:])
    test = dataclasses.replace(corpus.test, words=words)
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    data, path = write(corpus, tmp_path), save(classifier(), tmp_path)
    assert main(["evaluate", path, data]) == 0
    assert "warning: 1 of 8 samples lack text" in capsys.readouterr().out


@pytest.fixture
def wav(tmp_path):
    return str(write_clip(tmp_path / "a.wav", rate=44100))


def test_one_clip_is_said(wav, tmp_path, capsys):
    model = classifier()
    path = save(model, tmp_path)
    assert main(["predict", path, "--audio", wav, "--text", "what a joy"]) == 0
    first, *others = capsys.readouterr().out.splitlines()
    answer = mmzoo.predict(model, audio=wav, text="what a joy")
    assert first.split() == ["emotion", answer["emotion"]]
    chances = answer["probabilities"]
    assert [line.split()[0] for line in others] == sorted(
        chances, key=chances.get, reverse=True
    )
    assert float(others[0].split()[1]) == pytest.approx(max(chances.values()), abs=1e-3)
    columns = [len(line) - len(line.split()[1]) for line in (first, *others)]
    assert len(set(columns)) == 1


def test_one_clip_with_a_score(wav, tmp_path, capsys):
    model = classifier(None, text=False)
    assert main(["predict", save(model, tmp_path), "--audio", wav]) == 0
    name, score = capsys.readouterr().out.split()
    assert name == "sentiment"
    expected = mmzoo.predict(model, audio=wav)["sentiment"]
    assert float(score) == pytest.approx(expected, abs=1e-3)


def test_clips_that_do_not_fit_are_refused(wav, tmp_path, capsys, rng):
    path = save(classifier(), tmp_path)
    for words, message in [
        ([], "Give either DATA or one clip"),
        (["sample-clips", "--text", "joy"], "Give either DATA or one clip"),
        (["--text", "joy"], "reads audio and text, not text. Give --audio and --text"),
        (["--audio", "absent.wav", "--text", ""], "absent.wav: there is no such file"),
        (["sample"], "but here is no recording or word, only audio and text"),
    ]:
        assert message in fails(capsys, "predict", path, *words)
    frames = save(baseline(), tmp_path, "frames.keras")
    error = fails(capsys, "predict", frames, "--audio", wav, "--text", "joy")
    assert "reads audio and text as features" in error
    translator = save(regressor().translator, tmp_path, "translator.keras")
    error = fails(capsys, "predict", translator, "--text", "joy")
    assert "predicts no sentiment" in error


def test_a_corpus_that_does_not_fit_is_refused(tmp_path, capsys, rng):
    corpus = clips()
    data = write(corpus, tmp_path)
    splits = {
        name: dataclasses.replace(split, words=None)
        for name, split in corpus.splits.items()
    }
    silent = write(dataclasses.replace(corpus, splits=splits), tmp_path, "silent.h5")
    rated = {
        name: dataclasses.replace(split, target="sentiment")
        for name, split in corpus.splits.items()
    }
    rated = dataclasses.replace(corpus, splits=rated, classes=None)
    rated = write(rated, tmp_path, "rated.h5")
    path = save(classifier(), tmp_path)
    others = save(classifier(["happy", "calm"]), tmp_path, "others.keras")
    score = save(classifier(None), tmp_path, "score.keras")
    for model, given, message in [
        (path, silent, "but here is no word, only waveform"),
        (others, data, "does not know the classes angry and neutral and sad, only"),
        (score, data, "classes of emotion, but the model answers with scores of"),
        (path, rated, "scores of sentiment, but the model answers with classes of"),
    ]:
        for command in ("predict", "evaluate"):
            assert message in fails(capsys, command, model, given)


def test_recordings_at_another_rate_are_refused(tmp_path, capsys):
    spectrogram = mmzoo.layers.LogSpectrogram(num_bins=8, sample_rate=8000)
    model = mmzoo.build_audio_text_classifier(
        ["neutral", "happy", "sad", "angry"], spectrogram, channels=8
    )
    data = write(clips(), tmp_path)
    error = fails(capsys, "evaluate", save(model, tmp_path), data)
    assert "16000 samples a second, the model reads 8000" in error


def test_what_is_not_there_is_one_line(rng, tmp_path, capsys):
    data, path = write(small_corpus(rng), tmp_path), save(baseline(), tmp_path)
    assert "no such file" in fails(capsys, "predict", "absent.keras", data)
    assert "no such file" in fails(capsys, "summary", str(tmp_path / "absent"))
    output = str(tmp_path / "absent" / "out.csv")
    assert "absent" in fails(capsys, "predict", path, data, "--output", output)


def test_help_teaches(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    out = capsys.readouterr().out
    assert "mmzoo predict runs/sample/model.keras sample" in out
    assert 'mmzoo predict MODEL --audio a.wav --text "the words"' in out
