"""Every notebook is made from its script, was executed, and stays small."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.consistency.tree import ROOT

FOLDER = ROOT / "notebooks"
SCRIPTS = sorted(FOLDER.glob("[0-9]*.py"))
LARGEST = 500_000
# Rounding differs between processors, and a training makes it larger.
CLOSE = {"rel": 0.05, "abs": 0.05}


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


def printed(notebook):
    """What each cell printed, and the text of what it shows."""
    outputs = [cell.get("outputs", []) for cell in notebook["cells"]]
    return [
        "".join(
            "".join(x.get("text", x.get("data", {}).get("text/plain", "")))
            for x in found
        )
        for found in outputs
    ]


def numbers(text):
    """The words of a text without its numbers, and the numbers."""
    number = r"-?\d+\.\d+(?:e[+-]\d+)?"
    return re.sub(number, "#", text).split(), [
        float(x) for x in re.findall(number, text)
    ]


@pytest.mark.parametrize("text", ["mae 0.872", "mae 0.693 1.0", "r 0.693"])
def test_other_outputs_are_found(text):
    words, found = numbers("mae 0.693")
    assert words == ["mae", "#"] and found == [0.693]
    assert numbers(text) != (words, pytest.approx(found, **CLOSE))
    assert numbers("mae 0.701") == (words, pytest.approx(found, **CLOSE))


@pytest.mark.slow
def test_stored_numbers_are_those_of_today(tmp_path):
    command = [sys.executable, str(FOLDER / "execute.py"), str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run(command, check=True, env=environment, capture_output=True)
    for script in SCRIPTS:
        stored = notebook_of(script)
        fresh = json.loads((tmp_path / script.with_suffix(".ipynb").name).read_text())
        for kept, made in zip(printed(stored), printed(fresh), strict=True):
            words, found = numbers(kept)
            assert numbers(made) == (words, pytest.approx(found, **CLOSE)), (
                f"{script.name}: make the notebook anew (make notebooks)"
            )
