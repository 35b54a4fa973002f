import importlib.metadata
import json
import platform
import sys

import keras
import pytest

import mmzoo
from mmzoo.evaluation.report import environment, run_environment


@pytest.mark.every_backend
def test_names_versions_backend_and_devices():
    found = json.loads(json.dumps(environment()))
    assert found["mmzoo"] == mmzoo.__version__
    assert found["backend"] == keras.backend.backend()
    assert found["versions"]["numpy"] == importlib.metadata.version("numpy")
    assert found["python"] == platform.python_version()
    assert found["devices"] and all(found["devices"])
    assert found["processor"]
    assert found["threads"] and found["cores_in_use"]
    assert found["written_at"].endswith("+00:00")


def test_packages_that_are_absent_are_left_out(monkeypatch):
    def absent(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", absent)
    assert environment()["versions"] == {}


def test_precision_follows_keras(monkeypatch):
    monkeypatch.setattr(keras.config, "floatx", lambda: "float16")
    found = environment()["precision"]
    assert found == {
        "dtype_policy": keras.config.dtype_policy().name,
        "floatx": "float16",
    }


def test_accelerators_are_named(monkeypatch):
    class Cuda:
        def device_count():
            return 1

        def get_device_name(place):
            return f"GPU {place}"

    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    monkeypatch.setitem(sys.modules, "torch", type("torch", (), {"cuda": Cuda}))
    assert run_environment._device_names() == ["GPU 0"]
