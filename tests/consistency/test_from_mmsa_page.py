"""The tutorial for MMSA's files: its commands run on small files in that layout."""

import csv
import re
import shlex

import numpy as np
import pytest

from mmzoo.command.entry import main
from mmzoo.evaluation import sentiment_metrics
from tests.consistency.examples import fenced_blocks
from tests.consistency.tree import ROOT
from tests.data.readers.field_pickles import WIDTHS, mmsa, write_pickle

PAGE = (ROOT / "docs/tutorials/from_mmsa.md").read_text()
UNALIGNED = {"text": 5, "audio": 8, "vision": 7}
SHORT = "--epochs 1 --seeds 1 --num-layers 1"
SMALL = {
    "aligned_50.pkl": f"{SHORT} --units 4",
    "unaligned_50.pkl": f"{SHORT} --hidden-dim 5",
}


def write_files(folder, rng):
    """Both files, and a clip for each."""
    write_pickle(folder / "aligned_50.pkl", mmsa(rng))
    write_pickle(folder / "unaligned_50.pkl", mmsa(rng, UNALIGNED))
    clips = {"new_clip": dict.fromkeys(WIDTHS, 5), "unaligned_clip": UNALIGNED}
    for name, steps in clips.items():
        clip = {key: rng.normal(size=(steps[key], WIDTHS[key])) for key in WIDTHS}
        write_pickle(folder / f"{name}.pkl", clip)


@pytest.mark.slow
@pytest.mark.parametrize("block", fenced_blocks(PAGE, "bash"), ids=["aligned", "not"])
def test_four_commands_lead_from_a_file_to_answers(block, rng, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, rng)
    lines = block.strip().splitlines()
    assert len(lines) == 4
    for line in lines:
        words = shlex.split(line)[1:]
        small = shlex.split(SMALL[words[1]]) if words[0] == "train" else []
        assert main([*words, *small]) == 0, line
    with open("answers.csv", newline="") as file:
        (answer,) = csv.DictReader(file)
    assert np.isfinite(float(answer["predicted"]))


def test_the_metrics_of_the_table_exist():
    table = PAGE.partition("## Names side by side")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(?:Has0|Non0|Mult|MAE).*\| (.*) \|$", table, re.M)
    names = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert len(names) == 8
    known = sentiment_metrics([1.0, -1.0, 2.0], [1.0, -2.0, 1.0])
    assert set(names) <= set(known)
