import keras
import numpy as np
import pytest

from mmzoo.layers.frame_windows import in_windows, that_count
from tests.checks import arrays


@pytest.mark.parametrize(
    ("steps", "length", "step", "firsts"),
    [
        (1, 4, 2, [0]),
        (4, 4, 2, [0]),
        (5, 4, 2, [0, 2]),
        (6, 4, 2, [0, 2]),
        (7, 4, 2, [0, 2, 4]),
        (7, 3, 3, [0, 3, 6]),
        (3, 1, 1, [0, 1, 2]),
    ],
)
def test_windows_follow_each_other_to_the_last_frame(steps, length, step, firsts):
    frames = np.arange(1.0, steps + 1)[None, :, None]
    wide = np.concatenate([frames[0, :, 0], np.zeros(length + step)])
    found = arrays(in_windows(frames, length, step))[0, :, :, 0]
    assert found.tolist() == [wide[f : f + length].tolist() for f in firsts]


def test_where_the_steps_are_not_known_windows_of_zeros_follow():
    symbol = keras.Input((None, 1))
    layer = keras.layers.Lambda(lambda each: in_windows(each, 4, 2))
    model = keras.Model(symbol, layer(symbol))
    for steps in (1, 5, 9):
        frames = np.ones((1, steps, 1), "float32")
        known = arrays(in_windows(frames, 4, 2))[..., 0]
        found = arrays(model(frames))[..., 0]
        assert np.array_equal(found[:, : known.shape[1]], known)
        assert arrays(that_count(found > 0, 2)).sum() == known.shape[1]


def test_a_window_counts_for_what_is_new_in_it():
    mask = np.array(
        [
            [1, 1, 1, 1, 0, 0, 0, 0],
            [1, 1, 1, 1, 1, 0, 0, 0],
            [0, 1, 0, 0, 0, 0, 1, 0],
            [0, 0, 0, 0, 0, 0, 0, 0],
        ]
    )
    seen = arrays(in_windows(mask[..., None], 4, 2))[..., 0] > 0
    expected = [[1, 0, 0], [1, 1, 0], [1, 0, 1], [0, 0, 0]]
    assert arrays(that_count(seen, 2)).astype(int).tolist() == expected
