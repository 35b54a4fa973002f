import numpy as np
import pytest

from mmzoo.layers import SurrogateInference
from tests import reference
from tests.checks import arrays, assert_close, check_layer, weights_by_path

PRESENT = np.array([[1, 1, 1], [1, 0, 1], [0, 0, 0]], bool)


@pytest.fixture
def vectors(rng):
    joint, own = rng.normal(size=(3, 2)), rng.normal(size=(3, 3, 2))
    return joint.astype("float32"), own.astype("float32")


def test_checks(vectors, tmp_path):
    def make(**kwargs):
        return SurrogateInference(8, **kwargs)

    check_layer(make, *vectors, PRESENT, tmp_path=tmp_path)


def guess(own, present, weights):
    """The joint vector and those of all modalities, of one sample."""
    shown = np.where(present[:, None], own, 0.0)
    read = np.concatenate([shown.ravel(), present])
    return reference.perceptron(read, weights, "perceptron").reshape(4, 2)


def test_it_fills_in_what_is_missing_from_what_is_there(vectors):
    layer = SurrogateInference(8)
    found = arrays(layer(*vectors, PRESENT))
    weights = weights_by_path(layer)
    for row, (joint, own, there) in enumerate(zip(*vectors, PRESENT, strict=True)):
        said = guess(own, there, weights)
        filled = np.where(there[:, None], own, said[1:])
        without = []
        for index in range(3):
            others = there & (np.arange(3) != index)
            again = guess(own, others, weights)
            without.append([again[0], again[index + 1]])
        expected = joint if there.all() else said[0], filled, np.array(without)
        for each, wanted in zip(found, expected, strict=True):
            assert_close(each[row], wanted.astype("float32"))


def test_what_is_missing_may_hold_anything(vectors):
    layer, (joint, own) = SurrogateInference(8), vectors
    expected = arrays(layer(joint, own, PRESENT))
    own = np.where(PRESENT[..., None], own, np.float32(np.nan))
    joint = np.where(PRESENT.all(axis=1)[:, None], joint, np.float32(np.nan))
    assert_close(layer(joint, own, PRESENT), tuple(expected))


def test_dropout_is_active_in_training(vectors):
    layer = SurrogateInference(8, dropout=0.5)
    first, again = (arrays(layer(*vectors, PRESENT, training=True)) for _ in range(2))
    assert not np.allclose(first[2], again[2])
