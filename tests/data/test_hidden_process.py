import numpy as np
import pytest

from mmzoo.data.hidden_process import HiddenProcess

SIZES = {"text": 4, "audio": 3}


@pytest.fixture
def process(rng):
    """Two hidden quantities, shown by two modalities."""
    return HiddenProcess(
        np.array([0.9, 0.3]),
        {name: rng.normal(size=(size, 2)) for name, size in SIZES.items()},
        {name: rng.normal(size=(size, 1)) for name, size in SIZES.items()},
        {name: rng.uniform(0.5, 1.0, size) for name, size in SIZES.items()},
    )


def covariances(process, timesteps):
    """The full covariance of hidden steps, and what maps them to text frames."""
    gap = np.abs(np.subtract.outer(range(timesteps), range(timesteps)))
    prior = np.zeros((timesteps, 2, timesteps, 2))
    for i, rho in enumerate(process.persistence):
        prior[:, i, :, i] = rho**gap
    loadings = np.kron(np.eye(timesteps), process.loadings["text"])
    nuisance = process.nuisance["text"]
    spread = nuisance @ nuisance.T + np.diag(process.noise["text"] ** 2)
    return prior.reshape(2 * timesteps, -1), loadings, spread


@pytest.mark.parametrize("present", [[True], [True] * 5, [True, False, False, True]])
def test_explained_is_gaussian_conditioning(process, present):
    timesteps, present = len(present), np.array(present)
    prior, loadings, spread = covariances(process, timesteps)
    shown = np.repeat(present, 4)
    seen = loadings[shown]
    total = seen @ prior @ seen.T + np.kron(np.eye(present.sum()), spread)
    known = prior @ seen.T @ np.linalg.solve(total, seen @ prior)
    target = process.loadings["audio"]
    expected = [
        np.trace(target @ known[2 * t : 2 * t + 2, 2 * t : 2 * t + 2] @ target.T)
        for t in range(timesteps)
    ]
    explained = process.explained("audio", {"text": present})
    np.testing.assert_allclose(explained, expected, rtol=1e-9)


def test_nothing_observed_explains_nothing(process):
    explained = process.explained("audio", {"text": np.zeros(3, bool)})
    np.testing.assert_allclose(explained, 0.0, atol=1e-12)


def test_a_second_source_explains_more(process):
    seen = np.ones(4, bool)
    process.loadings["video"] = np.ones((1, 2))
    alone = process.explained("video", {"text": seen})
    both = process.explained("video", {"text": seen, "audio": seen})
    assert np.all(both > alone)


def test_samples_have_the_covariance_stated(process, rng):
    hidden = process.sample_hidden(20000, 3, rng)
    prior, *_ = covariances(process, 3)
    found = np.cov(hidden.reshape(20000, -1).T)
    np.testing.assert_allclose(found, prior, atol=0.04)

    frames = process.sample_frames("text", hidden[:, 0], rng)
    loadings, nuisance = process.loadings["text"], process.nuisance["text"]
    expected = loadings @ loadings.T + nuisance @ nuisance.T
    expected += np.diag(process.noise["text"] ** 2)
    np.testing.assert_allclose(np.cov(frames.T), expected, atol=0.3)
