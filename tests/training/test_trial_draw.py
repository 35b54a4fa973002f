import math

import numpy as np
import pytest

from mmzoo.training.trial_draw import draws

pytestmark = pytest.mark.one_backend
SPACE = {
    "learning_rate": {"low": 0.001, "high": 0.1, "log": True},
    "dropout": {"low": 0.0, "high": 0.5},
    "units": {"low": 2, "high": 9},
    "cell": ["lstm", "gru"],
}


def test_few_trials_try_each_option_from_end_to_end():
    found = draws(SPACE, 10)
    assert len(found) == 10 and found == draws(SPACE, 10)
    assert all(type(each["units"]) is int for each in found)
    # One value in each tenth of the range, of the rate in each tenth of the logarithm.
    tenths = sorted(int(each["dropout"] / 0.05) for each in found)
    assert tenths == [*range(10)]
    logs = [math.log(each["learning_rate"] / 0.001, 100) for each in found]
    assert sorted(int(10 * each) for each in logs) == [*range(10)]
    for each in found:
        assert float(f"{each['learning_rate']:.3g}") == each["learning_rate"]
    cells = [each["cell"] for each in found]
    assert (cells.count("lstm"), cells.count("gru")) == (5, 5)


@pytest.mark.parametrize("log", [False, True])
def test_whole_numbers_reach_both_ends(log):
    found = [
        o["units"] for o in draws({"units": {"low": 2, "high": 9, "log": log}}, 99)
    ]
    assert sorted(found) == [*range(2, 10)]


def test_options_are_drawn_apart_from_each_other():
    found = draws(SPACE, 200)
    rates = np.log([each["learning_rate"] for each in found])
    dropout = np.array([each["dropout"] for each in found])
    assert abs(np.corrcoef(rates, dropout)[0, 1]) < 0.2
    assert len({(each["cell"], each["units"]) for each in found}) == 16


def test_no_two_trials_are_alike():
    assert sorted(each["units"] for each in draws({"units": [2, 4]}, 9)) == [2, 4]
    assert draws(SPACE, 0) == []
