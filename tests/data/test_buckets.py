import itertools

import numpy as np
import pytest

from mmzoo.data import buckets
from mmzoo.data.buckets import bucket_bounds, bucket_of


def padded_steps(lengths, bounds, batch_size):
    """Steps of a pass, counted batch by batch."""
    samples = np.bincount(bucket_of(lengths, bounds), minlength=len(bounds))
    batches = [-(-count // batch_size) for count in samples]
    return sum(n * batch_size * sum(b) for n, b in zip(batches, bounds, strict=True))


def every_cut(lengths):
    """The bounds of each way to cut, `(buckets, parts)`."""
    longest = lengths.max(axis=1)
    values = np.unique(longest)
    for count in range(len(values)):
        for cuts in itertools.combinations(values[:-1], count):
            edges = [0, *cuts, values[-1]]
            pairs = itertools.pairwise(edges)
            yield np.array(
                [
                    lengths[(longest > low) & (longest <= high)].max(axis=0)
                    for low, high in pairs
                ]
            )


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("num_buckets", [1, 2, 3, 20])
def test_no_cut_pads_less(seed, parts, num_buckets):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 9, (rng.integers(1, 25), parts))
    batch_size = int(rng.integers(1, 6))
    bounds = bucket_bounds(lengths, batch_size, num_buckets)
    assert len(bounds) <= num_buckets
    least = min(
        padded_steps(lengths, other, batch_size)
        for other in every_cut(lengths)
        if len(other) <= num_buckets
    )
    assert padded_steps(lengths, bounds, batch_size) == least


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("compilation", [0, 30, 300, 10_000])
def test_no_cut_costs_less(monkeypatch, seed, compilation):
    monkeypatch.setattr(buckets, "COMPILATION", compilation)
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 9, (40, 2))

    def cost(bounds):
        return 5 * padded_steps(lengths, bounds, 4) + compilation * bounds.size

    chosen = bucket_bounds(lengths, 4, passes=5)
    assert cost(chosen) == min(map(cost, every_cut(lengths)))


@pytest.mark.parametrize("seed", range(8))
def test_equal_counts_never_pad_less(seed):
    rng = np.random.default_rng(seed)
    lengths = np.ceil(rng.lognormal(2.5, 0.8, (300, 1))).astype(int)
    for count in (2, 3, 4):
        halves = np.array_split(np.sort(lengths[:, 0]), count)
        equal = sum(-(-len(part) // 16) * 16 * part.max() for part in halves)
        bounds = bucket_bounds(lengths, 16, count)
        assert padded_steps(lengths, bounds, 16) <= equal


@pytest.mark.parametrize("longest", [6, 100_000])
def test_every_sample_fits_its_bucket(rng, longest):
    lengths = rng.integers(1, longest, (2000, 3))
    bounds = bucket_bounds(lengths, 32, num_buckets=5)
    bucket = bucket_of(lengths, bounds)
    assert np.all(lengths <= bounds[bucket])
    assert sorted(set(bucket)) == list(range(len(bounds)))
    for number, steps in enumerate(bounds):
        np.testing.assert_array_equal(lengths[bucket == number].max(axis=0), steps)


def test_more_samples_and_more_passes_are_worth_more_buckets(rng):
    lengths = np.ceil(rng.lognormal(2.5, 0.8, (5000, 1))).astype(int)

    def num_buckets(samples, passes):
        return len(bucket_bounds(lengths[:samples], 32, passes=passes))

    by_samples = [num_buckets(samples, 50) for samples in (20, 1000, 5000)]
    by_passes = [num_buckets(1000, passes) for passes in (1, 50, 1000)]
    for numbers in (by_samples, by_passes):
        assert numbers == sorted(set(numbers))
        assert numbers[-1] <= buckets.MOST_BUCKETS


def test_without_samples_there_is_no_bucket():
    assert bucket_bounds(np.ones((0, 2), int), 32).shape == (0, 2)
