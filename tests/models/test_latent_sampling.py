import numpy as np
import pytest

from tests.checks import assert_close
from tests.models.test_variational_translator import small


def test_translates_samples_and_interpolates(batch):
    model = small("text", "audio")
    model.latent.log_variance.kernel.assign(np.zeros((4, 2)))
    model.latent.log_variance.bias.assign([-50.0, -50.0])
    mean, log_variance = model._posterior_of(batch)
    assert_close(log_variance, np.full((3, 2), -50.0, "float32"))
    between = mean[:2].mean(axis=0, keepdims=True)
    prior = np.random.default_rng(5).standard_normal((3, 2))
    vectors = np.concatenate([mean, between, prior])
    expected = model.decode(vectors, 6)["audio"]
    assert_close(model.translate(batch, max_length=6)["audio"], expected[:3])
    line = model.interpolate(batch, num_points=3, num_steps=6)["audio"]
    assert_close(line, expected[[0, 3, 1]])
    drawn = model.sample_posterior(batch, num_samples=2)["audio"]
    assert_close(drawn, np.repeat(expected[:3], 2, axis=0))
    assert_close(model.sample(3, 6, seed=5)["audio"], expected[4:])
    assert not np.allclose(expected[4], expected[5])


def test_errors(batch):
    model = small()
    with pytest.raises(ValueError, match=r"shape \(2, 3\); this model decodes"):
        model.decode(np.zeros((2, 3)), 4)
    one = {key: each[:1] for key, each in batch.items()}
    with pytest.raises(ValueError, match="`batch` has 1 sample"):
        model.interpolate(one, 3, 4)
