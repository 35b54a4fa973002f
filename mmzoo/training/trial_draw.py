"""What the trials of a row draw from a space of options."""

import numpy as np

SEED = 0


def draws(space, count):
    """Options of trials, which depend on no trial's score.

    A Latin hypercube: each option's range is cut into as many parts as there are
    trials, and each part is drawn from once, so that few trials still try every option
    from end to end. Not an estimator that learns from trials, such as Optuna's: then
    the order in which trials end would decide what others draw, and trials of several
    processes would not be those of one.

    Args:
        space: dict as `read_space` returns it.
        count: int. How many trials draw.

    Returns:
        List of dicts of options, no two alike: fewer than `count` where the space has
        fewer.

    Example:
    ```python
    space = {"learning_rate": {"low": 0.001, "high": 0.1, "log": True}, "units": [4, 8]}
    mmzoo.training.trial_draw.draws(space, 3)  # three dicts of both options
    ```

    Reference: McKay, Beckman and Conover, 1979, section on Latin hypercube sampling.
    """
    drawn = np.random.default_rng(SEED)
    parts = {name: drawn.permutation(count) for name in space}
    shares = {name: (parts[name] + drawn.random(count)) / count for name in space}
    found = []
    for n in range(count):
        options = {name: _at(shares[name][n], space[name]) for name in space}
        if options not in found:
            found.append(options)
    return found


def _at(share, values):
    """The value that a share of the range lies below: 0 is its low end."""
    if isinstance(values, list):
        return values[int(share * len(values))]
    low, high = values["low"], values["high"]
    whole = type(low) is type(high) is int
    if whole:
        # Each whole number has a part of its own, the ends too.
        low, high = low - 0.5, high + 0.5
    if values.get("log"):
        value = low * (high / low) ** share
    else:
        value = low + (high - low) * share
    if whole:
        return min(max(round(value), values["low"]), values["high"])
    # Three digits, which can be given again as a flag.
    return min(max(float(f"{value:.3g}"), low), high)
