"""Equal programs are compiled once; `test_training_processes` holds the numbers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mmzoo.compilation import DIRECTORY, EVERY_PROGRAM, compiled_once

pytestmark = pytest.mark.one_backend
PROGRAM = """
import os
import jax
from jax import monitoring

found = []
monitoring.register_event_listener(lambda name, **_: found.append(name))
jax.jit(lambda x: x * 3 + 1)(2.0).block_until_ready()
print(sum("cache_hits" in name for name in found))
"""


@pytest.fixture
def unset(monkeypatch):
    for name in (DIRECTORY, *EVERY_PROGRAM):
        monkeypatch.delenv(name, raising=False)


def test_processes_in_the_block_share_what_was_compiled(unset):
    pytest.importorskip("jax")
    with compiled_once():
        folder = Path(os.environ[DIRECTORY])
        first, second = (
            int(subprocess.check_output([sys.executable, "-c", PROGRAM]))
            for _ in range(2)
        )
    assert first == 0 < second
    assert not folder.exists()
    assert DIRECTORY not in os.environ


def test_the_folder_of_the_user_stays(unset, monkeypatch, tmp_path):
    monkeypatch.setenv(DIRECTORY, str(tmp_path))
    with compiled_once():
        assert os.environ[DIRECTORY] == str(tmp_path)
        assert EVERY_PROGRAM.keys().isdisjoint(os.environ)
    assert os.environ[DIRECTORY] == str(tmp_path)


def test_a_setting_of_the_user_stays(unset, monkeypatch):
    name = next(iter(EVERY_PROGRAM))
    monkeypatch.setenv(name, "5")
    with pytest.raises(KeyError), compiled_once():
        raise KeyError
    assert os.environ[name] == "5"
    assert DIRECTORY not in os.environ
