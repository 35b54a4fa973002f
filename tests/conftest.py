"""Options and fixtures shared by all tests."""

import gc
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest

pytest_plugins = ["tests.cpu_seconds", "tests.blank_pictures"]
ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"

# What these folders test computes without Keras, or asks a model that other tests ask
# on every backend: one backend says it all.
BACKEND_FREE = {
    "benchmarks",
    "command",
    "consistency",
    "data",
    "evaluation",
    "reading",
    "recipes",
}


def pytest_addoption(parser):
    """Add the switches of this suite."""
    group = parser.getgroup("mmzoo")
    group.addoption(
        "--run-slow", action="store_true", help="run the tests marked slow too"
    )
    group.addoption(
        "--backend-only",
        action="store_true",
        help="leave out what gives the same answer on every backend",
    )
    group.addoption(
        "--block-tensorflow",
        action="store_true",
        help="let every import of TensorFlow fail, as where it is not installed",
    )


def pytest_configure(config):
    """Settle what must stand before a backend is imported."""
    # Tiny tensors: more threads only wait for each other (PyTorch: 20 times as long).
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if config.getoption("--block-tensorflow"):
        if "tensorflow" in sys.modules:
            raise pytest.UsageError("--block-tensorflow came after its import.")
        # With None here `import` raises and `find_spec` finds nothing, exactly as
        # where the package is absent.
        for name in ("tensorflow", "tensorflow_text"):
            sys.modules[name] = None


def pytest_ignore_collect(collection_path, config):
    """Import no file of which every test would be left out: half of all are such."""
    if config.getoption("--backend-only") and collection_path.suffix == ".py":
        text = collection_path.read_text()
        if "every_backend" not in text:
            marked = re.search(r"^pytestmark = pytest\.mark\.one_backend$", text, re.M)
            return True if marked or _folder(collection_path) in BACKEND_FREE else None
    return None


def pytest_collection_modifyitems(config, items):
    """Leave out what the command line did not ask for."""
    if not config.getoption("--run-slow"):
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="slow: needs --run-slow"))
    if config.getoption("--backend-only"):
        dropped = [item for item in items if _is_backend_free(item)]
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if not _is_backend_free(item)]
    # A process that begins a long test last would let the other wait for it.
    items.sort(key=lambda item: "slow" not in item.keywords)


def pytest_collection_finish(session):
    """Let the garbage collector pass over what was imported, millions of objects.

    Keras collects whenever a training begins.
    """
    gc.collect()
    gc.freeze()


def _is_backend_free(item):
    if "every_backend" in item.keywords:
        return False
    return "one_backend" in item.keywords or _folder(item.path) in BACKEND_FREE


def _folder(path):
    return path.relative_to(TESTS).parts[0]


def pytest_report_header(config):
    """Name the backend above the results."""
    blocked = config.getoption("--block-tensorflow")
    backend = os.environ.get("KERAS_BACKEND", "the default one of Keras")
    return f"backend: {backend}" + (", TensorFlow blocked" if blocked else "")


@pytest.fixture(autouse=True)
def seeded():
    """Start every test from the same random state."""
    import keras

    keras.utils.set_random_seed(0)


@pytest.fixture
def rng():
    """A numpy random generator with a fixed seed."""
    return np.random.default_rng(0)


@pytest.fixture
def batch(rng):
    """Three short trimodal sequences: unequal widths, lengths 6, 4 and 1."""
    widths = {"audio": 3, "text": 5, "video": 2}
    mask = np.arange(6) < np.array([6, 4, 1])[:, None]
    inputs = {}
    for modality, features in widths.items():
        frames = rng.normal(size=(3, 6, features)).astype("float32")
        inputs[modality] = frames * mask[..., None]
        inputs[f"{modality}_mask"] = mask.copy()
    return inputs


@pytest.fixture
def targets():
    """One sentiment label a sequence for `batch`."""
    return {
        "sentiment": np.array([1.5, -2.0, 0.5], "float32"),
        "sentiment_mask": np.ones(3, bool),
    }


@pytest.fixture(scope="session")
def real_data():
    """The folder of real recordings, which is never part of the repository."""
    folder = Path(os.environ.get("MMZOO_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set MMZOO_DATA to their folder")
    return folder
