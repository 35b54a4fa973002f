"""mmzoo without TensorFlow: it can be absent where another backend is in use.

With JAX the suite itself runs so, see `make test-jax`; here PyTorch trains.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.consistency.tree import ROOT

pytestmark = pytest.mark.one_backend
TRAINING = """
import sys

sys.modules["tensorflow"] = None
import mmzoo

corpus = mmzoo.data.sample_corpus(sizes={"train": 12, "valid": 4, "test": 5})
variants = [mmzoo.training.Variant.parse(name) for name in ("audio", "audio->video")]
options = mmzoo.training.TrainingOptions(epochs=1, batch_size=6)
small = {"units": 3}
mmzoo.training.Experiment(
    [corpus], variants, options, 1, sys.argv[1], architecture=small
).run()
mmzoo.load(f"{sys.argv[1]}/model.keras")
"""


def python(code, *arguments, backend):
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_needs_none():
    code = "import sys, mmzoo.library; print('tensorflow' in sys.modules)"
    assert python(code, backend="jax").strip() == "False"


@pytest.mark.slow
def test_training_needs_none(tmp_path):
    output = python(TRAINING, str(tmp_path), backend="torch")
    assert "audio->video" in output
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["environment"]["backend"] == "torch"
