from functools import partial

import keras
import numpy as np
import pytest

from mmzoo.layers import AttentionalFusion, FusionHead
from tests.checks import arrays, assert_close, check_layer
from tests.layers.test_channel_attention import shaken, weights_of

BOTH = np.ones(5, bool)


@pytest.fixture
def vectors(rng):
    return [rng.normal(size=(5, 4)).astype("float32") for _ in range(3)]


@pytest.fixture
def mask():
    first = np.array([True, True, True, False, False])
    return [first, np.array([True, True, False, True, False]), None]


def built(rng, iterations, count=2):
    layer = AttentionalFusion(iterations)
    layer.build([(None, 4)] * count)
    return shaken(layer, rng)


@pytest.mark.parametrize("iterations", [1, 2])
def test_checks(iterations, vectors, mask, tmp_path):
    mask[2] = BOTH
    make = partial(AttentionalFusion, iterations)
    check_layer(make, vectors, mask=mask, tmp_path=tmp_path)


def test_aff_is_equation_4(vectors, rng):
    layer = built(rng, 1)
    x, y, _ = vectors
    w = weights_of(layer.attentions[0], x + y)
    assert_close(layer([x, y]), w * x + (1 - w) * y, tolerance=1e-4)


def test_iaff_attends_to_the_mix_with_weights_of_its_own(vectors, rng):
    layer = built(rng, 2)
    x, y, _ = vectors
    first, second = layer.attentions
    w = weights_of(first, x + y)
    w = weights_of(second, w * x + (1 - w) * y)
    assert_close(layer([x, y]), w * x + (1 - w) * y, tolerance=1e-4)


def test_a_third_vector_is_mixed_into_the_mix_of_two(vectors, rng):
    layer = built(rng, 1, count=3)
    mixed = vectors[0]
    for attention, vector in zip(layer.attentions, vectors[1:], strict=True):
        w = weights_of(attention, mixed + vector)
        mixed = w * mixed + (1 - w) * vector
    assert_close(layer(vectors), mixed, tolerance=1e-4)


@pytest.mark.parametrize("training", [False, True])
def test_a_missing_vector_leaves_the_other(vectors, mask, training, rng):
    layer = built(rng, 2)
    x, y, _ = vectors
    y[2], x[3] = np.nan, np.inf
    mixed = arrays(layer([x, y], mask=mask[:2], training=training))
    assert_close(mixed[2:], np.stack([x[2], y[3], np.zeros(4)]))


@pytest.mark.parametrize("method", ["aff", "iaff"])
def test_learns_which_of_two_is_noise(method):
    assert accuracy(method) > 0.95


def test_side_by_side_vectors_do_not_tell_which_is_noise():
    # The answer to them is linear: a hidden layer, or another attention, could tell.
    assert accuracy("concat") < 0.85


def accuracy(method, steps=80):
    """Share of held-out samples that a head answers rightly.

    One of two vectors, drawn for each sample, is noise, and one of its features says
    so; the others of the other vector have the sign of the class.
    """
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    (given, labels), (asked, answers) = (noisy(rng, size) for size in (256, 512))
    inputs = [keras.Input((8,)) for _ in given]
    present = [keras.Input((), dtype="bool") for _ in given]
    logits = FusionHead(2, method, dropout=0.0)(inputs, present)
    model = keras.Model([*inputs, *present], logits)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss)
    for _ in range(steps):
        model.train_on_batch([*given, *[np.ones(256, bool)] * 2], labels)
    found = model.predict_on_batch([*asked, *[np.ones(512, bool)] * 2])
    return float(np.mean(found.argmax(axis=1) == answers))


def noisy(rng, size):
    labels = rng.integers(0, 2, size)
    noise = rng.integers(0, 2, size)
    vectors = []
    for place in range(2):
        random = rng.integers(0, 2, size)
        sign = 2.0 * np.where(noise == place, random, labels) - 1.0
        vector = np.tile(sign[:, None], (1, 8)) + rng.normal(size=(size, 8)) * 0.3
        # Each vector says it with another feature.
        vector[:, :2] = 0.0
        vector[:, place] = np.where(noise == place, 2.0, -2.0)
        vectors.append(vector.astype("float32"))
    return vectors, labels


def test_errors(vectors):
    with pytest.raises(ValueError, match="`iterations` is at least 1, not 0"):
        AttentionalFusion(0)
    with pytest.raises(ValueError, match=r"one width, not \[4, 2\]"):
        AttentionalFusion()([vectors[0], vectors[1][:, :2]])
