"""Diagonal Gaussians: their distance from the standard normal, their density."""

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


def gaussian_log_density(values, mean, log_variance):
    """Log density of vectors under diagonal Gaussians, but for its constant.

    It is the sum over dimensions of `-(values - mean)^2 / (2 variance) - log(variance)
    / 2`, computed in float32 also where the inputs are narrower.

    Args:
        values: float tensor `(..., dimensions)`.
        mean: float tensor of the same shape.
        log_variance: float tensor of the same shape.

    Returns:
        Float tensor `(...,)`, in nats.
    """
    values, mean, log_variance = map(widened, (values, mean, log_variance))
    errors = ops.square(values - mean) * ops.exp(-log_variance)
    return -0.5 * ops.sum(errors + log_variance, axis=-1)
