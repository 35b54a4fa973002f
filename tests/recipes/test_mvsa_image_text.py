"""Figure 11's rows are trained by one command, on lists that others published."""

import csv
from importlib.util import find_spec

import pytest

from mmzoo.evaluation import read_published
from mmzoo.models import list_models
from mmzoo.training import TrainingOptions, plan
from tests.data.readers.test_mvsa import CLASSES, write, write_folds
from tests.recipes.run_recipe import complete, load_recipe, rows_of

MODEL = "image_text_classifier"
BOTH = f"{MODEL}:image+text"


@pytest.fixture
def recipe():
    return load_recipe("mvsa_image_text")


@pytest.fixture
def tweets(tmp_path, monkeypatch):
    """Thirty tweets with published lists, three folds."""
    monkeypatch.chdir(tmp_path)
    labels = {number: ",".join([CLASSES[number % 3]] * 2) for number in range(1, 31)}
    write_folds(write(tmp_path / "tweets", labels) / "splits")
    return "tweets"


@pytest.fixture
def asked(recipe, monkeypatch, tweets):
    """What the recipe asks of the experiment, which is not run."""

    class Asked(Exception):
        """The experiment is not run."""

    def experiment(corpora, variants, options, *others, **more):
        raise Asked(dict(more, corpora=corpora, variants=variants, options=options))

    monkeypatch.setattr("mmzoo.command.train.Experiment", experiment)

    def ask(*words):
        with pytest.raises(Asked) as found:
            recipe.main(["--data", tweets, *words])
        return found.value.args[0]

    return ask


def test_rows_are_those_of_the_figure_and_ours(recipe, asked):
    found = asked("--splits", "ours_01")
    planned = plan(found["variants"], TrainingOptions())
    rows = {row.name for row in planned}
    printed = {line["variant"] for line in found["published"].lines}
    # Of what has no network it is a floor, which is always there.
    assert printed - rows == {"image+text"}
    assert rows - printed == {BOTH, f"{MODEL}:image", f"{MODEL}:text"}
    controls = [row.control for row in planned if row.control]
    assert controls == ["images shuffled", "transformer", "iaff", "to the letter"]
    assert found["architecture"]["fusion"] == "concat"
    # Accuracy is what the field reports, and a rare class counts as it is there.
    assert found["options"].class_weight is None
    assert asked("--class-weight", "balanced")["options"].class_weight == "balanced"


def test_a_rival_alone_needs_no_fusion(asked):
    rival = "hierarchical_semantic_network:image+text"
    found = asked("--splits", "ours_01", "--no-ablation", "--variant", rival)
    assert "fusion" not in found["architecture"]
    found = asked("--splits", "ours_01", "--variant", rival, BOTH)
    assert found["architecture"]["fusion"] == "concat"


def test_lists_beside_the_data_are_folds(asked):
    assert len(asked("--splits", "ours")["corpora"]) == 3
    assert len(asked("--splits", "ours_02")["corpora"]) == 1


def test_figures_are_of_models_that_there_are(recipe):
    lines = read_published(recipe.FIGURE).lines
    models = [line["variant"].partition(":")[0] for line in lines]
    assert set(models) - {"image+text"} <= set(list_models())
    with open(recipe.FIGURE, newline="", encoding="utf-8") as file:
        assert len(lines) == 8 == len([*csv.DictReader(file)])


def test_help_teaches(recipe, capsys):
    with pytest.raises(SystemExit) as stop:
        recipe.main(["--help"])
    assert not stop.value.code
    shown = " ".join(capsys.readouterr().out.split())
    for word in ("such as clmlf, or cheema, which is ten folds", "name of lists"):
        assert word in shown, word


@pytest.mark.slow
def test_tweets_to_a_report(recipe, tweets, tmp_path):
    words = ["--splits", "ours_01", "--variant", BOTH, "co_memory_network:image+text"]
    sizes = ["--image-width", "0.25", "--epochs", "1", "--units", "2", "--hops", "1"]
    recipe.main(["--data", tweets, "--no-ablation", *words, *sizes])
    folder = tmp_path / "runs/mvsa_image_text"
    report = complete(folder)
    assert (BOTH, None) in rows_of(report)
    # The figure's own stand beside ours; the floor needs the extra `lexicon`.
    found = 1 + bool(find_spec("vaderSentiment"))
    shown = (folder / "report.md").read_text()
    assert f"{found} of the 8 rows that" in shown
    assert "paper: CoMN" in shown
