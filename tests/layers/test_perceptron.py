import numpy as np
import pytest

from mmzoo.layers import Perceptron
from tests import reference
from tests.checks import arrays, assert_close, check_layer, weights_by_path


@pytest.fixture
def vectors(rng):
    return rng.normal(size=(2, 4, 3)).astype("float32")


def test_checks(vectors, tmp_path):
    def make(**kwargs):
        return Perceptron(2, 8, "tanh", **kwargs)

    check_layer(make, vectors, tmp_path=tmp_path)


@pytest.mark.parametrize("activation", [None, "sigmoid"])
def test_it_is_two_dense_layers(activation, vectors):
    layer = Perceptron(2, 8, activation, name="net")
    found = arrays(layer(vectors))
    weights = {f"net/{path}": each for path, each in weights_by_path(layer).items()}
    expected = reference.perceptron(vectors, weights, "net")
    expected = reference.sigmoid(expected) if activation else expected
    assert_close(found, expected.astype("float32"))


def test_dropout_is_of_the_hidden_layer(vectors):
    layer = Perceptron(2, 8, dropout=0.5)
    first, again = (arrays(layer(vectors, training=True)) for _ in range(2))
    assert not np.allclose(first, again)
    assert_close(layer(vectors), layer(vectors, training=False))
