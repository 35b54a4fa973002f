import dataclasses

import numpy as np
import pytest

import mmzoo
from mmzoo.command.entry import main
from mmzoo.data import Batches, Sequences
from tests.command.small_command import (
    baseline,
    classifier,
    clips,
    fails,
    lines_of,
    regressor,
    save,
    write,
)
from tests.data.small_corpus import small_corpus
from tests.data.test_answerable import clips as clips_csv


@pytest.mark.every_backend
def test_predictions_are_the_models(rng, tmp_path, capsys):
    corpus, model = small_corpus(rng), baseline()
    data, path = write(corpus, tmp_path), save(model, tmp_path)
    output = tmp_path / "out.csv"
    assert main(["predict", path, data, "--output", str(output)]) == 0
    rows = lines_of(output)
    assert list(rows[0]) == ["id", "group", "label", "predicted", "error"]
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


def test_predict_refuses_a_translator_alone(rng, tmp_path, capsys):
    data = write(small_corpus(rng), tmp_path)
    path = save(regressor().translator, tmp_path)
    assert "predicts nothing" in fails(capsys, "predict", path, data)


def test_predictions_of_clips_name_classes(tmp_path, capsys):
    corpus, model = clips(), classifier()
    data, path = write(corpus, tmp_path), save(model, tmp_path)
    output = tmp_path / "out.csv"
    assert main(["predict", path, data, "--output", str(output)]) == 0
    rows = lines_of(output)
    names = [f"probability_{name}" for name in model.classes]
    assert list(rows[0]) == ["id", "group", "label", "predicted", *names, "error"]
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


def score_of_words():
    """A model that reads recordings alone and answers with classes."""
    return classifier(("happy", "sad"), text=False)


def outcome(capsys, *words):
    status = main(list(words))
    return status, capsys.readouterr().out


@pytest.fixture
def answer(tmp_path, capsys):
    """Predict a csv of clips; the status, what was printed, and the rows."""

    def run(file, *words, model=None):
        path = save(model or score_of_words(), tmp_path)
        output = tmp_path / "out.csv"
        arguments = ["predict", path, str(file), "--output", str(output), *words]
        status, out = outcome(capsys, *arguments)
        return status, out, lines_of(output)

    return run


def test_one_bad_file_of_eleven_costs_one_answer(tmp_path, answer):
    file = clips_csv(tmp_path, label=lambda n: ["happy", "sad"][n % 2])
    status, out, rows = answer(file)
    assert status == 3
    assert [row["id"] for row in rows] == [f"{n}.wav" for n in range(11)]
    assert [bool(row["error"]) for row in rows] == [n == 4 for n in range(11)]
    assert all(bool(row["predicted"]) != bool(row["error"]) for row in rows)
    assert "1 of 11 rows have no answer" in out and "4.wav: " in out
    assert "all 10 rows that can be read were taken" in out


def test_nothing_missing_is_status_0(tmp_path, answer):
    status, out, rows = answer(clips_csv(tmp_path, 3, ()))
    assert status == 0 and "no answer" not in out
    # One that has no labels, neither as text nor as numbers.
    assert [row["label"] for row in rows] == ["", "", ""]


@pytest.mark.parametrize("label", ["happy", "unheard of", "0.5"])
def test_labels_do_not_decide_whether_there_is_an_answer(tmp_path, answer, label):
    status, _, rows = answer(clips_csv(tmp_path, 2, (), label=lambda n: label))
    assert status == 0 and all(row["predicted"] for row in rows)
    assert {row["label"] for row in rows} == {label}


def test_a_split_is_chosen_and_said(tmp_path, answer):
    splits = ["train", "test", "test", "train"].__getitem__
    file = clips_csv(tmp_path, 4, (3,), split=splits)
    status, out, rows = answer(file)
    assert status == 0 and [row["id"] for row in rows] == ["1.wav", "2.wav"]
    assert "the split test; --split all takes train (1) too" in out
    status, _, rows = answer(file, "--split", "all")
    assert status == 3 and len(rows) == 4


def test_rows_with_nothing_to_read_get_a_reason(tmp_path, answer):
    corpus = clips()
    waveform = corpus.test.sequences["waveform"]
    lengths = waveform.lengths * ([0] + [1] * 7)
    rows = Sequences(waveform.frames, waveform.starts, lengths)
    test = dataclasses.replace(
        corpus.test.with_modality("waveform", rows),
        words=("  ", "", *corpus.test.words[2:]),
    )
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    data = write(corpus, tmp_path)
    status, _, rows = answer(data, model=classifier())
    assert status == 3
    assert [row["error"] for row in rows if row["error"]] == [
        "it has no audio and no text, so there is nothing to answer"
    ]


def test_an_answer_that_is_not_finite_is_none(tmp_path, answer, monkeypatch):
    chances = np.array([[0.5, 0.5], [np.nan, np.nan]])
    monkeypatch.setattr("mmzoo.command.predict.answers_in_parts", lambda *_: [chances])
    status, _, rows = answer(clips_csv(tmp_path, 2, ()))
    assert status == 3 and rows[1]["error"] == "the model's answer is not finite"
