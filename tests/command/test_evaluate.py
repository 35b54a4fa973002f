import dataclasses

import numpy as np
import pytest

import mmzoo
from mmzoo.command.entry import main
from mmzoo.data import Batches
from mmzoo.evaluation import (
    CLASSIFICATION_METRICS,
    EMOTION_METRICS,
    EXPLAINED_METRICS,
    SENTIMENT_METRICS,
    emotion_metrics,
    sentiment_metrics,
)
from tests.command.small_command import (
    baseline,
    classifier,
    clips,
    lines_of,
    regressor,
    save,
    write,
)
from tests.data.small_corpus import small_corpus, small_labels
from tests.data.test_answerable import clips as clips_csv


@pytest.mark.every_backend
def test_evaluate_prints_metrics_with_their_definitions(rng, tmp_path, capsys):
    corpus, model = small_corpus(rng), regressor()
    data, path = write(corpus, tmp_path), save(model, tmp_path)
    assert main(["evaluate", path, data]) == 0
    lines = capsys.readouterr().out.splitlines()[2:]
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
    lines = capsys.readouterr().out.splitlines()[2:]
    assert [line.split()[0] for line in lines] == list(CLASSIFICATION_METRICS)
    right = np.mean([row["label"] == row["predicted"] for row in rows])
    assert float(lines[0].split()[1]) == pytest.approx(right, abs=1e-4)


def test_scores_of_clips(rng, tmp_path, capsys):
    corpus = small_corpus(rng)
    model = mmzoo.build_audio_text_classifier({"text": 5}, text_dim=4)
    data, path = write(corpus, tmp_path), save(model, tmp_path)
    output = str(tmp_path / "out.csv")
    assert main(["predict", path, data, "--output", output]) == 0
    assert all(np.isfinite(float(row["predicted"])) for row in lines_of(output))
    assert main(["evaluate", path, data]) == 0
    assert "mae" in capsys.readouterr().out


@pytest.fixture
def evaluated(tmp_path, capsys):
    """Evaluate a csv of clips; the status and what was printed."""
    path = save(classifier(("happy", "sad"), text=False), tmp_path)

    def run(file, *words):
        status = main(["evaluate", path, str(file), *words])
        return status, "".join(capsys.readouterr())

    return run


def test_rows_that_cannot_be_compared_are_named(tmp_path, evaluated):
    labels = ["happy", "sad", "", "calm", "happy"].__getitem__
    status, out = evaluated(clips_csv(tmp_path, 5, (4,), label=labels))
    assert status == 3
    assert "not compared: 3" in out and "4.wav: " in out
    assert "2.wav: there is no label that can be used" in out
    assert "3.wav: the model does not know the class of its label" in out
    assert "accuracy" in out


@pytest.mark.parametrize("count", [1, 3])
def test_one_class_can_be_evaluated(tmp_path, evaluated, count):
    status, out = evaluated(clips_csv(tmp_path, count, (), label=lambda n: "sad"))
    assert status == 0 and "accuracy" in out


def test_one_score_can_be_evaluated(tmp_path, capsys):
    path = save(classifier(None, text=False), tmp_path)
    file = clips_csv(tmp_path, 2, (), label=lambda n: "1.5")
    assert main(["evaluate", path, str(file), "--protocol", "regression"]) == 0
    assert "mae" in capsys.readouterr().out


def test_without_labels_there_is_nothing_to_evaluate(tmp_path, evaluated):
    status, out = evaluated(clips_csv(tmp_path, 3, ()))
    assert status == 2
    assert "there is no label that can be used" in out and "mmzoo predict" in out


def test_correlation_with_a_constant_is_undefined(rng, tmp_path, capsys):
    corpus = small_corpus(rng)
    test = dataclasses.replace(corpus.test, labels=[1.0, 1.0, 1.0])
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    assert main(["evaluate", save(baseline(), tmp_path), write(corpus, tmp_path)]) == 0
    out = capsys.readouterr().out
    assert f"{'pearson':<30} undefined" in out
    assert "mae                        undefined" not in out


def test_emotions_are_predicted_and_compared(rng, tmp_path, capsys):
    def lacking(n):
        return np.where(np.arange(n) == 1, np.nan, np.arange(n) % 2)

    corpus = small_labels(rng, happy=lacking, mood=lacking)
    data, emotions = write(corpus, tmp_path), {"target": "emotions"}
    path = save(baseline(classes=["mood", "sad", "happy"], **emotions), tmp_path)
    output = str(tmp_path / "out.csv")
    words = [path, data, "--label", "happy,mood"]
    assert main(["predict", *words, "--output", output]) == 0
    rows, names = lines_of(output), ("mood", "sad", "happy")
    said = [[float(row[f"probability_{n}"]) > 0.5 for n in names] for row in rows]
    for row, has in zip(rows, said, strict=True):
        found = "+".join(n for n, each in zip(names, has, strict=True) if each)
        assert row["predicted"] == (found or "none")
    assert [row["label"] for row in rows] == ["none", "", "none"]
    capsys.readouterr()
    assert main(["evaluate", *words]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert "not compared, since the data do not say them: sad" in lines
    assert "  test_1: there is no label that can be used" in lines
    labels = [[0, np.nan, 0], [0, np.nan, 0]]
    scores = emotion_metrics(labels, [said[0], said[2]])
    found = dict(line.split()[:2] for line in lines[-len(EMOTION_METRICS) :])
    assert {n: float(x) for n, x in found.items()} == pytest.approx(scores, abs=1e-4)


def test_data_without_the_emotions_are_refused(rng, tmp_path, capsys):
    data = write(small_labels(rng), tmp_path)
    path = save(baseline(classes=["a", "b"], target="emotions"), tmp_path)
    assert main(["evaluate", path, data]) == 2
    assert "but the model answers with classes of emotions" in capsys.readouterr().err
    assert main(["evaluate", path, data, "--label", "happy,mood"]) == 2
    assert "does not know the classes happy and mood" in capsys.readouterr().err
