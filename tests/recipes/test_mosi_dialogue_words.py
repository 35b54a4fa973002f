import functools
import pathlib

import numpy as np
import pytest

import mmzoo
from tests.consistency.tree import ROOT
from tests.layers.small_text import save_encoder
from tests.recipes.run_recipe import complete, load_recipe, refused, rows_of
from tests.recipes.small_files import write_mosi

SCRIPT = ROOT / "recipes/mosi_dialogue_words.py"
error = functools.partial(refused, SCRIPT)
TEXTS = ["GOOD FILM", "BAD", "VERY VERY BAD FILM", ""]


@pytest.fixture(scope="module")
def recipe():
    return load_recipe("mosi_dialogue_words")


@pytest.fixture
def mosi(tmp_path, monkeypatch, rng):
    """The file, whose 54 utterances say one of four things in turn."""
    monkeypatch.chdir(tmp_path)
    path = write_mosi(tmp_path / "mosi_utterances.npz", rng)
    arrays = dict(np.load(path))
    arrays["text"] = np.array([TEXTS[row % 4] for row in range(54)])
    # Utterances are told by their number, whatever their order in the file.
    np.savez(path, **{name: array[::-1] for name, array in arrays.items()})
    return str(path)


@pytest.fixture
def encoder(tmp_path):
    """A folder with a tiny BERT, as KerasHub saves one."""
    return save_encoder(tmp_path / "bert")


def test_each_utterance_is_the_mean_state_of_its_words(recipe, mosi, encoder):
    given = mmzoo.data.read(mosi, "dialogue")
    words = recipe.encoded(mosi, encoder, given)
    layer = mmzoo.layers.PretrainedText.from_preset(encoder)
    states, mask = map(np.asarray, layer(*layer.tokenize(TEXTS)))
    counts = np.maximum(mask.sum(axis=1, keepdims=True), 1)
    expected = (states * mask[..., None]).sum(axis=1) / counts
    assert not expected[3].any() and np.abs(expected[:3]).sum(axis=1).all()
    for name, split in given.splits.items():
        for index, steps in enumerate(split.step_ids):
            # "video03_1" is row 10 of the file as it was first written.
            rows = [3 * int(id[5:7]) + int(id[8:]) for id in steps]
            frames = words[name][index][0]
            np.testing.assert_allclose(
                frames, expected[np.array(rows) % 4], rtol=1e-4, atol=1e-5
            )


@pytest.mark.slow
def test_dialogues_to_a_report(recipe, mosi, encoder, tmp_path):
    words = ["--data", mosi, "--text-encoder", encoder, "--epochs", "1"]
    words += ["--units", "3"]
    recipe.main([*words, "--output", "out"])
    report = complete(tmp_path / "out")
    assert rows_of(report)[:2] == [("words", None), ("words+audio", None)]
    assert report["data"]["labels_per"] == "step"
    assert report["data"]["protocol"] == "dialogue"
    assert report["num_samples"] == 12
    made_by = report["data"]["words_encoder"]
    assert (made_by["name"], len(made_by["sha256"])) == (encoder, 64)
    (saved,) = (tmp_path / "out").glob("words_*.h5")
    written = saved.stat().st_mtime_ns
    assert mmzoo.load("out").input_dims == {"words": 4}
    answers = mmzoo.predict(mmzoo.load("out"), words=np.ones((3, 4), "float32"))
    assert np.shape(answers["sentiment"]) == (3,)
    # Neither the words nor the models are made again.
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("result.npz")}
    again = recipe.main([*words, "--output", "out"]).to_dict()
    assert again["rows"] == report["rows"]
    assert written == saved.stat().st_mtime_ns
    assert kept == {path: path.stat().st_mtime_ns for path in kept}
    chosen = [*words, "--without-test", "--folds", "3", "--output", "chosen"]
    recipe.main([*chosen, "--variant", "words"])
    assert complete(tmp_path / "chosen")["num_samples"] == 42
    # The text that the file has stands beside the words.
    both = [*words, "--variant", "words", "text", "--ensemble", "text", "words"]
    recipe.main([*both, "--output", "out"])
    assert ("ensemble of text, words", None) in rows_of(complete(tmp_path / "out"))


def test_another_encoder_at_the_same_place_is_told(recipe, encoder):
    before = recipe.content(encoder)
    assert before == recipe.content(encoder)
    (pathlib.Path(encoder) / "vocabulary.txt").write_text("other")
    assert before != recipe.content(encoder)
    assert recipe.content("bert_tiny_en_uncased") is None


def test_encoders_that_learn_from_the_words_are_refused(monkeypatch, mosi):
    some = ["--data", mosi]
    for words in ([], ["--text-encoder", "word2vec"]):
        assert "name a preset or a folder" in error(monkeypatch, *some, *words)
    fine = error(monkeypatch, *some, "--text-encoder", "bert", "--fine-tune")
    assert "leave --fine-tune out" in fine
    sample = error(monkeypatch, "--data", "sample", "--text-encoder", "bert")
    assert "there is no protocol 'dialogue'" in sample
