"""The labels of the built-in sample: how they follow from the hidden process.

The label is a weighted sum of hidden quantities, each summarised over the utterance
and brought to variance 1, and of noise. What is said (`verbal`) enters with the
opposite sign where the utterance is ironic, which is heard and seen but not said; and
the last words of it count most. Neither is linear in means over the utterance.
"""

from statistics import NormalDist

import numpy as np

LABEL_RANGE = (-3.0, 3.0)
LABEL_STEP = 0.2
LABEL_DEVIATION = 1.57
# What the label is made of; its noise is that of the annotators.
LABEL_WEIGHTS = {"verbal": 1.0, "echoed": 0.5, "nonverbal": 0.45, "noise": 0.2}
# A step of these counts so many times the step that follows it; of others all alike.
FADING = {"verbal": 0.75}
# An utterance is ironic where the mean of `irony` is among the highest, this share.
IRONIC_SHARE = 0.25
IRONIC_FROM = NormalDist().inv_cdf(1.0 - IRONIC_SHARE)


def sample_labels(hidden, lengths, blocks, noise):
    """The labels that follow from hidden sequences.

    Args:
        hidden: float array `(size, timesteps, hidden)`.
        lengths: int array `(size,)`.
        blocks: dict from the name of a block to the number of its quantities and
            their persistence, in the order in which `hidden` holds them.
        noise: float array `(size,)`, of variance 1.

    Returns:
        float32 array `(size,)`.
    """
    values, first = {"noise": noise}, 0
    for name, (count, persistence) in blocks.items():
        if name in LABEL_WEIGHTS or name == "irony":
            shown = hidden[:, :, first]
            values[name] = _summarised(name, shown, lengths, persistence)
        first += count
    values["verbal"] = np.where(
        values["irony"] > IRONIC_FROM, -values["verbal"], values["verbal"]
    )
    total = sum(weight * values[name] for name, weight in LABEL_WEIGHTS.items())
    return _rounded(total * label_scale()).astype("float32")


def label_scale():
    """The factor that gives the weighted sum the deviation of labels."""
    weights = np.array(list(LABEL_WEIGHTS.values()))
    return LABEL_DEVIATION / np.sqrt((weights**2).sum())


def step_weights(name, length):
    """How much each step of a block counts in its summary, `(length,)`, 1 in all."""
    weights = FADING.get(name, 1.0) ** np.arange(length - 1, -1, -1)
    return weights / weights.sum()


def step_covariance(persistence, length):
    """Covariance of the steps of an AR(1) sequence of variance 1."""
    steps = np.arange(length)
    return persistence ** np.abs(np.subtract.outer(steps, steps))


def _summarised(name, shown, lengths, persistence):
    """Summaries `(size,)` of one quantity `(size, timesteps)`, each of variance 1."""
    found = np.empty(len(lengths))
    for length in np.unique(lengths):
        weights = step_weights(name, length)
        variance = weights @ step_covariance(persistence, length) @ weights
        rows = lengths == length
        found[rows] = shown[rows, :length] @ weights / np.sqrt(variance)
    return found


def _rounded(values):
    """Values on the steps of the annotators' scale and within its ends."""
    return np.clip(np.round(values / LABEL_STEP) * LABEL_STEP, *LABEL_RANGE)
