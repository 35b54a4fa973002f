"""Where a split is cut into buckets: classes of length that share one padded shape."""

import numpy as np

# Padded steps of one sequence that take as long to train on as one more shape takes
# to compile. `benchmarks/bucketing.py` measures it.
COMPILATION = 125_000
# How often a training goes through its split: early stopping decides, so this is a
# guess, and a constant, lest the batches depend on when a training ends.
PASSES = 50
# Samples of a bucket meet no others in a batch: more buckets would shuffle too little.
MOST_BUCKETS = 8
# Beyond so many different lengths, neighbours count as one.
MOST_LENGTHS = 256


def bucket_bounds(lengths, batch_size, num_buckets=None, passes=PASSES):
    """Padded lengths of the buckets that together cost the least.

    The samples are sorted by their longest part and cut between different lengths. A
    bucket `k` of `n` samples whose longest parts have `b` steps is read in batches of
    `B` rows, the last one filled up: with `P` parts and `c` for a compilation,

        cost = sum over k of  passes * ceil(n / B) * B * sum(b) + c * P

    The least cost is found exactly, by a dynamic programme over the lengths.

    Args:
        lengths: int array `(samples, parts)`. Steps of everything that is padded.
        batch_size: int. Rows of every batch.
        num_buckets: optional int. Cut into at most so many, and count no compilations.
        passes: int. How often the batches are read in all. Defaults to `50`.

    Returns:
        Int array `(buckets, parts)`: the steps that each part is padded to, shortest
        bucket first. `bucket_of` tells the bucket of each sample.

    Example:
    ```python
    from mmzoo.data.buckets import bucket_bounds

    lengths = np.array([[2], [3], [3], [40]])
    bucket_bounds(lengths, batch_size=1, num_buckets=2).tolist()  # [[3], [40]]
    ```
    """
    bounds, counts = _distinct(lengths)
    most = min(num_buckets or MOST_BUCKETS, len(counts))
    steps = _padded_steps(bounds, counts, batch_size)
    totals, starts = _fewest_steps(steps, most)
    compilation = 0 if num_buckets else COMPILATION * lengths.shape[1]
    cost = passes * totals + compilation * np.arange(most)
    lasts = _lasts(starts[: 1 + int(cost.argmin())]) if most else []
    firsts = [0, *(last + 1 for last in lasts)]
    rows = zip(firsts, lasts, strict=False)
    parts = [bounds[first : last + 1].max(axis=0) for first, last in rows]
    return np.array(parts, int).reshape(-1, lengths.shape[1])


def bucket_of(lengths, bounds):
    """The bucket of each sample: the first whose longest part is as long as its own.

    Args:
        lengths: int array `(samples, parts)`.
        bounds: int array `(buckets, parts)`, as from `bucket_bounds`.

    Returns:
        Int array `(samples,)`.
    """
    return np.searchsorted(_longest(bounds), _longest(lengths))


def _longest(lengths):
    return lengths.max(axis=1, initial=1)


def _distinct(lengths):
    """Bounds `(lengths, parts)` and samples `(lengths,)` of each different length."""
    longest = _longest(lengths)
    grain = -(-longest.max(initial=1) // MOST_LENGTHS)
    names, of_sample = np.unique(-(-longest // grain), return_inverse=True)
    bounds = np.zeros((len(names), lengths.shape[1]), int)
    np.maximum.at(bounds, of_sample, lengths)
    return bounds, np.bincount(of_sample, minlength=len(names))


def _padded_steps(bounds, counts, batch_size):
    """Steps of a pass over the lengths from first to last, `(first, last)`."""
    steps = np.full((len(counts), len(counts)), np.inf)
    for first in range(len(counts)):
        batches = -(-np.cumsum(counts[first:]) // batch_size)
        padded = np.maximum.accumulate(bounds[first:]).sum(axis=1)
        steps[first, first:] = batches * batch_size * padded
    return steps


def _fewest_steps(steps, most):
    """Fewest steps with 1, 2, ... buckets, and where the last bucket starts.

    Returns:
        Array `(most,)`, and a list of `most` arrays `(last,)`.
    """
    # Of all lengths before each one; none at all needs no bucket.
    fewest = np.concatenate([[0.0], np.full(len(steps), np.inf)])
    totals, starts = [], []
    for _ in range(most):
        # (start of the last bucket, last length)
        with_one_more = fewest[:-1, None] + steps
        starts.append(with_one_more.argmin(axis=0))
        fewest = np.concatenate([[np.inf], with_one_more.min(axis=0)])
        totals.append(fewest[-1])
    return np.array(totals), starts


def _lasts(starts):
    """The last length of each bucket, from where the buckets start."""
    lasts, last = [], len(starts[0]) - 1
    for start in reversed(starts):
        lasts.append(last)
        last = start[last] - 1
    return lasts[::-1]
