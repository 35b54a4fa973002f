"""What drawn decisions cost, so that a gradient step makes the rewarded ones likelier.

The loss is a total and a count of samples, as those of `mmzoo/ops/losses.py`.
"""

from keras import ops

from mmzoo.ops.losses import weight_a_sample
from mmzoo.ops.precision import widened


def policy_gradient(log_probability, reward, baseline, mask, weights=None):
    """The loss of REINFORCE: each sample's `-(reward - baseline) log_probability`.

    Its gradient is, in expectation over the draws, that of the mean reward with the
    opposite sign, whatever the baseline, which must not depend on the draws. Reward and
    baseline count as constants. The value itself says nothing of how good the decisions
    are; it is 0 wherever the reward is the baseline.

    Args:
        log_probability: float tensor `(batch,)`, of all that was drawn for a sample.
        reward: float tensor `(batch,)`, what it brought.
        baseline: float tensor `(batch,)`, what was to be expected.
        mask: boolean tensor `(batch,)`, True where there is a reward. What others hold
            does not matter.
        weights: optional float tensor that the losses are multiplied with, one a
            sample; of one an entry, a sample's mean counts. Defaults to `None`.

    Returns:
        The summed loss and the number of samples, two scalars.

    Example:
    ```python
    ones = keras.ops.ones(2)
    total, count = mmzoo.ops.policy_gradient(
        keras.ops.log(0.5 * ones), reward=ones, baseline=0.0 * ones, mask=ones > 0
    )
    total / count  # about 0.693
    ```

    Reference:
        - [Williams, 1992](https://doi.org/10.1007/BF00992696), section 4
    """
    log_probability = widened(log_probability)
    mask = ops.cast(mask, "bool")
    none = ops.zeros_like(log_probability)
    advantage = ops.where(mask, widened(reward) - widened(baseline), none)
    costs = -ops.stop_gradient(advantage) * ops.where(mask, log_probability, none)
    if weights is not None:
        costs = costs * weight_a_sample(weights, costs)
    return ops.sum(costs), ops.sum(ops.cast(mask, costs.dtype))
