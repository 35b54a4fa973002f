import math

import numpy as np
import pytest

from mmzoo.training.race import Race

pytestmark = pytest.mark.one_backend
SEEDS = [7, 8, 9, 10]


def run(race, score, backwards=False):
    """Fill a race as trainings do, in either order; the trials that trained a seed."""
    while due := race.due():
        for trial, seed in reversed(due) if backwards else due:
            race.scores[trial, seed] = score(trial, seed)
    return [[n for n in range(race.count) if (n, s) in race.scores] for s in race.seeds]


def test_the_worse_half_leaves_after_each_seed_and_the_default_never():
    # The default, trial 0, is the worst; the higher the number the better.
    found = run(Race(9, SEEDS), lambda trial, seed: -trial)
    assert found == [[*range(9)], [0, 5, 6, 7, 8], [0, 7, 8], [0, 8]]


def test_means_over_all_seeds_so_far_decide_who_leaves():
    # Trial 1 is lucky with the first seed, and worse with the others.
    scores = {1: [0.0, 5.0, 0, 0], 2: [0.1, 0.1, 1, 1], 3: [0.2, 0.2, 2, 2]}
    scores |= {4: [1.0, 0, 0, 0], 0: [9, 9, 9, 9]}
    race = Race(5, SEEDS)
    found = run(race, lambda trial, seed: scores[trial][SEEDS.index(seed)])
    assert found == [[0, 1, 2, 3, 4], [0, 1, 2], [0, 2], [0, 2]]
    assert race.chosen() == 2


def test_the_order_in_which_trainings_end_changes_nothing():
    drawn = np.random.default_rng(0).normal(size=(20, 4))
    score = lambda trial, seed: drawn[trial, SEEDS.index(seed)]  # noqa: E731
    one, other = Race(20, SEEDS), Race(20, SEEDS)
    assert run(one, score) == run(other, score, backwards=True)
    assert one.chosen() == other.chosen()


@pytest.mark.parametrize(
    ("scores", "chosen"),
    [
        # Better by 0.1 on the mean; the standard error is 0.1 / sqrt(3), or 0.3.
        ([0.9, 0.9, 0.9, 0.9], 1),
        ([0.8, 1.0, 0.8, 1.0], 1),
        ([0.4, 1.4, 0.4, 1.4], 0),
        ([1.0, 1.0, 1.0, 1.0], 0),
        ([1.1, 1.1, 1.1, 1.1], 0),
    ],
)
def test_what_is_chosen_beats_the_default_by_more_than_its_standard_error(
    scores, chosen
):
    race = Race(2, SEEDS)
    run(race, lambda trial, seed: scores[SEEDS.index(seed)] if trial else 1.0)
    assert race.chosen() == chosen


def test_the_gain_is_of_pairs_of_one_seed():
    # Seeds differ by far more than the trials: only pairs tell them apart.
    race = Race(2, SEEDS)
    run(race, lambda trial, seed: seed - 0.1 * trial - 0.01 * trial * (seed % 2))
    gain, error = race.gain(1)
    each = np.array([0.11, 0.1, 0.11, 0.1])
    assert gain == pytest.approx(each.mean())
    assert error == pytest.approx(each.std(ddof=1) / 2)
    assert race.chosen() == 1
    assert Race(1, [7], {(0, 7): 2.0}).gain(0) == (0.0, 0.0)


def test_a_training_that_failed_ends_its_trial():
    failing = {(2, 7), (3, 9)}
    race = Race(4, SEEDS)
    score = lambda trial, seed: 1.0 - trial / 10  # noqa: E731
    found = run(race, lambda *at: math.nan if at in failing else score(*at))
    assert found == [[0, 1, 2, 3], [0, 1, 3], [0, 3], [0]]
    assert race.chosen() == 0
    # Where it was the default's, there is nothing to beat.
    race = Race(3, SEEDS)
    found = run(race, lambda trial, seed: 5.0 if trial else math.nan)
    assert found == [[0, 1, 2], [1], [1], [1]]
    assert race.chosen() == 1


def test_where_all_failed_nothing_is_chosen():
    race = Race(3, SEEDS)
    assert run(race, lambda *_: math.nan) == [[0, 1, 2], [], [], []]
    assert race.chosen() is None
