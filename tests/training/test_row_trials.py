import math

import pytest

from mmzoo.training import TrainingOptions, Variant, plan
from mmzoo.training.row_trials import RowTrials

pytestmark = pytest.mark.one_backend


def trials(scores, said):
    """Two trials of one seed; a score that is NaN has a fault."""
    (row,) = plan([Variant.parse("text")], TrainingOptions(), {"units": 3})
    found = RowTrials(row, 2, [7], {"units": [5, 6]}, None, said.append)
    for number, score in enumerate(scores):
        fault = {"fault": "it diverged"} if math.isnan(score) else {}
        found.results[number, 7] = {"history": "{}", "seconds": 1.0, **fault}
        found.race.scores[number, 7] = score
    return found


def test_the_row_has_the_options_that_were_chosen_and_this_is_said():
    said = []
    better = trials([0.5, 0.25], said)
    assert better.end() is None and "trial 1 is chosen, validation 0.2500" in said[0]
    assert better.chosen_row().architecture == better.options[1]
    assert [each["chosen"] for each in better.told()] == [False, True]
    same = trials([0.5, 0.75], said)
    assert same.end() is None and "no other is better" in said[1]
    assert same.chosen_row() == same.row


def test_without_any_score_the_first_fault_is_why():
    failed = trials([math.nan, math.nan], [])
    assert failed.end() == "none of its 2 trials could be trained: it diverged"
