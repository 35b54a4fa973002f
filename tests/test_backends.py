"""A model that one backend saved predicts the same under the two others."""

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
from tests.saved_models import MODELS

ROOT = Path(__file__).resolve().parent.parent
BACKENDS = [
    name
    for name in ("torch", "tensorflow", "jax")
    if importlib.util.find_spec(name) is not None
]


def run(folder, backend, *others):
    """Train and save under a backend, or load what the others saved."""
    # XLA takes longer to optimise tiny programs than to run them.
    quick = {
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
        "XLA_FLAGS": "--xla_cpu_use_fusion_emitters=false",
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, ROOT / "tests/saved_models.py", folder, backend, *others],
        env={**os.environ, **quick, "KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{backend} on what {others} saved:\n{done.stderr}"


def arrays(path):
    with np.load(path) as saved:
        return dict(saved)


# In one test, since each of its five processes imports a backend. The first backend
# trains, since it is the quickest; the others save what they loaded. That each saves
# what it trained itself is what tests/models check.
@pytest.mark.slow
@pytest.mark.one_backend
@pytest.mark.skipif(len(BACKENDS) < 2, reason="one backend only")
def test_saved_models_answer_the_same_everywhere(tmp_path, rng):
    save_encoder(tmp_path / "bert")
    soundfile.write(tmp_path / "clip.wav", 0.1 * rng.normal(size=16000), 16000)
    pixels = rng.integers(0, 255, (20, 30, 3)).astype("uint8")
    PIL.Image.fromarray(pixels).save(tmp_path / "a.png")
    for index, backend in enumerate(BACKENDS):
        run(tmp_path, backend, *BACKENDS[:index])
    for index, backend in enumerate(BACKENDS[:-1]):
        run(tmp_path, backend, *BACKENDS[index + 1 :])
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
