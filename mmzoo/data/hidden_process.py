"""The linear Gaussian process behind the built-in sample, and what it lets know."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class HiddenProcess:
    """Hidden sequences that several modalities show, each in its own way.

    Every hidden quantity is a stationary Gaussian AR(1) sequence of variance 1. A
    frame of a modality is

        loadings @ z(t) + nuisance @ n(t) + noise * e(t)

    with `z` the hidden step and `n`, `e` standard normal, new at every step and in
    every modality.

    Args:
        persistence: Correlation of each hidden quantity with itself one step
            later, `(hidden,)`.
        loadings: For each modality, `(features, hidden)`.
        nuisance: For each modality, `(features, nuisances)`.
        noise: For each modality, deviation of its noise, `(features,)`.
        cache: Posterior covariances already worked out.

    Example:
    ```python
    process = HiddenProcess(
        np.array([0.5]),
        {"text": np.array([[0.6]]), "audio": np.array([[1.0]])},
        {"text": np.zeros((1, 0)), "audio": np.zeros((1, 0))},
        {"text": np.array([0.8]), "audio": np.array([0.0])},
    )
    explained = process.explained("audio", {"text": np.ones(1, bool)})
    round(float(explained[0]), 6)  # 0.36
    ```
    """

    persistence: np.ndarray
    loadings: dict[str, np.ndarray]
    nuisance: dict[str, np.ndarray]
    noise: dict[str, np.ndarray]
    cache: dict = field(default_factory=dict, repr=False)

    def sample_hidden(
        self, size: int, timesteps: int, generator: np.random.Generator
    ) -> np.ndarray:
        """Draw hidden sequences, `(size, timesteps, hidden)`."""
        rho = self.persistence
        values = generator.standard_normal((size, timesteps, len(rho)))
        for step in range(1, timesteps):
            values[:, step] *= np.sqrt(1 - rho**2)
            values[:, step] += rho * values[:, step - 1]
        return values

    def sample_frames(
        self, modality: str, hidden: np.ndarray, generator: np.random.Generator
    ) -> np.ndarray:
        """Show hidden steps `(steps, hidden)` in frames `(steps, features)`."""
        nuisance = self.nuisance[modality]
        frames = hidden @ self.loadings[modality].T
        drawn = generator.standard_normal((len(hidden), nuisance.shape[1]))
        frames += drawn @ nuisance.T
        return frames + generator.standard_normal(frames.shape) * self.noise[modality]

    def explained(self, target: str, present: dict[str, np.ndarray]) -> np.ndarray:
        """Variance of the target's frames that the source sequence determines.

        Given all frames of the source, the hidden sequence is Gaussian, with a
        covariance that follows from conditioning on the whole sequence (what a
        Kalman smoother computes step by step). With `P` its block at one step, the
        best prediction of the target's frame there, linear or not, explains the
        trace of `loadings @ (1 - P) @ loadings.T`. Its nuisance and noise cannot be
        predicted from another modality.

        Args:
            target: Modality to predict, not one of the source.
            present: For each modality of the source, which of the steps were
                observed, `(timesteps,)`.

        Returns:
            Explained variance of each step, summed over features, `(timesteps,)`.
        """
        loadings = self.loadings[target]
        known = np.eye(loadings.shape[1]) - self._posterior(present)
        return np.einsum("fi,tij,fj->t", loadings, known, loadings, optimize=True)

    def _posterior(self, present: dict[str, np.ndarray]) -> np.ndarray:
        """Covariance of each hidden step given a source, `(steps, hidden, hidden)`."""
        key = tuple((name, present[name].tobytes()) for name in sorted(present))
        if key not in self.cache:
            steps = np.arange(len(next(iter(present.values()))))
            precision = self._prior_precision(len(steps))
            for name, observed in present.items():
                told = observed[:, None, None] * self._information(name)
                precision[steps, :, steps] += told
            size = len(steps) * precision.shape[1]
            covariance = np.linalg.inv(precision.reshape(size, size))
            covariance = covariance.reshape(precision.shape)
            self.cache[key] = covariance[steps, :, steps]
        return self.cache[key]

    def _information(self, modality: str) -> np.ndarray:
        """Precision with which one frame tells the hidden step, `(hidden, hidden)`."""
        if modality not in self.cache:
            nuisance, loadings = self.nuisance[modality], self.loadings[modality]
            spread = nuisance @ nuisance.T + np.diag(self.noise[modality] ** 2)
            told = loadings.T @ np.linalg.solve(spread, loadings)
            self.cache[modality] = told
        return self.cache[modality]

    def _prior_precision(self, timesteps: int) -> np.ndarray:
        """Inverse covariance of `z`, `(timesteps, hidden, timesteps, hidden)`."""
        hidden, steps = len(self.persistence), np.arange(timesteps)
        precision = np.zeros((timesteps, hidden, timesteps, hidden))
        for i, rho in enumerate(self.persistence):
            inner = np.full(timesteps, 1 + rho**2)
            inner[[0, -1]] = 1.0 if timesteps > 1 else 1 - rho**2
            precision[steps, i, steps, i] = inner / (1 - rho**2)
            precision[steps[1:], i, steps[:-1], i] = -rho / (1 - rho**2)
            precision[steps[:-1], i, steps[1:], i] = -rho / (1 - rho**2)
        return precision
