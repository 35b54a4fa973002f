import keras
import numpy as np
import pytest
from keras import ops

from mmzoo.ops.masking import (
    extents,
    last_observed,
    masked_softmax,
    observed_in_any,
    reverse_extents,
    zero_masked,
)
from tests.checks import arrays, assert_close
from tests.reference import softmax

# Right padding, a hole inside, a hole at the start, nothing at all.
MASK = np.array(
    [
        [True, True, True, False],
        [True, False, True, False],
        [False, True, True, True],
        [False, False, False, False],
    ]
)
EXTENTS = [3, 3, 4, 0]


@pytest.fixture
def frames(rng):
    return rng.normal(size=(4, 4, 2)).astype("float32")


def test_softmax_is_over_what_is_kept(rng):
    scores = rng.normal(size=(4, 4)).astype("float32")
    weights = arrays(masked_softmax(scores, MASK))
    for row in range(3):
        assert_close(weights[row, MASK[row]], softmax(scores[row, MASK[row]]))
    assert np.all(weights[~MASK] == 0)


def test_softmax_without_mask_and_axis(rng):
    scores = rng.normal(size=(2, 3)).astype("float32")
    assert_close(masked_softmax(scores, axis=0)[:, 1], softmax(scores[:, 1]))
    assert_close(arrays(masked_softmax(scores)).sum(axis=-1), np.ones(2))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_softmax_in_narrow_types(dtype):
    scores = ops.cast([[3.0, -60.0, 1.0]], dtype)
    weights = masked_softmax(scores, np.array([[False, True, True]]))
    assert keras.backend.standardize_dtype(weights.dtype) == dtype
    assert_close(ops.cast(weights, "float32"), np.array([[0, 0, 1.0]]), 1e-3)


def test_zero_masked_removes_nan(frames):
    frames[~MASK] = np.nan
    assert_close(zero_masked(frames, MASK), np.nan_to_num(frames))
    assert zero_masked(frames) is frames


def test_extents():
    assert list(arrays(extents(MASK))) == EXTENTS


def test_last_observed(frames):
    last = arrays(last_observed(frames, MASK))
    for row in range(3):
        assert_close(last[row], frames[row, EXTENTS[row] - 1])
    assert np.all(last[3] == 0)
    assert_close(last_observed(frames), frames[:, -1])


def test_reverse_extents(frames):
    turned = arrays(reverse_extents(frames, MASK))
    for row, length in enumerate(EXTENTS):
        assert_close(turned[row, :length], frames[row, :length][::-1])
        assert_close(turned[row, length:], frames[row, length:])
    assert_close(reverse_extents(turned, MASK), frames)
    assert_close(reverse_extents(frames), frames[:, ::-1])


def test_a_step_is_observed_in_any_of_several_sequences():
    masks = [np.array([[True, False, False]]), np.array([[False, False, True]])]
    assert arrays(observed_in_any(masks)).tolist() == [[True, False, True]]
    assert arrays(observed_in_any(masks[:1])).tolist() == masks[0].tolist()
