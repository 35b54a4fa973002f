import numpy as np
from keras import ops

from mmzoo.ops import policy_gradient
from tests.checks import arrays, assert_close
from tests.ops.test_batch_losses import gradient

LOGS = np.array([-1.0, -2.0, -0.5], "float32")
REWARDS = np.array([-0.5, -1.0, -3.0], "float32")
BASELINES = np.array([-1.0, -0.7, -1.0], "float32")
ALL = np.ones(3, bool)


def test_follows_its_equation():
    total, count = arrays(policy_gradient(LOGS, REWARDS, BASELINES, ALL))
    assert_close(total, np.sum(-(REWARDS - BASELINES) * LOGS))
    assert count == 3


def test_what_was_better_than_expected_becomes_likelier():
    def loss(logs):
        return policy_gradient(logs, REWARDS, BASELINES, ALL)[0]

    # A step against the gradient raises the first.
    assert_close(gradient(loss, LOGS), BASELINES - REWARDS)


def test_reward_that_was_expected_teaches_nothing():
    def loss(logs):
        return policy_gradient(logs, REWARDS, REWARDS, ALL)[0]

    assert not gradient(loss, LOGS).any()


def test_reward_and_baseline_are_constants():
    def loss(both):
        # All three depend on it, and the log probability alone counts.
        logs, baselines = ops.add(both, LOGS), ops.add(both, BASELINES)
        return policy_gradient(logs, ops.multiply(both, REWARDS), baselines, ALL)[0]

    at = np.full(3, 2.0, "float32")
    assert_close(gradient(loss, at), BASELINES + at - REWARDS * at)


def test_samples_without_a_reward_and_weights():
    mask, garbage = np.array([True, False, True]), np.array([1.0, np.nan, 1.0])
    garbage = garbage.astype("float32")
    weights = np.array([2.0, 5.0, 0.5], "float32")
    total, count = policy_gradient(
        LOGS * garbage, REWARDS * garbage, BASELINES, mask, weights
    )
    each = -(REWARDS - BASELINES) * LOGS * weights
    assert_close(total, each[mask].sum())
    assert arrays(count) == 2
    of_labels = np.stack([weights, weights], axis=1)
    again, _ = policy_gradient(LOGS, REWARDS, BASELINES, mask, of_labels)
    assert_close(again, total)


def test_narrow_numbers_are_summed_in_float32():
    half = [each.astype("float16") for each in (LOGS, REWARDS, BASELINES)]
    total, _ = arrays(policy_gradient(*half, ALL))
    assert total.dtype == "float32"
