import sys

import pytest

from mmzoo.training.trial_draw import draw, import_optuna

pytestmark = pytest.mark.one_backend
SPACE = {
    "learning_rate": {"low": 0.001, "high": 0.1, "log": True},
    "units": {"low": 2, "high": 9},
    "cell": ["lstm", "gru"],
}


def trials(count, space=SPACE):
    """Trials that were best at a learning rate of 0.01, with a failure among them."""
    past = [({"learning_rate": 0.5, "units": 64, "cell": "lstm"}, 1.0)]
    while len(past) < count:
        options = draw(space, past)
        score = abs(options["learning_rate"] - 0.01) + 0.1 * options["units"]
        past.append((options, None if len(past) == 3 else score))
    return past


def test_draws_are_a_function_of_the_trials_before():
    found = trials(25)
    assert found == trials(25)
    for options, _ in found[1:]:
        assert 0.001 <= options["learning_rate"] <= 0.1
        assert float(f"{options['learning_rate']:.3g}") == options["learning_rate"]
        assert options["units"] in range(2, 10) and type(options["units"]) is int
        assert options["cell"] in ("lstm", "gru")
    units = [options["units"] for options, _ in found]
    # Few units did well, and chance alone would draw 5.5.
    assert sum(units[15:]) / 10 < 4
    assert len({options["learning_rate"] for options, _ in found}) > 15


def test_a_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    import_optuna.cache_clear()
    with pytest.raises(ImportError, match=r"pip install 'mmzoo\[tune\]'"):
        import_optuna()
