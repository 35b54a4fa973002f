import dataclasses

import mmzoo
from mmzoo.command.entry import main
from tests.command.small_command import baseline, classifier, clips, fails, save, write
from tests.data.small_corpus import small_corpus


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
    others = save(classifier(["joyful", "calm"]), tmp_path, "others.keras")
    score = save(classifier(None), tmp_path, "score.keras")
    for model, given, message in [
        (path, silent, "but here is no word, only waveform"),
        (others, data, "not know the classes angry and happy and neutral and"),
        (score, data, "classes of emotion, but the model answers with scores of"),
        (path, rated, "scores of sentiment, but the model answers with classes of"),
    ]:
        assert message in fails(capsys, "evaluate", model, given)
        if given == silent:
            assert message in fails(capsys, "predict", model, given)
            continue
        # Without anything to compare an answer is an answer.
        output = str(tmp_path / "out.csv")
        assert main(["predict", model, given, "--output", output]) == 0
        (warning,) = [
            line for line in capsys.readouterr().out.splitlines() if "warning" in line
        ]
        assert message in warning


def test_recordings_at_another_rate_are_refused(tmp_path, capsys):
    spectrogram = mmzoo.layers.LogSpectrogram(num_bins=8, sample_rate=8000)
    model = mmzoo.build_audio_text_classifier(
        {"audio": spectrogram}, classes=["neutral", "happy", "sad", "angry"]
    )
    data = write(clips(), tmp_path)
    error = fails(capsys, "evaluate", save(model, tmp_path), data)
    assert "16000 samples a second, the model reads 8000" in error


def test_a_translator_answers_nothing():
    translator = mmzoo.build_seq2seq_translator(
        {"text": 2, "audio": 3}, "text", "audio", units=2
    )
    assert not translator.answers
    assert mmzoo.build_sentiment_regressor(translator, units=2).answers
