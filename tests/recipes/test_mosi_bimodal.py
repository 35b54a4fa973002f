import json

import pytest

from tests.recipes.run_recipe import (
    complete,
    load_recipe,
    rows_in_the_paper,
    rows_of,
)
from tests.recipes.small_files import write_mosi

SMALL = ["--epochs", "1", "--units", "3", "--protocol", "paper", "--output", "run"]


def test_the_table_is_the_papers():
    recipe = load_recipe("mosi_bimodal")
    assert recipe.TABLE == rows_in_the_paper(2)
    assert recipe.parse(["--variant", "all"]).variant == recipe.TABLE
    assert set(recipe.parse([]).variant) < set(recipe.TABLE)


@pytest.mark.slow
def test_three_recipes_write_one_report(tmp_path, rng, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["--data", str(write_mosi(tmp_path / "mosi.npz", rng)), *SMALL]
    trained = {
        "mosi_unimodal": ["text"],
        "mosi_bimodal": ["text+video"],
        "mosi_trimodal": ["text+audio->text+video"],
    }
    for name, rows in trained.items():
        load_recipe(name).main([*words, "--variant", *rows])
    report = complete(tmp_path / "run")
    names = [name for name, control in rows_of(report) if control is None]
    assert names == [row for rows in trained.values() for row in rows]
    assert report["data"]["protocol"] == "paper"
    # A recipe that is run anew finds the rows of all three.
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("result.npz")}
    load_recipe("mosi_unimodal").main([*words, "--variant", "text"])
    assert rows_of(json.loads((tmp_path / "run/report.json").read_text())) == rows_of(
        report
    )
    assert kept == {path: path.stat().st_mtime_ns for path in kept}
