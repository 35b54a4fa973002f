import dataclasses

import pytest

from mmzoo.data import LabelMeaning


def test_meanings_are_values():
    meaning = LabelMeaning("happy", (0, 1), ("not happy", "happy"))
    assert meaning == dataclasses.replace(meaning)
    with pytest.raises(dataclasses.FrozenInstanceError):
        meaning.target = "sad"
