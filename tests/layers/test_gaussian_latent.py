from functools import partial

import keras
import numpy as np
import pytest

from mmzoo.layers import GaussianLatent
from tests.checks import arrays, assert_close, check_batching, check_layer


@pytest.fixture
def states(rng):
    return rng.normal(size=(3, 5)).astype("float32")


def test_checks(states, tmp_path):
    make = partial(GaussianLatent, 4, kl_annealing=3, seed=1)
    layer = check_layer(make, states, tmp_path=tmp_path)
    check_batching(lambda batch: layer(batch["states"]), {"states": states})


def test_matches_reference(states):
    layer = GaussianLatent(4, seed=1)
    layer.build((None, 5))
    layer.log_variance.bias.assign([-9.0, 0.0, 1.0, 2.0])
    vector, mean, log_variance = arrays(layer(states))
    for part, found in ((layer.mean, mean), (layer.log_variance, log_variance)):
        kernel, bias = arrays(part.weights)
        assert_close(found, states @ kernel + bias)
    assert_close(vector, mean)
    vector, mean, log_variance = arrays(layer(states, training=True))
    # What a generator of the same seed draws first.
    noise = keras.random.normal((3, 4), seed=keras.random.SeedGenerator(1))
    assert_close(vector, mean + np.exp(log_variance / 2) * arrays(noise))


def test_draws_have_the_moments_and_come_by_the_seed(states):
    many = np.repeat(states[:1], 20000, axis=0)
    first, second = (GaussianLatent(2, seed=7) for _ in range(2))
    for layer in (first, second):
        layer.build((None, 5))
    second.set_weights(first.get_weights())
    vectors, mean, log_variance = arrays(first(many, training=True))
    np.testing.assert_allclose(vectors.mean(axis=0), mean[0], atol=0.05)
    np.testing.assert_allclose(vectors.var(axis=0), np.exp(log_variance[0]), rtol=0.05)
    assert_close(second(many, training=True), (vectors, mean, log_variance))
    again, *_ = arrays(second(many, training=True))
    assert not np.allclose(again, vectors)


def test_gradient_reaches_mean_and_variance(states):
    inputs = keras.Input((5,))
    vector, mean, log_variance = GaussianLatent(4, seed=1)(inputs)
    model = keras.Model(inputs, vector)
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    before = arrays(model.trainable_weights)
    model.train_on_batch(states, np.ones((3, 4), "float32"))
    after = arrays(model.trainable_weights)
    assert len(before) == 4
    for old, new in zip(before, after, strict=True):
        assert not np.allclose(old, new)


@pytest.mark.parametrize(
    ("steps", "expected"), [(4, [0, 0.25, 0.5, 0.75, 1, 1]), (0, [1] * 6)]
)
def test_annealing_counts_training_steps_alone(steps, expected, states):
    layer = GaussianLatent(2, kl_annealing=steps)
    layer.build((None, 5))
    found = []
    for _ in expected:
        found.append(float(arrays(layer.annealing)))
        layer(states)
        layer(states, training=True)
    assert found == expected


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_steps_are_counted_in_whole_digits(policy, states):
    layer = GaussianLatent(2, kl_annealing=400, dtype=policy)
    layer.build((None, 5))
    layer.training_steps.assign(256.0)
    layer(states, training=True)
    assert float(arrays(layer.annealing)) == pytest.approx(257 / 400)


@pytest.mark.parametrize("name", ["latent_dim", "kl_annealing"])
def test_errors(name):
    with pytest.raises(ValueError, match=f"`{name}` is at least .*, not -1"):
        GaussianLatent(**{"latent_dim": 2, name: -1})
