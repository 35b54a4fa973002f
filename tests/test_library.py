"""The library is imported by the first that needs it, in any order."""

import subprocess
import sys

import pytest

import mmzoo
from mmzoo import library
from tests.consistency.tree import ROOT

pytestmark = pytest.mark.one_backend
REGISTERED = "keras.saving.get_registered_object('mmzoo>LSTMBaseline')"
BEGINNINGS = [
    "import mmzoo, sys; assert 'keras' not in sys.modules; "
    f"import keras; mmzoo.layers; assert {REGISTERED}",
    f"import keras, mmzoo; assert {REGISTERED}",
    "from mmzoo import *; build_lstm_baseline({'text': 3})",
    "import mmzoo.data; mmzoo.data.read; mmzoo.training.Variant",
    "from mmzoo.training import TrainingOptions",
]
# Before each, neither Keras nor mmzoo is imported; Keras' own parts stay, so that only
# the first takes seconds.
TRY = """
import sys

for code in sys.argv[1:]:
    for name in [*sys.modules]:
        if name == "keras" or name.partition(".")[0] == "mmzoo":
            del sys.modules[name]
    print(code, flush=True)
    exec(code, {})
"""


def test_everything_is_on_the_face_of_the_package():
    assert set(library.__all__) <= set(dir(mmzoo))
    for name in library.__all__:
        assert getattr(mmzoo, name) is getattr(library, name)


def test_other_names_are_unknown():
    with pytest.raises(AttributeError, match="has no attribute 'build_nothing'"):
        mmzoo.build_nothing  # noqa: B018


# In one process, and with JAX, which starts fastest.
def test_it_is_imported_by_the_first_that_needs_it():
    done = subprocess.run(
        [sys.executable, "-c", TRY, *BEGINNINGS],
        env={"KERAS_BACKEND": "jax", "PATH": "", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
