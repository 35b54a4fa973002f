"""A model that one backend saved predicts the same under the two others."""

import importlib.util
import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
BACKENDS = [
    name
    for name in ("tensorflow", "jax", "torch")
    if importlib.util.find_spec(name) is not None
]
MODELS = ("baseline", "frames", "codes", "end_to_end")
SCRIPT = """
import pathlib, sys
import numpy as np
import mmzoo
from mmzoo.data import Batches
from mmzoo.models import Variant
from mmzoo.training import Options, train_variant

folder, mine, others = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
corpus = mmzoo.data.sample_corpus(sizes={"train": 12, "valid": 4, "test": 5})
x = Batches(corpus.test, batch_size=5)[0][0]
variants = {
    "baseline": ("audio+video", {"bidirectional": True, "cell": "gru"}),
    "frames": ("audio->video", {"pooling_attention": True}),
    "codes": ("video->audio", {"num_codes": 4, "attention": "global"}),
    "end_to_end": ("audio->video", {"training": "end-to-end", "num_layers": 2}),
}


def answers(model):
    found = {"sentiment": model.predict(x, verbose=0)["sentiment"]}
    if hasattr(model, "translator"):
        found |= model.translate(x, max_length=6)
    return {key: np.asarray(value) for key, value in found.items()}


if not others:
    for name, (variant, more) in variants.items():
        options = Options(units=4, epochs=2, batch_size=6, learning_rate=0.01, **more)
        checkpoints = folder / mine / name
        parsed = Variant.parse(variant)
        model, _ = train_variant(parsed, corpus, options, 0, checkpoints, report=str)
        model.save(folder / f"{name}_{mine}.keras")
        np.savez(folder / f"{name}_{mine}.npz", **answers(model))
for other in others:
    for name in variants:
        model = mmzoo.load(folder / f"{name}_{other}.keras")
        np.savez(folder / f"{name}_{other}_{mine}.npz", **answers(model))
"""


def run(folder, backend, *others):
    """Train and save under a backend, or load what the others saved."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder), backend, *others],
        env={**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{backend} on what {others} saved:\n{done.stderr}"


def arrays(path):
    with np.load(path) as saved:
        return dict(saved)


@pytest.mark.slow
@pytest.mark.skipif(len(BACKENDS) < 2, reason="one backend only")
def test_saved_models_predict_the_same_everywhere(tmp_path):
    pairs = list(itertools.permutations(BACKENDS, 2))
    for backend in BACKENDS:
        run(tmp_path, backend)
    for backend in BACKENDS:
        run(tmp_path, backend, *(other for other in BACKENDS if other != backend))
    for name, (saver, loader) in itertools.product(MODELS, pairs):
        expected = arrays(tmp_path / f"{name}_{saver}.npz")
        found = arrays(tmp_path / f"{name}_{saver}_{loader}.npz")
        assert set(found) == set(expected)
        for key, value in expected.items():
            np.testing.assert_allclose(
                found[key],
                value,
                atol=1e-4,
                err_msg=f"{key} of {name}: {saver} saved, {loader} loaded",
            )
