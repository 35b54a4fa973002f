"""Run a recipe in this process, and look at what it leaves behind."""

import contextlib
import csv
import importlib.util
import io
import json
import runpy
import sys

import pytest

from mmzoo.evaluation import validate_report
from tests.consistency.tree import ROOT


def load_recipe(name):
    """A recipe as a module."""
    path = ROOT / "recipes" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def complete(folder, *pictures):
    """Check a run folder; what its report says."""
    report = json.loads((folder / "report.json").read_text())
    validate_report(report)
    names = {path.name for path in folder.iterdir()}
    files = ["model.keras", "report.md", "predictions.csv", "history.csv"]
    assert {*files, "config.json", "run.json", *pictures} <= names
    assert not [name for name in names if name.startswith(".")]
    assert (folder / "model.keras").stat().st_size > 0
    return report


def rows_of(report):
    """Name and control of each row."""
    return [(row["name"], row.get("control")) for row in report["rows"]]


def refused(script, monkeypatch, *arguments):
    """Run a script where it is to refuse; its one message on standard error."""
    monkeypatch.setattr(sys, "argv", [str(script), *map(str, arguments)])
    written = io.StringIO()
    with contextlib.redirect_stderr(written), pytest.raises(SystemExit) as stop:
        runpy.run_path(str(script), run_name="__main__")
    assert stop.value.code == 2
    message = written.getvalue().removesuffix("\n")
    assert message.startswith("error: ")
    # What a message lists has lines of its own.
    assert "\n" not in message.replace("\n  - ", " ")
    return message


def rows_in_the_paper(table):
    """Names of the rows of one of the paper's tables, as they are printed."""
    with (ROOT / "recipes/results/paper.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["table"] == str(table)]
    return [row["variant"] for row in rows]
