import numpy as np
from keras import ops

from mmzoo.ops import gaussian_log_density, standard_normal_divergence
from tests.checks import arrays, assert_close


def test_is_the_integral_of_the_log_ratio():
    mean, deviation = 0.7, 0.4
    x = np.linspace(mean - 12 * deviation, mean + 12 * deviation, 20001)
    log_q = -0.5 * ((x - mean) / deviation) ** 2 - np.log(deviation)
    q = np.exp(log_q) / np.sqrt(2 * np.pi)
    expected = np.sum(q * (log_q + 0.5 * x**2)) * (x[1] - x[0])
    found = standard_normal_divergence(
        np.array([[mean, 0.0]], "float32"),
        np.array([[2 * np.log(deviation), 0.0]], "float32"),
    )
    assert_close(found, np.array([[expected, 0.0]], "float32"), 1e-5)


def test_is_computed_in_float32():
    narrow = ops.cast(np.array([[300.0]]), "float16")
    found = arrays(standard_normal_divergence(narrow, 0.0 * narrow))
    assert found.dtype == "float32" and found == 45000.0


def test_density_sums_to_one():
    mean, log_variance = np.float32(0.3), np.float32(-0.8)
    x = np.linspace(-9, 9, 4001).astype("float32")[:, None]
    found = arrays(gaussian_log_density(x, mean + 0 * x, log_variance + 0 * x))
    total = np.exp(found - 0.5 * np.log(2 * np.pi)).sum() * (x[1, 0] - x[0, 0])
    assert_close(np.float32(total), np.float32(1.0), 1e-4)
    # Dimensions are independent of each other.
    ones = np.ones((2, 3), "float32")
    both = gaussian_log_density(ones, 0 * ones, 0 * ones)
    assert_close(both, np.full(2, -1.5, "float32"))
