"""How well the label of the built-in sample can be predicted, by construction."""

from dataclasses import dataclass

import numpy as np

from mmzoo.data.sample_labels import (
    IRONIC_SHARE,
    LABEL_DEVIATION,
    LABEL_RANGE,
    LABEL_STEP,
    LABEL_WEIGHTS,
    label_scale,
    step_covariance,
    step_weights,
)
from mmzoo.data.synthetic import BLOCKS, SHARES, sample_corpus

LOWEST, HIGHEST = LABEL_RANGE
LABELS = np.linspace(LOWEST, HIGHEST, round((HIGHEST - LOWEST) / LABEL_STEP) + 1)
BETWEEN = (LABELS[1:] + LABELS[:-1]) / 2
# Standard normal quantities are integrated by the trapezoid rule, which is exact to
# many digits for what falls off so fast.
NODES = np.linspace(-5.0, 5.0, 101)


def explainable_sentiment(
    source: list[str], linear: bool = False, lengths: np.ndarray | None = None
) -> dict[str, float]:
    """How well the sample's label can be predicted, by construction.

    Who knew exactly the hidden quantities that the source shows could do no better;
    frames show them with noise, so that a model stays behind. The errors that are left
    are those of annotators, and of what the source does not show: where irony is not
    known, it is not known either what words mean.

    Args:
        source: Modalities that are read.
        linear: Whether the best linear model on means over the utterance is meant,
            which may have other coefficients for each length: that of least squares.
            Defaults to `False`: the best prediction whatever its form.
        lengths: Lengths of the utterances, `(size,)`, which count for `linear`.
            Defaults to `None`: those of the sample's test split.

    Returns:
        `"mae"` and `"pearson"`, as a report has them.

    Example:
    ```python
    best = mmzoo.data.explainable_sentiment(["text", "audio", "video"])
    line = mmzoo.data.explainable_sentiment(["text", "audio", "video"], linear=True)
    best["mae"] < line["mae"]  # True
    ```
    """
    known = {name for modality in source for name in SHARES[modality]}
    if not linear:
        return _best(known)
    if lengths is None:
        lengths = sample_corpus().test.lengths
    found, counts = np.unique(lengths, return_counts=True)
    shares = counts / counts.sum()
    error, variance = shares @ [_line(known, length) for length in found]
    pearson = np.sqrt(variance / _label_variance())
    return {"mae": float(error), "pearson": float(pearson)}


def _best(known):
    """The conditional median for the error, the conditional mean for r."""
    view = _View.of(known)
    chances = view.chances(0.0 if "irony" in known else IRONIC_SHARE)
    # The error of each label that could be said; a median is one of them.
    errors = chances @ np.abs(np.subtract.outer(LABELS, LABELS))
    variance = view.mean((chances @ LABELS) ** 2) / _label_variance()
    return {"mae": view.mean(errors.min(axis=-1)), "pearson": float(np.sqrt(variance))}


def _line(known, length):
    """Error and variance of the line of least squares on means, at one length."""
    view = _View.of(known, _correlation_with_mean("verbal", length))
    line = view.others + (1 - 2 * IRONIC_SHARE) * view.said
    line = line * _slope()
    errors = np.abs(line[..., None] - LABELS)
    chances = view.chances(IRONIC_SHARE)
    return view.mean((chances * errors).sum(axis=-1)), view.mean(line**2)


@dataclass(frozen=True)
class _View:
    """The label's value before rounding, as it stands for who knows a part of it.

    Known are two independent Gaussian terms, on a grid of all their values: `said`,
    whose sign irony turns, `(nodes,)`, and the `others` in one, `(nodes, 1)`. The
    rest is Gaussian, with the deviation `unknown`.
    """

    others: np.ndarray
    said: np.ndarray
    unknown: float

    @classmethod
    def of(cls, known, correlation=1.0):
        """Of what is said, something of this correlation with it is known."""
        squares = {name: weight**2 for name, weight in LABEL_WEIGHTS.items()}
        said = squares["verbal"] * correlation**2 if "verbal" in known else 0.0
        others = sum(squares[name] for name in ("echoed", "nonverbal") if name in known)
        unknown = sum(squares.values()) - said - others
        others, said, unknown = label_scale() * np.sqrt([others, said, unknown])
        return cls(others * NODES[:, None], said * NODES, unknown)

    def chances(self, turned):
        """How likely each label is, `(nodes, nodes, labels)`.

        Args:
            turned: float. How likely the sign of what is said is turned.
        """
        values = self.others + self.said
        literal = _chances(values[..., None], self.unknown)
        # The values of `said` lie alike on both sides of 0.
        return (1 - turned) * literal + turned * literal[:, ::-1]

    def mean(self, values):
        """Mean of values `(nodes, nodes)` over what is known."""
        weights = np.exp(-(NODES**2) / 2)
        weights /= weights.sum()
        return float(weights @ values @ weights)


def _chances(values, deviation):
    """How likely each label is where a Gaussian value is rounded to it."""
    from scipy.special import ndtr

    below = ndtr((BETWEEN - values) / deviation)
    ends = np.zeros_like(below[..., :1])
    return np.diff(np.concatenate([ends, below, ends + 1.0], axis=-1))


def _label_variance():
    return float(_chances(np.zeros(1), LABEL_DEVIATION) @ LABELS**2)


def _slope():
    """The factor by which rounding and clipping shrink a line through the value.

    It is the mean of the derivative of what they do to a Gaussian value, and they rise
    by a step between two labels.
    """
    densities = np.exp(-((BETWEEN / LABEL_DEVIATION) ** 2) / 2)
    return LABEL_STEP * densities.sum() / (np.sqrt(2 * np.pi) * LABEL_DEVIATION)


def _correlation_with_mean(name, length):
    """Correlation of a block's summary with its mean over the utterance."""
    covariance = step_covariance(BLOCKS[name][1], length)
    weights, mean = step_weights(name, length), np.full(length, 1 / length)
    joint = weights @ covariance @ mean
    return joint / np.sqrt(
        (weights @ covariance @ weights) * (mean @ covariance @ mean)
    )
