"""Every notebook is made from its script, was executed, and stays small."""

import json
import re

import pytest

from tests.consistency.tree import ROOT

FOLDER = ROOT / "notebooks"
SCRIPTS = sorted(FOLDER.glob("*.py"))
LARGEST = 500_000


def script_cells(text):
    """`(kind, source)` of each cell of a script in the percent format."""
    cells = []
    for part in re.split(r"^# %%", text, flags=re.M)[1:]:
        kind, _, body = part.partition("\n")
        if kind.strip() == "[markdown]":
            lines = [
                line.removeprefix("#").removeprefix(" ") for line in lines_of(body)
            ]
            cells.append(("markdown", "\n".join(lines)))
        else:
            cells.append(("code", "\n".join(lines_of(body))))
    return cells


def lines_of(body):
    return body.strip("\n").splitlines()


def notebook_of(script):
    return json.loads(script.with_suffix(".ipynb").read_text())


def test_scripts_and_notebooks_agree():
    notebooks = {path.stem for path in FOLDER.glob("*.ipynb")}
    assert notebooks == {path.stem for path in SCRIPTS} != set()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_cells_are_those_of_the_script(script):
    cells = notebook_of(script)["cells"]
    found = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    assert found == script_cells(script.read_text()), "make the notebook anew"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_notebook_was_executed_and_is_small(script):
    assert script.with_suffix(".ipynb").stat().st_size <= LARGEST
    code = [
        cell for cell in notebook_of(script)["cells"] if cell["cell_type"] == "code"
    ]
    assert [cell["execution_count"] for cell in code] == [*range(1, len(code) + 1)]
    kinds = {output["output_type"] for cell in code for output in cell["outputs"]}
    assert kinds and "error" not in kinds
