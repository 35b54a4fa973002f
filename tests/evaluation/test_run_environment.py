import importlib.metadata
import json
import platform

import keras
import pytest

import mmzoo
from mmzoo.evaluation import environment, run_environment


@pytest.mark.every_backend
def test_names_versions_backend_and_devices():
    found = json.loads(json.dumps(environment()))
    assert found["mmzoo"] == mmzoo.__version__
    assert found["backend"] == keras.backend.backend()
    assert found["versions"]["numpy"] == importlib.metadata.version("numpy")
    assert found["python"] == platform.python_version()
    assert found["devices"] and all(found["devices"])
    assert found["processor"]
    assert found["written_at"].endswith("+00:00")


def test_packages_that_are_absent_are_left_out(monkeypatch):
    def absent(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", absent)
    assert environment()["versions"] == {}


def test_processor_without_cpuinfo(monkeypatch):
    monkeypatch.setattr(run_environment, "CPU_FILE", "/no/such/file")
    monkeypatch.setattr(platform, "processor", lambda: "a processor")
    assert environment()["processor"] == "a processor"
