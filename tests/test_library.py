import subprocess
import sys

import pytest

import mmzoo
from mmzoo import library
from tests.consistency.tree import ROOT

pytestmark = pytest.mark.one_backend
REGISTERED = "keras.saving.get_registered_object('mmzoo>LSTMBaseline')"


def python(code):
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"KERAS_BACKEND": "torch", "PATH": "", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_everything_is_on_the_face_of_the_package():
    assert set(library.__all__) <= set(dir(mmzoo))
    for name in library.__all__:
        assert getattr(mmzoo, name) is getattr(library, name)


def test_other_names_are_unknown():
    with pytest.raises(AttributeError, match="has no attribute 'build_nothing'"):
        mmzoo.build_nothing  # noqa: B018


@pytest.mark.parametrize(
    "code",
    [
        f"import keras, mmzoo; assert {REGISTERED}",
        f"import mmzoo, keras; mmzoo.layers; assert {REGISTERED}",
        "from mmzoo import *; build_lstm_baseline({'text': 3})",
        "import mmzoo.data; mmzoo.data.read; mmzoo.models.Variant",
        "from mmzoo.training import Options",
        "import mmzoo, sys; assert 'keras' not in sys.modules",
    ],
)
def test_it_is_imported_by_the_first_that_needs_it(code):
    python(code)
