"""How a command or a recipe ends."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec

import pytest

from mmzoo.command import run
from mmzoo.command.entry import CHATTER, _interruptions_kept, main
from tests.consistency.tree import ROOT

pytestmark = pytest.mark.one_backend
HEAVY = {"keras", "numpy", "tensorflow", "torch", "jax", "h5py", "scipy", "sklearn"}


def python(*words, code="", **environment):
    """A child that writes the names of its modules to stderr as it ends."""
    told = "import atexit, sys\natexit.register(lambda: sys.stderr.write("
    told += "'\\nMODULES ' + ' '.join(sys.modules)))\n"
    words = ["-c", told + code] if code else words
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


def run_main(*words):
    """The module `mmzoo`, as `python -m` runs it."""
    code = f"""
import runpy
sys.argv = ["-m", *{list(words)}]
runpy.run_module("mmzoo", run_name="__main__", alter_sys=True)
"""
    return python(code=code)


def console(*words):
    """The function that the console script calls."""
    code = f"from mmzoo.command.entry import main\nsys.exit(main({list(words)}))"
    return python(code=code)


@pytest.mark.parametrize("start", [run_main, console])
@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--help"], 0),
        (["predict", "--help"], 0),
        (["inspect", "--help"], 0),
        (["--version"], 0),
        ([], 2),
        (["predcit"], 2),
        (["inspect", "sample", "--protcol", "x"], 2),
        (["predict", "m.keras", "sample", "--output", "absent/out.csv"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_arguments_are_read_before_anything_heavy(start, words, status):
    done = start(*words)
    assert done.returncode == status, done.stderr
    _, _, modules = done.stderr.rpartition("MODULES ")
    assert "mmzoo.command.arguments" in modules.split()
    assert HEAVY.isdisjoint(modules.split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("script", sorted((ROOT / "recipes").glob("*.py")))
def test_recipes_read_their_arguments_first(script):
    code = f"""
import runpy
sys.argv = [{str(script)!r}, "--help"]
runpy.run_path({str(script)!r}, run_name="__main__")
"""
    done = python(code=code)
    assert done.returncode == 0, done.stderr
    assert HEAVY.isdisjoint(done.stderr.rpartition("MODULES ")[2].split())


def test_python_m_is_the_command():
    done = python("-m", "mmzoo", "models")
    assert done.returncode == 0
    assert "lstm_baseline" in done.stdout.split()


@pytest.mark.parametrize(
    "fault",
    [
        ValueError("a.csv: it is\n   empty. Fill it"),
        OSError("a.csv: it is empty. Fill it"),
        FloatingPointError("a.csv: it is empty. Fill it"),
    ],
)
def test_a_fault_is_one_line(fault, capsys):
    def work():
        raise fault

    assert run(work) == 2
    assert capsys.readouterr().err == "error: a.csv: it is empty. Fill it\n"


def test_no_memory_is_said(capsys):
    def work():
        raise MemoryError

    assert run(work) == 2
    assert capsys.readouterr().err == "error: there is not enough memory\n"


def test_a_list_keeps_its_lines(capsys):
    def work():
        raise ValueError("no format. Those are:\n  - a\n  - b   c")

    run(work)
    assert capsys.readouterr().err == "error: no format. Those are:\n  - a\n  - b c\n"


def test_statuses_are_passed_on():
    assert run(lambda: 3) == 3
    assert run(lambda: None) == run(lambda: "a report") == 0


def test_interruption_is_one_line(capsys):
    def work():
        raise KeyboardInterrupt

    assert run(work) == 130
    error = capsys.readouterr().err
    assert error == "\ninterrupted: the same command goes on where it was\n"


def test_interruption_while_libraries_are_imported():
    code = "import sys\nfrom mmzoo.command.entry import main\nprint(1, flush=True)"
    child = subprocess.Popen(
        [sys.executable, "-c", f"{code}\nsys.exit(main(['models']))"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    child.stdout.readline()
    time.sleep(0.4)
    child.send_signal(signal.SIGINT)
    error = child.communicate(timeout=60)[1]
    assert child.returncode == 130, error
    assert error.strip() == "interrupted"


def test_an_interruption_that_a_library_swallows_counts():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), _interruptions_kept():
        with contextlib.suppress(BaseException):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_reader_that_has_enough_ends_the_command():
    code = "from mmzoo.command import run\nimport sys\n"
    code += "def work():\n    for _ in range(99999): print('line')\nsys.exit(run(work))"
    command = f'{sys.executable} -c "{code}" | head -1'
    done = subprocess.run(
        command,
        shell=True,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.stdout, done.stderr) == ("line\n", "")


@pytest.mark.parametrize(
    ("line", "dropped"),
    [
        ("I0000 00:00:1795657212.816541    7336 port.cc:153] oneDNN", True),
        ("2026-11-26 01:34:02.123456: W tensorflow/core/util.cc:1] a", True),
        ("WARNING: All log messages before absl::InitializeLog()", True),
        ("E0000 00:00:1795657215.3  7336 cuda_platform.cc:52] cuInit: INTERNAL", True),
        ("E0000 00:00:1795657215.3  7336 loader.cc:52] out of memory", False),
        ("ImportError: no such library", False),
    ],
)
def test_only_remarks_of_tensorflow_are_dropped(line, dropped):
    assert bool(CHATTER.match(line)) == dropped


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is absent")
def test_tensorflow_says_as_little_when_it_is_imported_late():
    code = """
from mmzoo.command import run

def work():
    assert "tensorflow" not in sys.modules
    import tensorflow
    print("said", file=sys.stderr)
    return int(tensorflow.constant(3))

sys.exit(run(work))
"""
    done = python(code=code, KERAS_BACKEND="torch")
    assert done.stderr.startswith("said\n\nMODULES") and done.returncode == 3


def test_main_reads_the_words(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out.strip() == "0.1.0"
