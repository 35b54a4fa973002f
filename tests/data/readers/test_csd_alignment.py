import numpy as np
import pytest

from mmzoo.data.readers.csd_alignment import (
    collapsed,
    observed,
    overlapping,
    texts_at,
    track_of,
)


def test_what_overlaps_by_less_than_the_tolerance_does_not_belong():
    intervals = np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]])
    spans = np.array([[1.0, 2.0], [0.999995, 2.000005], [0.9999, 2.5], [5.0, 6.0]])
    found = [rows.tolist() for rows in overlapping(intervals, spans)]
    assert found == [[1], [1], [0, 1, 2], []]


def test_long_frames_are_found_behind_short_ones():
    intervals = np.array([[0.0, 9.0], [1.0, 1.5], [2.0, 2.5]])
    assert overlapping(intervals, np.array([[5.0, 6.0]]))[0].tolist() == [0]


@pytest.mark.parametrize("seed", range(5))
def test_overlaps_are_those_of_all_pairs(seed):
    rng = np.random.default_rng(seed)
    starts = np.sort(rng.uniform(0, 5, 30))
    intervals = np.stack([starts, starts + rng.uniform(0.01, 2, 30)], axis=1)
    spans = np.sort(rng.uniform(0, 6, (8, 2)), axis=1)
    for span, rows in zip(spans, overlapping(intervals, spans), strict=True):
        shared = np.minimum(intervals[:, 1], span[1])
        shared -= np.maximum(intervals[:, 0], span[0])
        assert rows.tolist() == np.flatnonzero(shared > 1e-5).tolist()


def test_frames_are_put_in_order_and_those_without_length_go():
    times = np.array([[2.0, 3.0], [1.0, 1.0], [0.0, 1.0], [np.nan, 1.0], [5.0, 4.0]])
    track = track_of(times, np.arange(10.0).reshape(5, 2))
    np.testing.assert_array_equal(track.frames, [[4, 5], [0, 1]])


def test_means_count_each_frame_once_and_skip_what_is_not_finite():
    times = np.array([[0.0, 0.1], [0.1, 1.0]])
    track = track_of(times, np.array([[1.0, np.nan, np.inf], [3.0, 4.0, np.nan]]))
    spans = np.array([[0.0, 1.0], [1.0, 2.0]])
    found = collapsed(track, spans)
    np.testing.assert_array_equal(found.frames, [[2, 4, np.nan], [0, 0, 0]])
    assert found.imputed.tolist() == [False, True]
    assert found.present.tolist() == [True, False]
    assert np.isnan(collapsed(track, spans, strict=True).frames[0, 1])


def test_the_text_that_overlaps_the_longest():
    times = np.array([[0.0, 1.0], [1.0, 2.0]])
    track = track_of(times, np.array(["a", "b"], object))
    assert observed(track.frames).all()
    spans = np.array([[0.2, 1.1], [0.9, 1.8], [4.0, 5.0]])
    assert texts_at(track, spans) == ("a", "b", "")
