"""A run that is killed again and again ends in the numbers of one that is not."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mmzoo.training.run_folder import RunFolder

ROOT = Path(__file__).resolve().parents[2]
KILLS = 10
SCRIPT = """
import sys
import mmzoo
from mmzoo.models import Variant
from mmzoo.training import Experiment, Options

corpus = mmzoo.data.sample_corpus(sizes={"train": 24, "valid": 8, "test": 9})
variants = [Variant.parse(name) for name in ("audio->video", "audio")]
options = Options(epochs=int(sys.argv[2]), units=4, batch_size=8)
print("begin", flush=True)
try:
    Experiment([corpus], variants, options, 2, sys.argv[1]).run()
except ValueError as error:
    sys.exit(f"error: {error}")
"""


def start(folder, epochs=3):
    """Start the run in a process of its own; returns once it has begun."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), str(epochs)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.stdout.readline().strip() != "begin":
        assert process.poll() is None, process.stderr.read()
    return process


def finish(process):
    error = process.communicate()[1]
    return process.returncode, error


def killed(folder, delay):
    """Kill the run after a while; False where it was done before."""
    process = start(folder)
    try:
        process.communicate(timeout=delay)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return True
    assert process.returncode == 0
    return False


def numbers(folder):
    """Every final number of a run: metrics, predictions and curves."""
    rows = json.loads((folder / "report.json").read_text())["rows"]
    metrics = [(row["name"], row.get("control"), row["metrics"]) for row in rows]
    texts = [
        (folder / f"{name}.csv").read_text() for name in ("predictions", "history")
    ]
    return metrics, *texts


@pytest.mark.slow
def test_ten_kills_change_nothing(tmp_path):
    began = time.monotonic()
    process = start(tmp_path / "whole")
    began = time.monotonic()
    assert finish(process)[0] == 0
    seconds = time.monotonic() - began
    expected = numbers(tmp_path / "whole")

    moments, kills, folder = random.Random(0), 0, tmp_path / "parts"
    while kills < KILLS:
        if killed(folder, moments.uniform(0.0, seconds / 3)):
            kills += 1
        else:
            assert numbers(folder) == expected
            shutil.rmtree(folder)
    code, error = finish(start(folder))
    assert code == 0, error
    # Exactly equal: the order, the weights and the dropout are all resumed.
    assert numbers(folder) == expected
    left = [path.name for path in folder.rglob(".*")]
    assert not left, "a half-written file was left behind"

    code, error = finish(start(folder, epochs=4))
    assert code == 1
    assert "error: " in error
    assert "name another folder with --output, or delete this one" in error
    assert numbers(folder) == expected


@pytest.mark.slow
def test_a_second_run_is_refused_until_the_first_is_killed(tmp_path):
    first = start(tmp_path, epochs=500)
    while not (tmp_path / "run.json").exists():
        time.sleep(0.1)
    code, error = finish(start(tmp_path, epochs=500))
    assert code == 1
    assert f"{tmp_path} is in use by another run" in error
    first.send_signal(signal.SIGKILL)
    first.communicate()
    asked = json.loads((tmp_path / "run.json").read_text())
    with RunFolder(tmp_path, asked).claim():
        assert not list(tmp_path.rglob(".*"))
