import numpy as np
import pytest
from scipy import stats

from mmzoo.evaluation import bootstrap, bootstrap_units, percentile_interval


def mean_of(values):
    return lambda weights: weights @ values / weights.sum(axis=-1)


def test_matches_scipy(rng):
    values = rng.normal(size=80)
    draws = bootstrap(mean_of(values), np.arange(80), num_resamples=4000)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=4000, method="percentile", rng=0
    )
    expected = [*theirs.confidence_interval]
    assert percentile_interval(draws) == pytest.approx(expected, abs=0.02)


def test_the_units_are_drawn_whole():
    units, kind = bootstrap_units([*"jihgfedcba"] * 2, 20)
    assert kind == "video" and units.tolist() == [*range(9, -1, -1)] * 2
    weights = bootstrap(lambda weights: weights, units, num_resamples=50)
    np.testing.assert_array_equal(weights[:, 0], weights[:, 10])
    np.testing.assert_array_equal(weights.sum(axis=1), 20)
    assert (weights[:, 0] != weights[:, 1]).any()


def test_units_have_the_name_of_the_groups():
    assert bootstrap_units([*"abcdefghij"] * 2, 20, "speaker")[1] == "speaker"


def test_few_groups_are_not_drawn():
    """Four speakers are no sample of speakers."""
    for group_kind in ("video", "speaker"):
        for count, expected in ((9, "sample"), (10, group_kind)):
            groups = [str(i % count) for i in range(40)]
            assert bootstrap_units(groups, 40, group_kind)[1] == expected


def test_samples_of_one_video_widen_the_interval(rng):
    values = np.repeat(rng.normal(size=10), 20)
    groups = np.repeat(np.arange(10), 20).astype(str)

    def width(groups):
        units = bootstrap_units(groups, 200)[0]
        low, high = percentile_interval(bootstrap(mean_of(values), units))
        return high - low

    assert width(groups) > 2 * width(None)


@pytest.mark.parametrize("groups", [None, ["a", "b", "c"], ["a", "a", "a"], ["a"]])
def test_samples_are_drawn_without_useful_groups(groups):
    units, kind = bootstrap_units(groups, 3)
    assert kind == "sample" and units.tolist() == [0, 1, 2]


def test_is_repeatable_and_seeded(rng):
    values, units = rng.normal(size=20), np.arange(20)
    first, again = (bootstrap(mean_of(values), units) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (first != bootstrap(mean_of(values), units, seed=1)).any()


def test_chunks_change_nothing(rng, monkeypatch):
    values, units = rng.normal(size=20), np.arange(20)
    whole = bootstrap(mean_of(values), units, num_resamples=30)
    # `mmzoo.evaluation.bootstrap` is the function: reach the module by its name.
    monkeypatch.setitem(bootstrap.__globals__, "_CHUNK_ENTRIES", 100)
    parts = bootstrap(mean_of(values), units, num_resamples=30)
    np.testing.assert_allclose(parts, whole)


def test_interval_leaves_out_what_is_undefined():
    values = np.append(np.arange(101.0), [np.nan] * 50)
    assert percentile_interval(values) == pytest.approx([2.5, 97.5])
    assert np.isnan(percentile_interval(np.full(3, np.nan))).all()


def test_interval_by_hand():
    assert percentile_interval(np.arange(101.0)) == pytest.approx([2.5, 97.5])
    assert percentile_interval(np.arange(101.0), level=0.5) == pytest.approx([25, 75])
