"""Every recipe is in the index, and the index lists nothing else."""

import ast
import csv
import shlex

import pytest

from tests.consistency.tree import ROOT

COLUMNS = ["script", "smoke_flags", "must_exist", "expected"]
RECIPES = ROOT / "recipes"
INDEX = RECIPES / "index.csv"


def rows():
    """The rows of the index as dicts."""
    if not INDEX.is_file():
        return []
    with INDEX.open(newline="") as file:
        return list(csv.DictReader(file))


def script_of(row):
    """The file of one row; the index may name it with its folder."""
    return RECIPES / row["script"].removeprefix("recipes/")


def test_index_and_scripts_agree():
    scripts = sorted(RECIPES.glob("*.py"))
    listed = sorted(script_of(row) for row in rows())
    assert listed == scripts, "recipes/index.csv and recipes/*.py differ"


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["script"])
def test_row_is_complete(row):
    assert list(row) == COLUMNS
    assert all(row.values()), f"an empty cell in {row}"
    assert shlex.split(row["smoke_flags"])[0].startswith("--")
    header = ast.get_docstring(ast.parse(script_of(row).read_text())) or ""
    missing = [word for word in ("Run:", "Expect:") if word not in header]
    assert not missing, f"the docstring of {row['script']} lacks {missing}"
