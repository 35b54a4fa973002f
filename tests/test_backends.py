"""A model that one backend saved predicts the same under the two others."""

import contextlib
import importlib.util
import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import soundfile

from tests.layers.small_text import save_encoder
from tests.saved_models import DONE, MODELS

ROOT = Path(__file__).resolve().parent.parent
BACKENDS = [
    name
    for name in ("torch", "tensorflow", "jax")
    if importlib.util.find_spec(name) is not None
]


@contextlib.contextmanager
def started(folder, backend):
    """A process that trains, saves and loads models under a backend."""
    # XLA takes longer to optimise tiny programs than to run them.
    quick = {
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
        "XLA_FLAGS": "--xla_cpu_use_fusion_emitters=false",
        "OMP_NUM_THREADS": "1",
    }
    with (
        open(folder / f"{backend}.txt", "w") as said,
        subprocess.Popen(
            [sys.executable, ROOT / "tests/saved_models.py", folder, backend],
            env=os.environ
            | quick
            | {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        ) as process,
    ):
        yield process


def run(folder, backend, process, others):
    """Let it train and save, or load what the others saved."""
    process.stdin.write(" ".join(others) + "\n")
    process.stdin.flush()
    # Lines that a library prints are passed over; there are no more where it failed.
    if f"{DONE}\n" not in process.stdout:
        said = (folder / f"{backend}.txt").read_text()
        pytest.fail(f"{backend} on what {others} saved:\n{said}")


def arrays(path):
    with np.load(path) as saved:
        return dict(saved)


# In one test, since each of its processes imports a backend. The first backend trains,
# since it is the quickest; the others save what they loaded. That each saves what it
# trained itself is what tests/models check.
@pytest.mark.slow
@pytest.mark.one_backend
@pytest.mark.skipif(len(BACKENDS) < 2, reason="one backend only")
def test_saved_models_answer_the_same_everywhere(tmp_path, rng):
    save_encoder(tmp_path / "bert")
    soundfile.write(tmp_path / "clip.wav", 0.1 * rng.normal(size=16000), 16000)
    pixels = rng.integers(0, 255, (20, 30, 3)).astype("uint8")
    PIL.Image.fromarray(pixels).save(tmp_path / "a.png")
    with contextlib.ExitStack() as stack:
        processes = {
            backend: stack.enter_context(started(tmp_path, backend))
            for backend in BACKENDS
        }
        for index, (backend, process) in enumerate(processes.items()):
            run(tmp_path, backend, process, BACKENDS[:index])
        for index, backend in enumerate(BACKENDS[:-1]):
            run(tmp_path, backend, processes[backend], BACKENDS[index + 1 :])
    for name, pair in itertools.product(MODELS, itertools.permutations(BACKENDS, 2)):
        saver, loader = pair
        expected = arrays(tmp_path / f"{name}_{BACKENDS[0]}_{BACKENDS[0]}.npz")
        found = arrays(tmp_path / f"{name}_{saver}_{loader}.npz")
        assert set(found) == set(expected)
        for key, value in expected.items():
            np.testing.assert_allclose(
                found[key],
                value,
                atol=1e-4,
                err_msg=f"{key} of {name}: {saver} saved, {loader} loaded",
            )
