import numpy as np
import pytest

from mmzoo.evaluation import latent_metrics


def test_active_units_and_nats(rng):
    mean = rng.normal(size=(500, 4)) * [1.0, 0.15, 0.05, 0.0] + [0, 5, 0, 9]
    log_variance = np.zeros((500, 4))
    found = latent_metrics(mean, log_variance)
    # Far from the prior, but the same for all samples, tells nothing.
    assert found["active_units"] == 2 and found["latent_units"] == 4
    assert found["latent_kl"] == pytest.approx(0.5 * (mean**2).sum(axis=1).mean())
    narrow = latent_metrics(0 * mean, log_variance - 2.0)
    assert narrow["active_units"] == 0
    assert narrow["latent_kl"] == pytest.approx(4 * 0.5 * (np.exp(-2.0) + 1.0))


@pytest.mark.parametrize("shapes", [((3,), (3,)), ((3, 2), (3, 1)), ((1, 2), (1, 2))])
def test_errors(shapes):
    with pytest.raises(ValueError, match="must have one shape"):
        latent_metrics(*map(np.zeros, shapes))
