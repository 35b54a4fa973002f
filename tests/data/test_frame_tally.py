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
    assert list(tally.nonzero) == [True, False, True]
    assert None not in tally.marks
    assert tally.absent == [1]
    assert tally.marks_of_present == [tally.marks[0], None, tally.marks[2]]


def test_zeros_of_a_recording_are_values():
    rows = Sequences.from_list([np.zeros((3, 1)), np.ones((3, 1))])
    tally = tally_of(rows, recorded=True)
    assert (tally.absent, tally.zero_steps, tally.edges) == ([], 0, None)
    assert tally.marks_of_present == tally.marks


def test_steps_of_zeros_and_edges_are_of_samples_that_are_there(rng):
    arrays = [rng.normal(size=(4, 2)) + 9, np.zeros((5, 2)), np.ones((3, 2))]
    arrays[0][1], arrays[2][0] = 0, [0, np.nan]
    tally = tally_of(Sequences.from_list(arrays), recorded=False)
    assert tally.zero_steps == 1
    assert tally.edges.steps == 7


def test_samples_keep_their_order_over_blocks(rng):
    lengths = [2, 0, 70_000, 0, 1, 3, 0]
    rows = Sequences.from_list([rng.normal(size=(n, 1)) + 9 for n in lengths])
    tally = tally_of(rows, False)
    expected = [length > 0 for length in lengths]
    assert list(tally.nonzero) == expected
    assert [mark is not None for mark in tally.marks] == expected
    alone = FrameTally()
    alone.add(*rows[4], np.array([1]))
    assert alone.marks == [tally.marks[4]]


def test_nothing_is_counted_as_nothing():
    tally = tally_of(Sequences.missing(2, 3), False)
    assert (tally.observed, tally.most, list(tally.nonzero)) == (0, 0.0, [False, False])
    assert tally_of(Sequences.missing(0, 3), True) == FrameTally(recorded=True)


def test_only_a_training_looks_for_samples_and_columns(rng):
    rows = Sequences.from_list([np.zeros((2, 3)), rng.normal(size=(4, 3))])
    quick = tally_of(rows, False, thorough=False)
    assert (quick.marks, quick.edges, quick.absent) == ([], None, [0])
    assert quick.observed == tally_of(rows, False).observed == 6


def test_any_feature_of_any_step_shows_a_sample():
    frames = np.zeros((6, 3), "float32")
    frames[1, 0] = frames[2, 2] = 1.0
    tally = tally_of(Sequences.from_list([*frames.reshape(3, 2, 3)]), recorded=False)
    assert list(tally.nonzero) == [1, 1, 0]
