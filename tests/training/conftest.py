import keras
import pytest


@pytest.fixture
def eager(monkeypatch):
    """Run models step by step: on tiny data, compiling them takes far longer."""
    always = property(lambda self: True, lambda self, value: None)
    monkeypatch.setattr(keras.Model, "run_eagerly", always)
