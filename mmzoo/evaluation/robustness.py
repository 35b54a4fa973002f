"""How a score falls as test data get worse: MultiBench's curves and their area.

MultiBench (Liang et al., 2021, https://arxiv.org/abs/2107.07502) draws the performance
of a model over the strength of a noise in the test data, without training it again.
Its relative robustness is the area under that curve by the trapezoidal rule, scaled
from the worst (0) to the best (1) of the methods that are compared
(`eval_scripts/robustness.py`). Here the area is divided by the range of strengths, so
that it is a mean score; over strengths from 0 to 1 it is MultiBench's very area.
"""

import numpy as np


def area_under(strengths, scores):
    """The mean of a score over a range of strengths, by the trapezoidal rule.

    Args:
        strengths: sequence of float, growing.
        scores: sequence of float, the score at each.

    Returns:
        float; NaN where a score is undefined.

    Raises:
        ValueError: the strengths do not grow, or lack a score.

    Example:
    ```python
    mmzoo.evaluation.area_under([0, 0.5, 1], [1.0, 0.5, 0.5])  # 0.625
    ```
    """
    x, y = np.asarray(strengths, "float64"), np.asarray(scores, "float64")
    if len(x) != len(y) or len(x) < 2 or np.any(np.diff(x) <= 0):
        raise ValueError(
            "`strengths` grow and have a score each, at the least two: received "
            f"{list(strengths)} and {list(scores)}."
        )
    return float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2) / (x[-1] - x[0]))


def scaled_areas(areas):
    """Areas from 0, the least of those that are compared, to 1, the largest.

    Args:
        areas: sequence of float.

    Returns:
        Float array; NaN where all are alike, or only one is, so that none is ahead.

    Example:
    ```python
    mmzoo.evaluation.scaled_areas([0.5, 1.0, 0.75]).tolist()  # [0.0, 1.0, 0.5]
    ```
    """
    areas = np.asarray(areas, "float64")
    known = areas[np.isfinite(areas)]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 0.0)
    if high == low:
        return np.full(len(areas), np.nan)
    return (areas - low) / (high - low)


def robustness_section(curves, strengths, metric, remarks=()):
    """What `report.json` holds under `leaderboard.robustness`.

    Args:
        curves: list of dict with `name` and `training` (of the row), `noise`,
            `modality`, and `scores`, a list of one list a seed, a score a strength.
        strengths: sequence of float.
        metric: str. What the scores are; higher is better.
        remarks: sentences on what was not measured.

    Returns:
        dict with `metric`, `strengths`, `remarks` and the `curves`, each with the
        `mean` and `std` over the seeds at each strength, the `area`, and `relative`,
        the area scaled over the rows with the same noise and modality.
    """
    found = []
    for curve in curves:
        scores = np.asarray(curve["scores"], "float64")
        about = {key: curve[key] for key in ("name", "training", "noise", "modality")}
        mean = scores.mean(axis=0)
        std = scores.std(axis=0, ddof=1) if len(scores) > 1 else np.zeros_like(mean)
        area = area_under(strengths, mean)
        found.append({**about, "mean": mean.tolist(), "std": std.tolist()})
        found[-1]["area"] = area
    for kind in dict.fromkeys(_kind(curve) for curve in found):
        same = [curve for curve in found if _kind(curve) == kind]
        scaled = scaled_areas([curve["area"] for curve in same])
        for curve, value in zip(same, scaled, strict=True):
            curve["relative"] = float(value) if np.isfinite(value) else None
    return {
        "metric": metric,
        "strengths": [float(strength) for strength in strengths],
        "remarks": list(remarks),
        "curves": found,
    }


def _kind(curve):
    return curve["noise"], curve["modality"]
