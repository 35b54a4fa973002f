import numpy as np
import pytest

from mmzoo.layers import XVector
from tests.checks import (
    arrays,
    as_after_training,
    assert_close,
    weights_by_path,
)
from tests.reference import time_delay


def read(layer, batch):
    return layer(batch["text"], mask=batch["text_mask"])


def make(**named):
    return XVector(width=0.01, **named)


def test_matches_reference(batch):
    layer = make()
    layer.build(batch["text"].shape)
    given, _ = arrays(read(as_after_training(layer), batch))
    weights = weights_by_path(layer)
    for row, length in enumerate([6, 4, 1]):
        steps = batch["text"][row, :length]
        for index, dilation in enumerate([1, 2, 3, 1, 1]):
            steps = time_delay(steps, weights, f"time_delay_{index}/", dilation)
        assert_close(given[row, :length], steps.astype("float32"), 1e-4)


def test_a_step_is_made_of_15_frames():
    layer = make()
    silence = np.zeros((1, 31, 4), "float32")
    click = silence.copy()
    click[:, 15] = 5.0
    moved = np.abs(arrays(layer(click)[0]) - arrays(layer(silence)[0])).sum(axis=-1)[0]
    reached = np.flatnonzero(moved)
    assert 8 <= reached.min() and reached.max() <= 22 and reached.size > 7


def test_widths_of_the_paper():
    filters = [layer.filters for layer in XVector().time_delay_layers]
    assert filters == [512, 512, 512, 512, 1504]
    assert XVector().grid(300, 64) == (300, 1)
    with pytest.raises(ValueError, match="`width` is above 0, not 0"):
        XVector(width=0)
