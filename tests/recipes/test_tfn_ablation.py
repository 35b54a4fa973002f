"""The eight rows of the paper's ablation are trained by one command."""

import pytest

from mmzoo.evaluation import read_published
from mmzoo.training import TrainingOptions, plan
from tests.recipes.run_recipe import load_recipe

MODEL = "tensor_fusion_network"


class Asked(Exception):
    """The experiment is not run."""


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """What the recipe asks of the experiment, which is not run."""
    monkeypatch.chdir(tmp_path)
    found = {}

    def experiment(corpora, variants, *others, **more):
        found.update(more, variants=variants)
        raise Asked

    monkeypatch.setattr("mmzoo.command.train.Experiment", experiment)
    with pytest.raises(Asked):
        load_recipe("tfn_ablation").main([])
    return found


def test_rows_are_those_that_the_paper_printed(asked):
    planned = plan(asked["variants"], TrainingOptions())
    found = {(row.name, row.control or "") for row in planned}
    published = read_published(load_recipe("tfn_ablation").PAPER)
    assert found == {(line["variant"], line["control"]) for line in published.lines}
    assert len(found) == 8
    orders = {row.control: row.architecture.get("orders") for row in planned}
    assert orders == {
        None: None,
        "bimodal": [2],
        "trimodal": [3],
        "notrimodal": [1, 2],
        "early": [1],
    }
    # The figures are CMU-MOSI's, and these data are not.
    assert asked["published"] is None


def test_help_teaches(capsys):
    with pytest.raises(SystemExit) as stop:
        load_recipe("tfn_ablation").main(["--help"])
    assert not stop.value.code
    shown = " ".join(capsys.readouterr().out.split())
    for word in ("early the vectors side by side", f"{MODEL}:video", "sample|PATH"):
        assert word in shown, word
