import numpy as np

from mmzoo.data.frame_tally import FrameTally, tally_of
from mmzoo.data.sequences import Sequences


def test_counts_are_of_what_was_observed(rng):
    arrays = [rng.normal(size=(4, 2)), np.zeros((2, 2)), rng.normal(size=(3, 2))]
    arrays[0][0, 0], arrays[0][1, 1], arrays[2][0, 0] = np.nan, -np.inf, 50.0
    arrays[2][2] = np.nan, 1e9
    present = [np.ones(4, bool), np.ones(2, bool), np.array([True, True, False])]
    tally = tally_of(Sequences.from_list(arrays, present), False)
    assert (tally.nan, tally.inf) == (1, 1)
    assert (tally.observed, tally.not_observed) == (8, 1)
    assert tally.most == 50.0
    assert tally.nonzero == [True, False, True]
    assert None not in tally.marks


def test_samples_keep_their_order_over_blocks(rng):
    lengths = [2, 0, 70_000, 0, 1, 3, 0]
    rows = Sequences.from_list([rng.normal(size=(n, 1)) + 9 for n in lengths])
    tally = tally_of(rows, False)
    expected = [length > 0 for length in lengths]
    assert tally.nonzero == expected
    assert [mark is not None for mark in tally.marks] == expected
    alone = FrameTally()
    alone.add(*rows[4], np.array([1]))
    assert alone.marks == [tally.marks[4]]


def test_nothing_is_counted_as_nothing():
    tally = tally_of(Sequences.missing(2, 3), False)
    assert (tally.observed, tally.most, tally.nonzero) == (0, 0.0, [False, False])
    assert tally_of(Sequences.missing(0, 3), True) == FrameTally()
