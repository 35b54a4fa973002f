import numpy as np
import pytest

from mmzoo.evaluation.pictures import attention_panels
from mmzoo.evaluation.pictures.figures import new_figure


def test_panels_share_a_figure(rng):
    """What a plot draws into a whole figure goes into a part of one as well."""
    figure = new_figure(6, 8)
    parts = figure.subfigures(3, 1)
    weights = rng.random((2, 5))
    attention_panels.step_panels(parts[0], weights, ["text", "audio"], "abcde")
    frames = rng.random((5, 4)), weights[0]
    attention_panels.spectrogram_panel(parts[1], *frames, 0.01, (), False)
    picture = rng.uniform(0, 255, (8, 8, 3))
    words = ["a", "b"], np.array([0.2, 0.8])
    attention_panels.picture_panel(parts[2], picture, rng.random((2, 2)), *words)
    figure.draw_without_rendering()
    counts = [len(part.axes) for part in parts]
    # A picture has a bar of colours beside it, and its words.
    assert counts == [2, 2, 3]


@pytest.mark.parametrize(
    ("words", "height"), [((), 0.6), (["a"] * 10, 2.2), (["a"] * 99, 7.0)]
)
def test_bars_of_words_need_room(words, height):
    assert attention_panels.words_height(words) == pytest.approx(height)
    tall = max(3.6, height)
    assert attention_panels.picture_height(words) == pytest.approx(tall)


def test_a_map_is_as_large_as_its_words(rng):
    plain = attention_panels.map_size(rng.random((4, 8)))
    named = attention_panels.map_size(rng.random((4, 8)), ["joy"] * 8, ["long"] * 4)
    assert named[0] == plain[0] and named[1] > plain[1] and named[2] > plain[2] == 0
