"""One command ranks models on one corpus, goes on where it was, and asks them again."""

import pytest

from mmzoo.models import list_models
from mmzoo.models.registry import made_for
from tests.consistency.tree import ROOT
from tests.data.small_corpus import small_corpus
from tests.recipes.run_recipe import complete, load_recipe, refused

SCRIPT = ROOT / "recipes/zoo.py"
FUSION = "tensor_fusion_network:text+audio"


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    """Recipes write into `runs` of the folder that they are started in."""
    monkeypatch.chdir(tmp_path)
    return load_recipe("zoo")


def test_help_teaches(recipe, capsys):
    with pytest.raises(SystemExit) as stop:
        recipe.main(["--help"])
    assert not stop.value.code
    shown = " ".join(capsys.readouterr().out.split())
    for word in ("a first look", "--align-to text", "these rows alone", "--robustness"):
        assert word in shown, word
    assert recipe.parse([]).seeds == 5 and recipe.parse([]).variant is None


def test_errors_are_one_line(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    message = refused(SCRIPT, monkeypatch, "--data", "nowhere.npz")
    assert "nowhere.npz: there is no such file" in message


def test_rows_are_ranked_and_asked_again(recipe, tmp_path, rng, capsys):
    small_corpus(rng).save(tmp_path / "small.h5")
    words = ["--data", "small.h5", "--epochs", "1", "--units", "3", "--seeds", "1"]
    # The baseline is told by its model, however it is called and whenever it came.
    recipe.main([*words, "--variant", "lstm_baseline:text+audio"])
    page = (tmp_path / "runs/zoo_small/leaderboard.md").read_text()
    assert "There is no other row to test against it." in page
    words += ["--variant", FUSION]
    recipe.main(words)
    folder = tmp_path / "runs/zoo_small"
    report = complete(folder, "leaderboard.md", "score_against_cost.png")
    held = report["leaderboard"]
    assert {each["name"] for each in held["ranking"]} == {"text+audio", FUSION}
    assert held["baseline"] == "text+audio" and len(held["tests"]) == 1
    assert {line["model"] for line in held["published"]} == {
        "lstm_baseline",
        "tensor_fusion_network",
    }
    assert "read leaderboard.md there" in capsys.readouterr().out
    kept = {path: path.stat().st_mtime_ns for path in folder.rglob("result.npz")}
    recipe.main([*words, "--robustness"])
    report = complete(folder, "leaderboard.md", "robustness.png")
    curves = report["leaderboard"]["robustness"]["curves"]
    assert {each["modality"] for each in curves} == {"text", "audio"}
    assert kept == {path: path.stat().st_mtime_ns for path in kept}


@pytest.mark.slow
def test_every_model_of_the_zoo_is_ranked_or_named(recipe, tmp_path, rng):
    small_corpus(rng).save(tmp_path / "small.h5")
    words = ["--data", "small.h5", "--epochs", "1", "--units", "3", "--seeds", "1"]
    recipe.main(words)
    held = complete(tmp_path / "runs/zoo_small")["leaderboard"]
    assert len(held["ranking"]) >= 10 and held["baseline"] == "text+audio+video"
    left_out = {each["model"] for each in held["left_out"]}
    without_pictures = {name for name in list_models() if made_for(name)}
    assert left_out == {"sentiment_regressor", *without_pictures}
