"""README's code runs, and its commands do what they say, in a small way."""

import os
import re
import runpy
import shlex
import subprocess
import sys

import pytest

from mmzoo.command.entry import main
from mmzoo.data import synthetic
from tests.consistency.examples import SMALL_SAMPLE, fenced_blocks, run_block
from tests.consistency.test_recipes_index import rows, script_of
from tests.consistency.tree import ROOT

README = ROOT / "README.md"
SMOKE_FLAGS = {script_of(row).name: shlex.split(row["smoke_flags"]) for row in rows()}
# Commands that a reader runs before there is anything to test.
SETTING_UP = re.compile(r"(git clone|cd|pip install|python\S* -m (venv|pip)|source)\b")


def readme():
    if not README.is_file():
        pytest.skip("there is no README.md yet")
    return README.read_text()


def commands(text):
    """The command lines of the shell blocks, in order, without their comments."""
    blocks = [*fenced_blocks(text, "bash"), *fenced_blocks(text, "sh")]
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    stripped = (line.partition(" #")[0].strip() for line in lines)
    return [line for line in stripped if line and not line.startswith("#")]


def run(line, monkeypatch):
    """Run one documented command here, recipes with their smoke flags."""
    if SETTING_UP.match(line):
        return
    words = shlex.split(line)
    scripts = [word for word in words[:2] if word.startswith("recipes/")]
    if words[0] == "make":
        run_make(words[1:], monkeypatch)
    elif scripts:
        run_recipe(scripts[0], words[words.index(scripts[0]) + 1 :], monkeypatch)
    elif words[:2] == ["mmzoo", "train"]:
        small = "--epochs 1 --units 4 --seeds 1 --output runs/train"
        assert main(["train", "sample", *words[3:], *small.split()]) == 0
    elif words[0] == "mmzoo":
        assert main(on_the_sample(words[1:])) == 0, f"`{line}` failed"
    else:
        pytest.fail(f"README says `{line}`; tell this test how to check it")


def run_recipe(name, arguments, monkeypatch):
    """Run a recipe small, but into the folder that later commands read."""
    script = ROOT / name
    words = [*on_the_sample(arguments), *SMOKE_FLAGS[script.name]]
    if "--output" in arguments:
        words += ["--output", arguments[arguments.index("--output") + 1]]
    monkeypatch.setattr(sys, "argv", [str(script), *words])
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(str(script), run_name="__main__")
    assert not stop.value.code, f"`{name} {shlex.join(words)}` ended in {stop.value}"


def run_make(words, monkeypatch):
    """What the targets would run: the recipes among it are run, the rest exists."""
    # What the make that runs the tests was given is not for this one.
    given = ("ARGS", "MAKEFLAGS", "MAKEOVERRIDES")
    plan = subprocess.run(
        ["make", "-n", *words],
        cwd=ROOT,
        env={name: each for name, each in os.environ.items() if name not in given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert plan.returncode == 0, f"`make {' '.join(words)}`: {plan.stderr}"
    for line in plan.stdout.splitlines():
        if " recipes/" in line:
            run(line, monkeypatch)


def on_the_sample(arguments):
    """The same flags, with the sample in the place of files that are not here."""
    words = list(arguments)
    for index, word in enumerate(words[:-1]):
        if word == "--data":
            words[index + 1] = "sample"
    return words


def test_python_blocks_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(synthetic, "SIZES", SMALL_SAMPLE)
    blocks = fenced_blocks(readme(), "python")
    assert blocks, "README.md shows no python"
    names = {}
    for block in blocks:
        run_block(block, names)


@pytest.mark.slow
def test_commands_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(synthetic, "SIZES", SMALL_SAMPLE)
    lines = commands(readme())
    assert "make train" in lines and "make test" in lines
    for line in lines:
        run(line, monkeypatch)


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", readme())
    for target in links + re.findall(r'src="([^":]+)"', readme()):
        assert (ROOT / target).exists(), f"README.md links to {target}"
