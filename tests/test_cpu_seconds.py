"""A run that costs more than its budget fails and names what is dear."""

import os
import subprocess
import sys

import pytest

from tests.consistency.tree import ROOT
from tests.cpu_seconds import DEAREST, dearest_files

pytestmark = pytest.mark.one_backend
# A second of work: half in the process of the test, half in a child.
TESTS = """
import subprocess, sys, time

SPIN = "import time\\nend = time.process_time() + 0.5\\n"
SPIN += "while time.process_time() < end: pass"

def test_cheap():
    pass

def test_dear():
    exec(SPIN, {})
    subprocess.run([sys.executable, "-c", SPIN], check=True)
"""


def counted(folder, *words):
    """The exit status of a run of one dear and one cheap test, and what it said."""
    (folder / "test_a.py").write_text(TESTS)
    plugins = ["-p", "xdist", "-p", "tests.cpu_seconds"]
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    apart = ["--rootdir", folder, "-c", os.devnull, "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *apart, *words],
        env={**os.environ, **alone, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("processes", [0, 2])
def test_above_the_budget_a_run_fails(tmp_path, processes):
    status, said = counted(tmp_path, "--cpu-budget=1", f"-n{processes}")
    assert "2 passed" in said
    assert status == 1, said
    assert "Above the budget of 1: make the tests cheaper" in said
    (dear,) = (line for line in said.splitlines() if "of which" in line)
    seconds, _, rest = dear.strip().partition(" s  ")
    assert 1.0 <= float(seconds) < 3.0
    assert rest.startswith("test_a.py, of which") and rest.endswith(" s test_dear")


def test_below_the_budget_it_passes_and_still_names_the_dearest(tmp_path):
    status, said = counted(tmp_path, "--cpu-budget=100")
    assert status == 0, said
    assert "CPU seconds" in said and "test_dear" in said
    assert "Above the budget" not in said


def test_nothing_is_counted_unasked(tmp_path):
    status, said = counted(tmp_path, "-k", "cheap")
    assert status == 0 and "CPU seconds" not in said


def test_the_dearest_files_come_first():
    tests = {f"f{i}.py::test_a": float(i) for i in range(DEAREST + 1)}
    tests["f3.py::test_b"] = 90.0
    lines = list(dearest_files(tests))
    assert len(lines) == DEAREST
    assert lines[0].split() == "93.0 s f3.py, of which 90.0 s test_b".split()
    dear = f"{DEAREST}.0 s"
    assert lines[1].split() == f"{dear} f{DEAREST}.py, of which {dear} test_a".split()
