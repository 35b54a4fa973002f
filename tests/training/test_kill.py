"""A run that is killed again and again ends in the numbers of one that is not."""

import contextlib
import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import time

import pytest

from mmzoo.training.run_folder import RunFolder
from tests.consistency.tree import ROOT

pytestmark = pytest.mark.one_backend
KILLS = 10
# Keras takes seconds to import, so that a process imports it once and forks the runs.
# Each of them would import TensorFlow in Keras' `set_random_seed`, but for its block.
SCRIPT = """
import json, os, sys
sys.modules["tensorflow"] = None
import mmzoo
from mmzoo.training import Experiment, TrainingOptions, Variant

corpus = mmzoo.data.sample_corpus(sizes={"train": 24, "valid": 8, "test": 9})
variants = [Variant.parse(name) for name in ("audio->video", "audio")]

def train(folder, epochs):
    options = TrainingOptions(epochs=epochs, batch_size=8)
    small = {"units": 4}
    Experiment([corpus], variants, options, 2, folder, architecture=small).run()

print(flush=True)
for line in sys.stdin:
    told, tell = os.pipe()
    run = os.fork()
    if not run:
        status, sys.stdout = 1, open(os.devnull, "w")
        try:
            train(*json.loads(line))
            status = 0
        except Exception as error:
            os.write(tell, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(status)
    print(run, flush=True)
    os.close(tell)
    with open(told) as pipe:
        error = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(run, 0)[1])
    print(json.dumps([status, error]), flush=True)
"""


class Runs:
    """Runs in processes of their own, one after the other."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "KERAS_BACKEND": "torch", "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        # What is imported while another run trains would wait for it.
        self.process.stdout.readline()

    def start(self, folder, epochs=3):
        self.process.stdin.write(json.dumps([str(folder), epochs]) + "\n")
        self.process.stdin.flush()
        self.run = int(self.process.stdout.readline())

    def kill(self):
        # It can have ended just before.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.run, signal.SIGKILL)

    def finish(self):
        """The exit status of the run, negative where it was killed, and its error."""
        return json.loads(self.process.stdout.readline())

    def killed(self, folder, delay):
        """Kill a run after a while; False where it was done before."""
        self.start(folder)
        if not select.select([self.process.stdout], [], [], delay)[0]:
            self.kill()
        status, error = self.finish()
        assert status in (0, -signal.SIGKILL), error
        return status != 0

    def close(self):
        self.process.communicate()


@pytest.fixture(scope="module")
def runs():
    with contextlib.closing(Runs()) as started:
        yield started


def numbers(folder):
    """Every final number of a run: metrics, predictions and curves."""
    rows = json.loads((folder / "report.json").read_text())["rows"]
    metrics = [(row["name"], row.get("control"), row["metrics"]) for row in rows]
    texts = [
        (folder / f"{name}.csv").read_text() for name in ("predictions", "history")
    ]
    return metrics, *texts


@pytest.mark.slow
def test_ten_kills_change_nothing(tmp_path, runs):
    runs.start(tmp_path / "whole")
    began = time.monotonic()
    assert runs.finish() == [0, ""]
    seconds = time.monotonic() - began
    expected = numbers(tmp_path / "whole")

    moments, kills, folder = random.Random(0), 0, tmp_path / "parts"
    while kills < KILLS:
        if runs.killed(folder, moments.uniform(0.0, seconds / 3)):
            kills += 1
        else:
            assert numbers(folder) == expected
            shutil.rmtree(folder)
    runs.start(folder)
    assert runs.finish() == [0, ""]
    # Exactly equal: the order, the weights and the dropout are all resumed.
    assert numbers(folder) == expected
    left = [path.name for path in folder.rglob(".*")]
    assert not left, "a half-written file was left behind"

    runs.start(folder, epochs=4)
    status, error = runs.finish()
    assert status == 1
    assert error.startswith("ValueError: ")
    assert "name another folder with --output, or delete this one" in error
    assert numbers(folder) == expected


@pytest.mark.slow
def test_a_second_run_is_refused_until_the_first_is_killed(tmp_path, runs):
    with contextlib.closing(Runs()) as others:
        runs.start(tmp_path, epochs=500)
        while not (tmp_path / "run.json").exists():
            time.sleep(0.1)
        others.start(tmp_path, epochs=500)
        status, error = others.finish()
    assert status == 1
    assert f"{tmp_path} is in use by another run" in error
    runs.kill()
    assert runs.finish()[0] == -signal.SIGKILL
    asked = json.loads((tmp_path / "run.json").read_text())
    with RunFolder(tmp_path, asked).claim():
        assert not list(tmp_path.rglob(".*"))
