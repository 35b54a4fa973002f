"""Constant and clipped columns are found, and columns that only look so are not."""

import numpy as np
import pytest

from mmzoo.data.column_edges import ColumnEdges

STEPS = 2000


def edges_of(*blocks):
    edges = ColumnEdges(blocks[0].shape[1])
    for block in blocks:
        edges.add(block.astype("float32"))
    return edges


def beside_noise(rng, column):
    """Frames of which the column is the second."""
    noise = rng.normal(size=(len(column), 2))
    return np.insert(noise, 1, column, axis=1)


CLIPPED = {
    "above": (lambda x: np.minimum(x, 1.5), [(1.5, 0.067)]),
    "below": (lambda x: np.maximum(x, -2), [(-2.0, 0.023)]),
    "both": (lambda x: np.clip(255 * x, -255, 255), [(-255, 0.159), (255, 0.159)]),
    "a floor of logarithms": (lambda x: np.log(np.maximum(x, 1e-5)), [(-11.5, 0.5)]),
}


@pytest.mark.parametrize("blocks", [1, 4])
@pytest.mark.parametrize("name", CLIPPED)
def test_clipped_columns_are_found(name, blocks, rng):
    change, expected = CLIPPED[name]
    frames = beside_noise(rng, change(rng.normal(size=STEPS)))
    found = edges_of(*np.array_split(frames, blocks)).saturated()
    assert [each["column"] for each in found] == [1] * len(expected)
    for each, (value, share) in zip(found, expected, strict=True):
        assert each["value"] == pytest.approx(value, rel=1e-2)
        assert each["share"] == pytest.approx(share, abs=0.03)


UNTOUCHED = {
    "normal": lambda x: x,
    "rectified": lambda x: np.maximum(x, 0),
    "shares": lambda x: np.clip(0.5 + x / 3, 0, 1),
    "either": lambda x: 5.0 * (x > 2),
    "one of three": lambda x: np.select([x < 1, x < 1.002], [2, 3], 4),
    "ratings": lambda x: np.clip(np.round(x + 3), 1, 5),
    "rounded": lambda x: np.clip(np.round(x, 1), -2, 2),
    "constant": lambda x: np.full_like(x, 3),
    "tanh": lambda x: np.tanh(8 * x),
}


@pytest.mark.parametrize("blocks", [1, 4])
@pytest.mark.parametrize("name", UNTOUCHED)
def test_what_only_looks_clipped_is_left_in_peace(name, blocks, rng):
    frames = beside_noise(rng, UNTOUCHED[name](rng.normal(size=STEPS)))
    edges = edges_of(*np.array_split(frames, blocks))
    assert edges.saturated() == []
    assert edges.constant() == ([1] if name == "constant" else [])


def test_a_frame_that_is_repeated_counts_once(rng):
    """The vector of a frequent word has the edge of some column."""
    words = rng.normal(size=(400, 5))
    frequency = 1 / (1 + np.arange(400))
    said = rng.choice(400, STEPS, p=frequency / frequency.sum())
    words[0] = [4.5, -4.5, 4.5, -4.5, 4.5]
    edges = edges_of(words[said])
    assert edges.saturated() == []
    assert edges.frames == len(set(said)) < edges.steps == STEPS


def test_few_frames_tell_nothing_of_clipping(rng):
    frames = beside_noise(rng, np.minimum(rng.normal(size=100), 0.5))
    assert len(edges_of(frames).saturated()) == 1
    assert edges_of(frames[:99]).saturated() == []


def test_constant_columns(rng):
    frames = rng.normal(size=(6, 4))
    frames[:, 1], frames[:, 2] = 7, np.nan
    frames[0, 3] = np.inf
    assert edges_of(frames).constant() == [1, 2]
    other = frames.copy()
    other[:, 1] = 8
    assert edges_of(frames, other).constant() == [2]
    assert edges_of(frames[:1]).constant() == []
    assert edges_of(np.ones((9, 2))).constant() == [0, 1]
    assert ColumnEdges(3).constant() == []
