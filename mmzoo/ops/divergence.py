"""How far a diagonal Gaussian is from the standard normal distribution."""

from keras import ops

from mmzoo.ops.precision import widened


def standard_normal_divergence(mean, log_variance):
    """KL(N(mean, variance) || N(0, 1)) of each dimension, in nats.

    It is `(mean ** 2 + variance - log(variance) - 1) / 2`, and 0 only where the mean is
    0 and the variance 1. It is computed in float32 also where the inputs are narrower.

    Args:
        mean: float tensor `(..., dimensions)`.
        log_variance: float tensor of the same shape.

    Returns:
        Float tensor of the same shape.
    """
    mean, log_variance = widened(mean), widened(log_variance)
    return 0.5 * (ops.square(mean) + ops.exp(log_variance) - log_variance - 1.0)
