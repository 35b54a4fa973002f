"""The page on models of one's own keeps its promises; `test_docs.py` runs it."""

import re

from mmzoo.models import MultimodalModel
from tests.consistency.examples import fenced_blocks
from tests.consistency.tree import ROOT

PAGE = (ROOT / "docs/own_model.md").read_text()
LINES = 25


def test_the_model_has_as_many_lines_as_the_heading_says():
    assert PAGE.startswith(f"# Your own model in {LINES} lines\n")
    model = fenced_blocks(PAGE, "python")[0]
    assert "class MeanModel" in model and "def build_mean_model" in model
    assert len([line for line in model.splitlines() if line.strip()]) <= LINES


def test_the_notebook_has_the_same_model():
    script = (ROOT / "notebooks/02_add_a_model.py").read_text()
    model = fenced_blocks(PAGE, "python")[0].partition("import mmzoo\n")[2]
    assert model.strip() in script


def test_the_table_is_the_contract():
    contract = re.findall(r"^ +\* `(\w+)", MultimodalModel.__doc__, re.M)
    section = PAGE.partition("## What the contract asks for")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)`", section, re.M)
    assert listed == contract != []
