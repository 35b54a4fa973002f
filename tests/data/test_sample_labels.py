"""What the labels of the sample are made of."""

import numpy as np

from mmzoo.data.sample_labels import IRONIC_FROM, LABEL_WEIGHTS, sample_labels
from mmzoo.data.synthetic import BLOCKS

NAMES = ["echoed", "verbal", "nonverbal", "irony"]
TOLD = {name: BLOCKS[name] for name in NAMES}


def test_a_quarter_is_ironic_and_means_the_opposite():
    steps = np.zeros((2, 1, 4))
    steps[:, 0, NAMES.index("verbal")] = 1.0
    steps[:, 0, NAMES.index("irony")] = IRONIC_FROM + np.array([-0.01, 0.01])
    plain, ironic = sample_labels(steps, np.array([1, 1]), TOLD, np.zeros(2))
    assert plain == -ironic > 0


def test_the_last_words_count_most():
    steps = np.zeros((2, 8, 4))
    steps[0, :4, NAMES.index("verbal")] = steps[1, 4:, NAMES.index("verbal")] = 1.0
    early, late = sample_labels(steps, np.array([8, 8]), TOLD, np.zeros(2))
    assert 0 < early < late / 2


def test_what_lies_behind_the_end_does_not_count():
    steps = np.ones((1, 5, 4))
    steps[:, 3:] = 9.0
    short, alone = (
        sample_labels(each, np.array([3]), TOLD, np.zeros(1))
        for each in (steps, steps[:, :3])
    )
    np.testing.assert_array_equal(short, alone)


def test_weights_have_a_place_in_the_process():
    assert set(LABEL_WEIGHTS) - {"noise"} < set(BLOCKS)
