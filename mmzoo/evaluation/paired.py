"""Is one row better than another, on the same test samples?

Both rows are resampled alike, so what is hard for both cancels out. The seeds are
drawn anew in each resample too: a difference must survive other seeds as well as
other samples to count.
"""

import numpy as np

from mmzoo.evaluation.bootstrap import percentile_interval


def compare(row, other, metric=None, seed=0):
    """The paired difference `row - other` of a sentiment or classification metric.

    Args:
        row: a `Row`.
        other: the `Row` that it is held against, on the same labels.
        metric: name of a metric of such rows. Defaults to `None`: the one that
            decides verdicts, "mae" for sentiment and "uar" for classes.
        seed: of the draws of model seeds.

    Returns:
        dict with `metric`, `difference` of the means over the seeds, its `ci95`,
        and `verdict`: "better" or "worse" where the interval leaves out 0, else
        "not distinguishable"; "undefined", with NaN for every number, where the metric
        is undefined for one of the rows. A report says it of rows with three seeds or
        more only: one seed's luck is in no interval.

    Raises:
        ValueError: the two rows were not tested on the same samples.
    """
    check_pair(row, other)
    metric = metric or row.kind.judged_by[0]
    gap = paired_gap(row.metric_draws(metric), other.metric_draws(metric), seed)
    difference = row.metrics[metric]["mean"] - other.metrics[metric]["mean"]
    return _judged(metric, difference, gap, metric in row.kind.lower_is_better)


def check_pair(row, other):
    """Refuse two rows that were not tested on the same samples.

    Args:
        row: a `Row`.
        other: a `Row`.
    """
    pairs = ((row.labels, other.labels), (row.units[0], other.units[0]))
    # What is not known of an emotion is NaN in both.
    same = all(np.array_equal(*pair, equal_nan=True) for pair in pairs)
    if row.classes != other.classes or not same:
        raise ValueError(
            f"Rows {row.title!r} and {other.title!r} cannot be compared in pairs: "
            "their classes, test labels or groups differ."
        )


def paired_gap(draws, other_draws, seed=0):
    """The difference of two rows' means over their seeds, on each resample.

    Args:
        draws: float array `(resamples, seeds)`, as `Row.metric_draws` gives it.
        other_draws: the same of the row that the first is held against.
        seed: of the draws of model seeds. Defaults to `0`.

    Returns:
        Float array `(resamples,)`.
    """
    rng = np.random.default_rng(seed)
    return _over_seeds(draws, rng) - _over_seeds(other_draws, rng)


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


def _judged(metric, difference, gap, lower_is_better=False):
    # Some draws of the seeds may leave out the one that has no such metric.
    undefined = np.isnan(difference)
    low, high = percentile_interval(np.where(undefined, np.nan, gap))
    verdict = "undefined" if undefined else "not distinguishable"
    if low > 0 or high < 0:
        better = (high < 0) if lower_is_better else (low > 0)
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
