"""The likelihood of a sequence's class where only some of its frames show it."""

import math

from keras import ops

from mmzoo.ops.masking import masked_mean
from mmzoo.ops.precision import widened


def hidden_label_log_likelihoods(logits, null_prior=0.4, mask=None):
    """How likely each class is where every frame shows it or nothing.

    Each frame has a hidden label: the class of the sequence, or null, which says
    nothing and has the probability pi before the frame is seen. Over all rows of hidden
    labels `l_1 ... l_T`, each c or null,

        P(c) = sum_l prod_t q(l_t) p_t(l_t) = prod_t ((1 - pi) p_t(c) + pi p_t(null))

    with `q(null) = pi` and `q(c) = 1 - pi`. It is greatest where frames that tell the
    class say so and all others say null, if pi is between `1 / (classes + 1)`, below
    which a frame that tells nothing guesses, and 1/2, above which all are null.

    Args:
        logits: float tensor `(batch, timesteps, classes + 1)` of the labels' posteriors
            p_t; the last one is of null.
        null_prior: float. pi. Defaults to `0.4`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed. Defaults to
            `None`: all are.

    Returns:
        Float tensor `(batch, classes)`, `log P(c)` divided by the observed frames;
        zeros for a row without any.

    Example:
    ```python
    logits = keras.ops.zeros((1, 9, 3))  # two classes
    mmzoo.ops.hidden_label_log_likelihoods(logits)  # log(1 / 3), twice
    ```
    """
    logits = widened(logits)
    shown = logits[..., :-1] + math.log(1.0 - null_prior)
    nothing = logits[..., -1:] + math.log(null_prior)
    every = ops.logsumexp(logits, axis=-1, keepdims=True)
    # (batch, timesteps, classes)
    return masked_mean(ops.logaddexp(shown, nothing) - every, mask)
