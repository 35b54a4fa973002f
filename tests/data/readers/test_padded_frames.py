import warnings

import numpy as np
import pytest

from mmzoo.data.readers.padded_frames import (
    joint_sequences,
    own_sequences,
    padded_at_front,
)


def frames(*rows):
    """Frames of one feature, `(samples, steps, 1)`."""
    return np.array(rows, "float32")[..., None]


def test_joint_sequences_stand_between_the_outer_steps():
    arrays = {
        "a": frames([0, 0, 1, 0], [0, 0, 0, 0]),
        "b": frames([0, 2, 0, 0], [0] * 4),
    }
    found = joint_sequences(arrays)
    assert found["a"].lengths.tolist() == [2, 0]
    assert found["a"].present.tolist() == [False, True]
    assert found["b"].present.tolist() == [True, False]


def test_observed_steps_are_what_the_file_says():
    arrays = {"a": frames([1, 1, 5]), "b": frames([1, 0, 0])}
    found = joint_sequences(arrays, {"a": np.array([[1, 1, 0]])})
    assert found["a"][0][0].tolist() == [[1], [1]]


@pytest.mark.parametrize(
    ("front", "expected"), [(True, [1, 0, 2]), (False, [0, 1, 0, 2])]
)
def test_own_sequences_lose_zeros_at_the_padded_end(front, expected):
    row = [0, 1, 0, 2] if front else [0, 1, 0, 2, 0]
    found = own_sequences(frames(row), front=front)
    assert found.frames[:, 0].tolist() == expected


def test_lengths_win_over_zeros():
    found = own_sequences(frames([1, 0, 0, 0], [1, 1, 1, 1]), np.array([2, 9]))
    assert found.lengths.tolist() == [2, 4]
    assert found.present.tolist() == [True, False, True, True, True, True]


def test_the_padded_end_is_found():
    assert padded_at_front({"a": frames([0, 1], [1, 1])}) is True
    assert padded_at_front({"a": frames([1, 0], [1, 1])}) is False
    assert padded_at_front({"a": frames([1, 1])}) is None


@pytest.mark.parametrize("told", [1e300, 2.0**63, np.uint64(2**64 - 1)])
def test_lengths_that_no_whole_number_holds_are_the_nearest(told):
    found = own_sequences(np.ones((1, 3, 2)), np.array([told]))
    assert found.lengths.tolist() == [3]


def test_frames_that_are_too_large_are_infinite():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = own_sequences(np.full((1, 1, 1), 1e300))
    assert np.isinf(found.frames).all()
