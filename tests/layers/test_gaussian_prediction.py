import numpy as np
import pytest

from mmzoo.layers import GaussianPrediction
from tests.checks import arrays, assert_close, check_layer


@pytest.fixture
def vectors(rng):
    return rng.normal(size=(4, 5)).astype("float32")


def test_checks(vectors, tmp_path):
    def make(**kwargs):
        return GaussianPrediction(3, **kwargs)

    check_layer(make, vectors, tmp_path=tmp_path)


def test_mean_and_log_variance_follow_their_equations(vectors):
    layer = GaussianPrediction(3)
    found = arrays(layer(vectors))
    parts = layer.mean_hidden, layer.mean, layer.log_variance_hidden, layer.log_variance
    (w, b), (v, c), (u, d), (t, e) = (arrays(part.weights) for part in parts)
    mean = np.maximum(vectors @ w + b, 0) @ v + c
    log_variance = np.tanh(np.maximum(vectors @ u + d, 0) @ t + e)
    assert_close(found, (mean, log_variance))


def test_width_is_checked():
    with pytest.raises(ValueError, match="`output_dim` is at least 1, not 0"):
        GaussianPrediction(0)
