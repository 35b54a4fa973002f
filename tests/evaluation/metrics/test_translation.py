import numpy as np
import pytest
from sklearn.metrics import r2_score

from mmzoo.evaluation import copy_previous, translation_errors, variance_explained


@pytest.fixture
def frames(rng):
    """Target, prediction and mask with a hole, a short and an empty sequence."""
    mask = np.arange(5) < np.array([5, 3, 0])[:, None]
    mask[0, 2] = False
    return rng.normal(size=(3, 5, 2)), rng.normal(size=(3, 5, 2)), mask


def test_errors_by_loop(frames):
    target, predicted, mask = frames
    errors, deviations = translation_errors(target, predicted, mask)
    for i in range(3):
        steps = [t for t in range(5) if mask[i, t]]
        expected = sum(((target[i, t] - predicted[i, t]) ** 2).sum() for t in steps)
        assert errors[i] == pytest.approx(expected)
        assert deviations[i] == pytest.approx(
            sum((target[i, t] ** 2).sum() for t in steps)
        )
    assert errors[2] == deviations[2] == 0.0


def test_masked_steps_are_never_read(frames):
    target, predicted, mask = frames
    expected = translation_errors(target, predicted, mask)
    for frames_ in (target, predicted):
        frames_[~mask] = np.nan
    found = translation_errors(target, predicted, mask)
    np.testing.assert_array_equal(found, expected)


def test_is_r2_over_the_zero_predictor(rng):
    target = rng.normal(size=(4, 6, 3))
    target -= target.mean(axis=(0, 1))
    predicted = target + 0.5 * rng.normal(size=target.shape)
    mask = np.ones((4, 6), bool)
    found = variance_explained(*translation_errors(target, predicted, mask))
    flat = target.ravel(), predicted.ravel()
    # r2_score centres on the mean of all values, which is 0 here
    assert found == pytest.approx(r2_score(*flat))


def test_variance_explained_by_hand():
    assert variance_explained([1.0, 2.0], [4.0, 8.0]) == pytest.approx(0.75)
    assert variance_explained([8.0], [4.0]) == pytest.approx(-1.0)
    assert variance_explained([0.0], [0.0]) == 0.0
    weights = np.array([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    found = variance_explained([1.0, 6.0], [4.0, 8.0], weights)
    np.testing.assert_allclose(found, [0.75, 0.25, 0.0])


def test_copy_previous_by_hand():
    target = np.arange(1.0, 6.0).reshape(1, 5, 1)
    mask = np.array([[False, True, False, True, True]])
    copied = copy_previous(target, mask)
    # nothing before step 1; step 2 is not observed, so 3 still copies step 1
    assert copied[0, :, 0].tolist() == [0.0, 0.0, 2.0, 2.0, 4.0]


def test_copying_a_constant_explains_all_but_the_first_step():
    target, mask = np.full((1, 10, 1), 2.0), np.ones((1, 10), bool)
    errors = translation_errors(target, copy_previous(target, mask), mask)
    assert variance_explained(*errors) == pytest.approx(0.9)


def test_refuses_shapes_and_nan(frames):
    target, predicted, mask = frames
    with pytest.raises(ValueError, match="`predicted` must have shape"):
        translation_errors(target, predicted[:, :4], mask)
    with pytest.raises(ValueError, match="must have one shape"):
        translation_errors(target, predicted[..., :1], mask)
    predicted[0, 0] = np.nan
    with pytest.raises(ValueError, match="`predicted` holds NaN"):
        translation_errors(target, predicted, mask)


def test_errors_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match="vectors of one length"):
        variance_explained([[1.0], [2.0]], [4.0, 8.0])
