"""What a trial draws from a space of options."""

import functools

import numpy as np


def draw(space, past):
    """The options of the next trial: a function of the space and the trials before it.

    Optuna's tree-structured Parzen estimator, seeded by the number of the trial: ten
    at random, then by what did well. A trial without a score counts as a bad one.

    Args:
        space: dict as `read_space` returns it.
        past: list of `(options, score)` of all trials before; smaller is better, `None`
            is a trial that failed.

    Returns:
        Dict of options.
    """
    optuna = import_optuna()
    spread = {name: _distribution(optuna, each) for name, each in space.items()}
    # Generators of small seeds that follow each other begin with similar numbers.
    (seed,) = np.random.SeedSequence(len(past)).generate_state(1)
    sampler = optuna.samplers.TPESampler(seed=int(seed))
    study = optuna.create_study(sampler=sampler)
    states = optuna.trial.TrialState
    for options, score in past:
        state = states.PRUNED if score is None else states.COMPLETE
        told = {"params": options, "distributions": spread}
        try:
            trial = optuna.trial.create_trial(state=state, value=score, **told)
        except ValueError:
            # What was asked for may lie outside of the space.
            continue
        study.add_trial(trial)
    drawn = study.ask(spread).params
    return {name: _legible(drawn[name], space[name]) for name in space}


@functools.cache
def import_optuna():
    """Optuna, which says nothing of its own.

    Returns:
        The module.

    Raises:
        ImportError: it is not installed.
    """
    try:
        import optuna
    except ImportError as error:
        raise ImportError("Tuning needs Optuna: pip install 'mmzoo[tune]'.") from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _distribution(optuna, values):
    if isinstance(values, list):
        return optuna.distributions.CategoricalDistribution(values)
    ends, log = (values["low"], values["high"]), values.get("log", False)
    whole = all(type(end) is int for end in ends)
    kinds = optuna.distributions
    kind = kinds.IntDistribution if whole else kinds.FloatDistribution
    return kind(*ends, log=log)


def _legible(value, values):
    """A number of three digits, which can be given again as a flag."""
    if isinstance(values, list) or not isinstance(value, float):
        return value
    return min(max(float(f"{value:.3g}"), values["low"]), values["high"])
