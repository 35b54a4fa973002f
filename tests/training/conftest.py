import keras
import pytest


@pytest.fixture
def eager(monkeypatch):
    """Run models step by step: on tiny data, compiling them takes far longer."""
    if keras.backend.backend() != "tensorflow":
        # PyTorch compiles nothing, and JAX compiles each step of its own.
        return
    always = property(lambda self: True, lambda self, value: None)
    monkeypatch.setattr(keras.Model, "run_eagerly", always)
