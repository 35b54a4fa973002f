"""Intervals by the bootstrap: over test samples, or over whole videos or speakers.

Samples of one video share a speaker and a subject and are not independent. Where
groups repeat, whole groups are drawn, if there are enough of them. Draws depend on
the number of units and a fixed seed only, so that two rows are resampled alike and can
be compared in pairs.
"""

import numpy as np

NUM_RESAMPLES = 1000
MIN_GROUPS = 10
_CHUNK_ENTRIES = 4_000_000  # counts held at once: 32 MB


def bootstrap_units(groups, length, group_kind="video"):
    """The unit that each sample is drawn with.

    Args:
        groups: one name a sample, or None.
        length: number of samples.
        group_kind: what a group is. Defaults to `"video"`.

    Returns:
        `(units, kind)`: int array of shape `(length,)` and what a unit is, the
        `group_kind` or "sample". Resamples of fewer than 10 groups say nothing of
        how groups differ: then samples are drawn.
    """
    if groups is not None and len(groups) == length:
        names, index = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
        if MIN_GROUPS <= len(names) < length:
            return index.reshape(-1), group_kind
    return np.arange(length), "sample"


def bootstrap(statistic, units, num_resamples=NUM_RESAMPLES, seed=0):
    """A statistic on bootstrap resamples.

    Args:
        statistic: function from weights of shape `(resamples, N)` to an array whose
            first axis is the resamples.
        units: int array `(N,)` from `bootstrap_units`.
        num_resamples: how many resamples to draw. Defaults to `1000`.
        seed: of the draws. Defaults to `0`.

    Returns:
        Float array with `num_resamples` as its first axis.
    """
    rng = np.random.default_rng(seed)
    num_units = int(units.max()) + 1
    chance = np.full(num_units, 1.0 / num_units)
    chunk = max(1, _CHUNK_ENTRIES // max(len(units), num_units))
    parts = []
    for start in range(0, num_resamples, chunk):
        draws = min(chunk, num_resamples - start)
        # (draws, units) -> (draws, samples)
        counts = rng.multinomial(num_units, chance, size=draws)
        parts.append(statistic(counts[:, units].astype("float64")))
    return np.concatenate(parts)


def percentile_interval(values, level=0.95):
    """The interval that holds a share of bootstrapped values, as much on each side.

    Args:
        values: float array. What is NaN, a resample in which a statistic is undefined
            (such as a correlation where one label was drawn again and again), is left
            out.
        level: the share. Defaults to `0.95`.

    Returns:
        list, [low, high]; both NaN where nothing is defined.
    """
    values = np.asarray(values)[~np.isnan(values)]
    if not values.size:
        return [float("nan"), float("nan")]
    tail = 50.0 * (1.0 - level)
    low, high = np.percentile(values, [tail, 100.0 - tail])
    return [float(low), float(high)]
