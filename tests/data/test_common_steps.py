"""Modalities that are joined step by step have the same steps."""

import numpy as np
import pytest

from mmzoo.data.common_steps import (
    check_joined_steps,
    check_word_steps,
    steps_differ,
)
from mmzoo.data.errors import DataError

LENGTHS = {"text": np.array([4, 4, 0]), "audio": np.array([4, 8, 5])}


def test_what_a_sample_lacks_differs_from_nothing():
    assert steps_differ(LENGTHS).tolist() == [False, True, False]


def test_error_names_modalities_steps_and_the_one_to_align_to():
    message = (
        r"joins text and audio step by step, but 1 of 3 samples differ in steps, "
        r"sample 1 having 4 of text, 8 of audio.*--align-to text"
    )
    with pytest.raises(DataError, match=message):
        check_joined_steps("rows", [["text", "audio"]], LENGTHS)


@pytest.mark.parametrize("groups", [[], [["text"]], [["text", "video"], ["audio"]]])
def test_what_is_not_joined_may_have_other_steps(groups):
    check_joined_steps("rows", groups, LENGTHS)


def test_words_have_a_step_each_or_one_for_all():
    texts = ["so good", "bad", "", "one two three"]
    check_word_steps("rows", texts, {"audio": np.array([2, 1, 7, 1])})
    message = (
        r"2 of 4 samples have no step of audio for each word, sample 1 4 for 1 words.*"
        r"one for each word, cut at blanks"
    )
    with pytest.raises(DataError, match=message):
        check_word_steps("rows", texts, {"audio": np.array([2, 4, 7, 2])})
