"""mmzoo without TensorFlow: it can be absent where another backend is in use."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TRAINING = """
import sys

sys.modules["tensorflow"] = None
import mmzoo

corpus = mmzoo.data.sample_corpus(sizes={"train": 12, "valid": 4, "test": 5})
variants = [mmzoo.models.Variant.parse(name) for name in ("audio", "audio->video")]
options = mmzoo.training.Options(epochs=1, units=3, batch_size=6)
mmzoo.training.Experiment([corpus], variants, options, 1, sys.argv[1]).run()
mmzoo.load(f"{sys.argv[1]}/model.keras")
"""


def python(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_needs_none():
    found = python("import sys, mmzoo; print('tensorflow' in sys.modules)")
    assert found.strip() == "False"


@pytest.mark.slow
def test_training_needs_none(tmp_path):
    output = python(TRAINING, str(tmp_path))
    assert "audio->video" in output
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["environment"]["backend"] == "jax"
