import keras
import pytest

from mmzoo.layers.frozen_parts import set_trainable, trainable_exceptions


class Pair(keras.layers.Layer):
    """Two layers of one name, one of which holds another pair."""

    def __init__(self, inner=None, **kwargs):
        super().__init__(**kwargs)
        self.first = inner or keras.layers.Dense(1, name="part")
        self.second = keras.layers.Dense(1, name="part")
        for part in (self.first, self.second):
            if not isinstance(part, Pair):
                part.build((None, 2))
        self.built = True


@pytest.fixture
def pair():
    return Pair(Pair(name="part"), name="outer")


def learning(layer):
    return [weight.trainable for weight in layer.weights]


def test_an_assignment_without_change_reaches_the_parts(pair):
    # On TensorFlow, Keras drops it.
    frozen = Pair(trainable=False)
    assert frozen.weights and all(learning(frozen))
    set_trainable(frozen, False)
    assert not any(learning(frozen))
    set_trainable(frozen, True)
    assert all(learning(frozen))


def test_exceptions_come_back(pair):
    assert trainable_exceptions(pair) == {}
    pair.first.second.trainable = False
    found = trainable_exceptions(pair)
    assert found == {"/part/part#2": False}
    again = Pair(Pair(name="part"), name="outer")
    set_trainable(again, True, found)
    assert learning(again) == learning(pair) and not all(learning(pair))
    assert trainable_exceptions(again) == found


def test_a_thawed_part_of_a_frozen_layer(pair):
    pair.trainable = False
    pair.first.first.trainable = True
    found = trainable_exceptions(pair)
    assert found == {"/part/part": True}
    again = Pair(Pair(name="part"), name="outer")
    set_trainable(again, False, found)
    assert learning(again) == learning(pair) and sum(learning(again)) == 2
