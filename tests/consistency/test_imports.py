"""Imports point down, and no file of the library names a backend."""

import subprocess
import sys

import pytest

from tests.consistency.tree import ROOT, imports, library_files

FLOORS = {"ops": 0, "layers": 1, "models": 2, "training": 3, "evaluation": 3}
FLOORS |= {"prediction": 3, "explanation": 3, "command": 4, "library": 4, "__main__": 5}
# Every part may import these, and they import no other part.
GROUND = {"compilation", "files", "reading", "spelling", "version", "words"}
MAY_READ_DATA = {"data", "training", "evaluation", "prediction", "explanation"}
MAY_READ_DATA |= {"command", "library"}
BACKENDS = {"tensorflow", "jax", "torch"}
FILES = [path for path in library_files() if str(path) != "__init__.py"]


def floor_of(dotted):
    parts = dotted.split(".")
    return parts[1] if parts[0] == "mmzoo" and len(parts) > 1 else None


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_point_down(path):
    here = path.with_suffix("").parts[0]
    assert here in {*FLOORS, *GROUND, "data"}, f"mmzoo/{path} stands on no floor"
    for dotted, line, _ in imports(path):
        there = floor_of(dotted)
        if there is None or there == here:
            continue
        where = f"mmzoo/{path}:{line} imports {dotted}"
        assert here not in GROUND, f"{where}, which is above it"
        if there in GROUND:
            continue
        if there == "data":
            assert here in MAY_READ_DATA, f"{where}; only {MAY_READ_DATA} may"
        elif there in FLOORS:
            assert here != "data", f"{where}; data imports no other part"
            assert FLOORS[there] <= FLOORS[here], f"{where}, which is above it"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_backend_is_imported(path):
    for dotted, line, inside in imports(path):
        root = dotted.split(".")[0]
        where = f"mmzoo/{path}:{line} imports {dotted}"
        if root in BACKENDS:
            deferred = inside and path.parts[0] == "data"
            assert deferred, f"{where}; use keras.ops (a function of data/ may)"
        if root == "keras_hub":
            assert inside, f"{where}; import it inside the function that needs it"
        assert not dotted.startswith("keras.src"), f"{where}, which is private"


def test_import_is_light():
    code = (
        "import sys, mmzoo; "
        "print(*sorted({'tensorflow', 'torch', 'keras_hub'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"KERAS_BACKEND": "jax", "PATH": "", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stdout.split(), f"`import mmzoo` imports {done.stdout}"
