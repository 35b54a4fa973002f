import runpy

import numpy as np
import pytest

import mmzoo
from mmzoo.data import Batches
from tests.consistency.tree import ROOT
from tests.recipes.run_recipe import (
    complete,
    load_recipe,
    refused,
    rows_in_the_paper,
)
from tests.recipes.small_files import COUNTS, write_mfn, write_mosi

SCRIPT = ROOT / "recipes/mosi_trimodal.py"
SMALL = ["--epochs", "1", "--units", "3"]


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    """Run the script as a command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        words = [SCRIPT, *arguments]
        monkeypatch.setattr("sys.argv", [str(word) for word in words])
        with pytest.raises(SystemExit) as stop:
            runpy.run_path(str(SCRIPT), run_name="__main__")
        return stop.value.code

    return run


@pytest.fixture
def error(tmp_path, monkeypatch):
    """Run the script where it is to refuse; its one line on standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        before = sorted(tmp_path.rglob("*"))
        message = refused(SCRIPT, monkeypatch, *arguments)
        assert sorted(tmp_path.rglob("*")) == before, "it left something behind"
        return message

    return run


@pytest.fixture
def mosi(tmp_path, rng):
    return write_mosi(tmp_path / "mosi_utterances.npz", rng)


@pytest.fixture
def mfn(tmp_path, rng):
    return write_mfn(tmp_path / "mmmo", rng)


def row(report, name, control=None):
    (found,) = (
        row
        for row in report["rows"]
        if (row["name"], row.get("control")) == (name, control)
    )
    return found


def test_the_table_is_the_papers():
    recipe = load_recipe("mosi_trimodal")
    assert recipe.parse(["--variant", "all"]).variant == recipe.TABLE
    # One into two, of which the paper prints two of three.
    printed = [row for row in recipe.TABLE if row != "video->text+audio"]
    assert printed == rows_in_the_paper(3)


def test_help_teaches(recipe, capsys):
    assert recipe("--help") == 0
    shown = " ".join(capsys.readouterr().out.split())
    for word in (
        "text+audio->text+video",
        "text->audio->video",
        "an LSTM on the modalities joined",
        "hierarchical",
        "the same command goes on where it was",
        "sample|PATH",
        "Adam's, at the start (default 0.002)",
    ):
        assert word in shown, word


def test_missing_path(error):
    message = error("--data", "nowhere/mosi.npz")
    assert "nowhere/mosi.npz: there is no such file" in message
    assert "or use 'sample'" in message


def test_wrong_format(error, tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    message = error("--data", "notes.txt")
    assert "notes.txt: it is of no format that mmzoo reads" in message
    assert "MFN folder" in message


def test_truncated_hdf5(error, mfn):
    file = mfn / "audio_train.h5"
    file.write_bytes(file.read_bytes()[:900])
    message = error("--data", mfn, *SMALL, "--variant", "audio")
    assert "audio_train.h5: HDF5 cannot read it" in message
    assert "copy or download it again" in message


def test_truncated_npz(error, mosi):
    mosi.write_bytes(mosi.read_bytes()[:900])
    assert "mosi_utterances.npz: it cannot be read as .npz" in error("--data", mosi)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Text", "names the modality 'Text'"),
        ("nothing:text", "There is no model 'nothing'"),
        ("text->", "names the modality ''"),
        ("text+text", "names a modality twice"),
        ("text->audio->audio", "names a target twice"),
    ],
)
def test_variant_outside_the_grammar(error, mosi, name, fault):
    message = error("--data", mosi, "--variant", name)
    assert fault in message
    assert "Write `text+audio` for a baseline" in message or "There are" in message


def test_variant_twice(error, mosi):
    message = error("--data", mosi, "--variant", "text", "audio", "text")
    assert "`variants` has 'text' twice" in message


def test_modality_that_the_corpus_lacks(error, mfn):
    for file in mfn.glob("video_*.h5"):
        file.unlink()
    message = error("--data", mfn, "--variant", "audio", "audio->video")
    assert "--variant needs ['audio', 'video']" in message
    assert "mmmo" in message


@pytest.mark.parametrize("variant", [["video"], ["audio->video"], []])
def test_features_that_leak(error, mosi, variant):
    variant = ["--variant", *variant] if variant else []
    message = error("--data", mosi, "--protocol", "utterance", *variant)
    assert "leak test labels in the utterance protocol" in message
    assert 'or ask for protocol "dialogue"' in message


@pytest.mark.parametrize(
    ("flag", "value", "fault"),
    [
        ("--epochs", 0, "`epochs` is at least 1, not 0"),
        ("--seeds", 0, "`seeds` is at least 1, not 0"),
        ("--units", 0, "`units` is at least 1, not 0"),
        ("--num-codes", 1, "`num_codes` is at least 2, not 1"),
        ("--learning-rate", 0, "`learning_rate` is above 0, not 0.0"),
        ("--folds", 0, "k_fold(k=0) with 18 samples"),
        ("--folds", 1, "Choose k from 3 to 18"),
        ("--protocol", "official", "there is no protocol 'official'"),
    ],
)
def test_number_out_of_range(error, mosi, flag, value, fault):
    assert fault in error("--data", mosi, flag, value)


def test_strict_refuses_what_is_not_finite(error, mosi):
    with np.load(mosi) as saved:
        table = dict(saved)
    table["audio_feat"][3] = np.nan
    np.savez(mosi, **table)
    message = error("--data", mosi, "--strict")
    assert "mosi_utterances.npz" in message
    assert "audio" in message


def test_output_that_is_a_file(recipe, mosi, capsys):
    assert recipe("--data", mosi, *SMALL, "--output", mosi) == 2
    assert f"--output: {mosi} is no folder" in capsys.readouterr().err


@pytest.mark.slow
def test_loss_that_explodes(recipe, mosi, capsys):
    small = [*SMALL, "--variant", "text", "--learning-rate", "1e38"]
    assert recipe("--data", mosi, *small) == 2
    message = capsys.readouterr().err
    assert "became" in message and "lower the learning" in message


@pytest.mark.slow
def test_dialogues(recipe, mosi, tmp_path, capsys):
    variants = ["--variant", "text->audio", "video"]
    assert recipe("--data", mosi, *SMALL, *variants) == 0
    folder = tmp_path / "runs/mosi_utterances"
    report = complete(folder, "attention_map.png", "confusion_7class.png")
    assert report["data"]["protocol"] == "dialogue"
    assert report["num_samples"] == 12
    row(report, "video")
    assert "explained_free_running" in row(report, "text->audio")["metrics"]
    row(report, "text->audio", "untrained encoder")
    shown = capsys.readouterr().out
    assert "Everything is in runs/mosi_utterances" in shown
    assert "text->audio (untrained encoder)" in shown
    model = mmzoo.load(folder / "model.keras")
    test = mmzoo.data.read(mosi).test
    x = Batches(test, ["text"], batch_size=4)[0][0]
    assert model.predict(x, verbose=0)["sentiment"].shape == (4, 3)
    # Another command finds the folder taken, and leaves it alone.
    before = (folder / "report.json").read_bytes()
    assert recipe("--data", mosi, *SMALL, *variants, "--seeds", "2") == 2
    assert "name another folder with --output" in capsys.readouterr().err
    assert (folder / "report.json").read_bytes() == before


@pytest.mark.every_backend
def test_utterances(recipe, mosi):
    recipe(
        *("--data", mosi, *SMALL, "--protocol", "utterance", "--variant", "audio"),
        *("--cell", "gru", "--bidirectional", "--output", "run"),
    )
    report = complete(mosi.parent / "run")
    assert report["data"]["protocol"] == "utterance"
    assert report["num_samples"] == 18
    assert report["config"]["cell"] == "gru"
    assert report["published"]["source"] == "Pham et al., 2018"
    assert report["published"]["warnings"] == []


@pytest.mark.slow
def test_original_split_of_a_folder(recipe, mfn):
    recipe("--data", mfn, *SMALL, "--variant", "audio+video", "--output", "run")
    report = complete(mfn.parent / "run")
    assert report["data"]["protocol"] == "original"
    assert report["num_samples"] == COUNTS["test"]
    assert report["label_range"] == [-2.0, 2.0]
    assert any("text is left out" in each for each in report["data"]["warnings"])


@pytest.mark.slow
def test_trimodal_folds_of_a_folder(recipe, mfn):
    recipe(
        *("--data", mfn, *SMALL, "--variant", "text+audio+video"),
        *("--folds", 3, "--output", "run"),
    )
    report = complete(mfn.parent / "run")
    assert report["data"]["protocol"] == "trimodal"
    assert report["config"]["folds"] == 3
    # The samples that have every modality, each tested once.
    assert report["num_samples"] == COUNTS["valid"] + COUNTS["test"]
    row(report, "text+audio+video")
