import functools
import json

import numpy as np
import pytest

import mmzoo
from tests.consistency.tree import ROOT
from tests.layers.small_text import save_encoder
from tests.recipes.run_recipe import complete, load_recipe, refused, rows_of
from tests.recipes.small_files import write_mosi

SCRIPT = ROOT / "recipes/mosi_text.py"
error = functools.partial(refused, SCRIPT)


@pytest.fixture(scope="module")
def recipe():
    return load_recipe("mosi_text")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Recipes write into `runs` of the folder that they are started in."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def mosi(tmp_path, rng):
    return str(write_mosi(tmp_path / "mosi_utterances.npz", rng))


@pytest.fixture
def encoder(tmp_path):
    """A folder with a tiny BERT, as KerasHub saves one."""
    return save_encoder(tmp_path / "bert")


def test_help_teaches(recipe, capsys):
    with pytest.raises(SystemExit) as stop:
        recipe.main(["--help"])
    assert not stop.value.code
    shown = " ".join(capsys.readouterr().out.split())
    for word in (
        "a text file of word vectors",
        "a folder with one, in KerasHub's or Hugging Face's form",
        "(default: audio_text_classifier:text",
        "the same command goes on where it was",
        "mosi_utterances.npz",
    ):
        assert word in shown, word


def test_fine_tuning_takes_small_steps(recipe):
    assert recipe.FINE["learning_rate"] < recipe.FROZEN["learning_rate"]


def test_errors_are_one_line(monkeypatch, mosi, tmp_path):
    message = error(monkeypatch, "--data", "nowhere.npz")
    assert "nowhere.npz: there is no such file" in message
    some = ["--data", mosi]
    assert "`epochs` is at least 1" in error(monkeypatch, *some, "--epochs", "-1")
    assert "`epochs` is at least 1" in error(monkeypatch, *some, "--epochs", "0")
    assert "`seeds` is at least 1" in error(monkeypatch, *some, "--seeds", "0")
    (tmp_path / "vectors.txt").write_text("words 1 2\nof 1\n")
    vectors = ["--text-encoder", "vectors.txt"]
    assert "line 2 has 1 numbers" in error(monkeypatch, *some, *vectors)
    sample = error(monkeypatch, "--data", "sample")
    assert "there is no protocol 'utterance'" in sample


@pytest.mark.slow
def test_words_to_a_report(recipe, mosi, tmp_path, capsys):
    words = ["--data", mosi, "--epochs", "1"]
    recipe.main(words)
    folder = tmp_path / "runs/mosi_text"
    report = complete(folder, "confusion_7class.png")
    assert rows_of(report)[:3] == [
        ("audio_text_classifier:text", None),
        ("audio_text_classifier:audio", None),
        ("audio_text_classifier:audio+text", None),
    ]
    assert ("majority", "majority") in rows_of(report)
    for row in report["rows"]:
        assert {"mae", "pearson", "acc2_has0", "acc7"} <= set(row["metrics"])
    assert report["num_samples"] == 18
    assert report["data"]["protocol"] == "utterance"
    assert "Everything is in runs/mosi_text" in capsys.readouterr().out
    model = mmzoo.load(folder / "model.keras")
    assert np.isfinite(mmzoo.predict(model, text="words of 7")["sentiment"])
    # Neither the trainings nor the models are made again.
    kept = {path: path.stat().st_mtime_ns for path in folder.rglob("trainings/**/*")}
    assert recipe.main(words).to_dict()["rows"] == report["rows"]
    assert kept == {path: path.stat().st_mtime_ns for path in kept}
    assert set(kept) == set(folder.rglob("trainings/**/*"))


@pytest.mark.slow
@pytest.mark.parametrize("tuned", [False, True], ids=["frozen", "fine-tuned"])
def test_pretrained_encoder(recipe, mosi, encoder, tmp_path, tuned):
    words = ["--data", mosi, "--epochs", "1", "--text-encoder", encoder]
    words += ["--variant", "audio_text_classifier:text", "--output", "out"]
    recipe.main(words + ["--fine-tune"] * tuned)
    complete(tmp_path / "out")
    config = json.loads((tmp_path / "out/config.json").read_text())
    assert config["fine_tune"] is tuned
    model = mmzoo.load(tmp_path / "out/model.keras")
    assert model.reads == (["tokens"] if tuned else ["text"])
    with pytest.warns(UserWarning, match="1 of 3 clips have no answer"):
        *answers, empty = mmzoo.predict(model, text=["good film", "bad", None])
    assert np.isfinite([each["sentiment"] for each in answers]).all()
    assert empty["sentiment"] is None and "no text" in empty["error"]


@pytest.mark.slow
def test_word_vectors_from_a_file(recipe, mosi, tmp_path):
    (tmp_path / "vectors.txt").write_text("words 1 0 2\nof 0 1 1\nfilm 3 3 3\n")
    words = ["--data", mosi, "--epochs", "1", "--variant", "audio_text_classifier:text"]
    recipe.main([*words, "--text-encoder", "vectors.txt", "--output", "out"])
    complete(tmp_path / "out")
    model = mmzoo.load(tmp_path / "out/model.keras")
    assert model.front_ends["text"].vocabulary == ["words", "of"]
