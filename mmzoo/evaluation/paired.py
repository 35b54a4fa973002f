"""Is one row better than another, on the same test samples?

Both rows are resampled alike, so what is hard for both cancels out. The seeds are
drawn anew in each resample too: a difference must survive other seeds as well as
other samples to count.
"""

import numpy as np

from mmzoo.evaluation.bootstrap import percentile_interval

LOWER_IS_BETTER = frozenset({"mae"})


def compare(row, other, metric="mae", seed=0):
    """The paired difference `row - other` of a sentiment metric.

    Args:
        row: a `Row`.
        other: the `Row` that it is held against, on the same labels.
        metric: name of a sentiment metric. Defaults to `"mae"`.
        seed: of the draws of model seeds.

    Returns:
        dict with `metric`, `difference` of the means over the seeds, its `ci95`,
        and `verdict`: "better" or "worse" where the interval leaves out 0, else
        "not distinguishable".

    Raises:
        ValueError: the two rows were not tested on the same samples.
    """
    pairs = ((row.labels, other.labels), (row.units[0], other.units[0]))
    if not all(np.array_equal(ours, theirs) for ours, theirs in pairs):
        raise ValueError(
            f"Rows {row.title!r} and {other.title!r} cannot be compared in pairs: "
            "their test labels or groups differ."
        )
    rng = np.random.default_rng(seed)
    gap = _over_seeds(row.metric_draws(metric), rng)
    gap = gap - _over_seeds(other.metric_draws(metric), rng)
    difference = row.metrics[metric]["mean"] - other.metrics[metric]["mean"]
    return _judged(metric, difference, gap)


def compare_explained(row, metric, other_metric, seed=0):
    """The paired difference of two translation metrics of one row.

    Args:
        row: a `Row` with both metrics in `explained`.
        metric: name of a translation metric.
        other_metric: the one that it is held against.
        seed: of the draws of model seeds.

    Returns:
        dict as `compare` returns it.
    """
    gap = row.explained_draws(metric) - row.explained_draws(other_metric)
    difference = row.metrics[metric]["mean"] - row.metrics[other_metric]["mean"]
    # One seed is one model under both metrics: the difference is taken inside it.
    return _judged(metric, difference, _over_seeds(gap, np.random.default_rng(seed)))


def _judged(metric, difference, gap):
    low, high = percentile_interval(gap)
    verdict = "not distinguishable"
    if low > 0 or high < 0:
        better = (high < 0) if metric in LOWER_IS_BETTER else (low > 0)
        verdict = "better" if better else "worse"
    return {
        "metric": metric,
        "difference": float(difference),
        "ci95": [low, high],
        "verdict": verdict,
    }


def _over_seeds(draws, rng):
    """Mean over model seeds drawn with replacement, anew in each resample."""
    num_seeds = draws.shape[1]
    chosen = rng.integers(num_seeds, size=draws.shape)
    return np.take_along_axis(draws, chosen, axis=1).mean(axis=1)
