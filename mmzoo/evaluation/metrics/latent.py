"""Whether the latent vector of a variational translator is used."""

import numpy as np

# A unit whose posterior mean varies more than this from sample to sample is active.
ACTIVE_VARIANCE = 0.01

LATENT_METRICS = {
    "active_units": (
        "Units of the latent vector whose posterior mean tells samples apart: its "
        f"variance over the test samples is above {ACTIVE_VARIANCE} (Burda et al., "
        "2016). With 0 the latent vector is not used (posterior collapse)."
    ),
    "latent_units": "Units of the latent vector, active or not.",
    "latent_kl": (
        "Nats that the posterior of the latent vector is away from its prior, N(0, I), "
        "the KL divergence averaged over the test samples: at the most so much does "
        "the vector tell of its source."
    ),
}


def latent_metrics(mean, log_variance):
    """The metrics of one model's posteriors.

    Args:
        mean: float array `(samples, units)`.
        log_variance: float array of the same shape.

    Returns:
        Dict from a name of `LATENT_METRICS` to a float.

    Raises:
        ValueError: there are fewer than two samples, of which nothing can vary.
    """
    mean = np.asarray(mean, "float64")
    log_variance = np.asarray(log_variance, "float64")
    if mean.ndim != 2 or mean.shape != log_variance.shape or len(mean) < 2:
        raise ValueError(
            "`mean` and `log_variance` must have one shape, (samples, units), with two "
            f"samples at least; received {mean.shape} and {log_variance.shape}."
        )
    active = np.count_nonzero(mean.var(axis=0, ddof=1) > ACTIVE_VARIANCE)
    divergence = 0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1)
    return {
        "active_units": float(active),
        "latent_units": float(mean.shape[1]),
        "latent_kl": float(divergence.sum(axis=1).mean()),
    }
