import itertools

import keras
import numpy as np
import pytest

from mmzoo.layers import GaussianHMM
from tests.checks import (
    arrays,
    assert_close,
    assert_finite,
    check_batching,
    check_layer,
    check_masking,
)


@pytest.fixture
def frames(batch):
    return [batch["text"], batch["video"]]


@pytest.fixture
def masks(batch):
    """The text lacks a step in the middle; the video of the last sample is missing."""
    text, video = batch["text_mask"].copy(), batch["video_mask"].copy()
    text[0, 2] = video[0, 2] = video[0, 4] = video[2, 0] = False
    return [text, video]


def built(**options):
    layer = GaussianHMM(**{"classes": 2, "states": 3, **options})
    layer.build([(None, None, 5), (None, None, 2)])
    generator = np.random.default_rng(3)
    for weight in layer.weights:
        weight.assign(generator.normal(0.0, 0.7, weight.shape))
    return layer


def log_softmax(weights):
    weights = arrays(weights).astype("float64")
    return weights - np.log(np.exp(weights).sum(axis=-1, keepdims=True))


def emission(layer, frames, masks, row, step, state):
    """`log N` of what was observed at a step, feature by feature."""
    total = 0.0
    for i, (x, there) in enumerate(zip(frames, masks, strict=True)):
        if there[row, step]:
            mean = arrays(layer.means[i])[state]
            variance = np.exp(arrays(layer.log_variances[i])[state]) + 1e-3
            square = (x[row, step] - mean) ** 2 / variance
            each = -0.5 * (square + np.log(2 * np.pi * variance))
            total += each.mean() if layer.tempered else each.sum()
    return total


def enumerated(layer, frames, masks, row, name):
    """The likelihood of one sample in one class, summed over all paths of states."""
    first = log_softmax(layer.first)[name]
    following = log_softmax(layer.next)[name]
    steps, paths = frames[0].shape[1], []
    for path in itertools.product(range(layer.states), repeat=steps):
        found = first[path[0]]
        found += sum(following[a, b] for a, b in itertools.pairwise(path))
        found += sum(
            emission(layer, frames, masks, row, step, (name, state))
            for step, state in enumerate(path)
        )
        paths.append(found)
    return np.logaddexp.reduce(paths)


@pytest.mark.parametrize("tempered", [False, True])
def test_equals_the_sum_over_all_paths(frames, masks, tempered):
    layer = built(states=2, tempered=tempered)
    expected = [
        [enumerated(layer, frames, masks, row, name) for name in range(2)]
        for row in range(3)
    ]
    assert_close(layer(frames, mask=masks), np.array(expected, "float32"))


def test_checks(frames, masks, tmp_path):
    check_layer(
        lambda **kwargs: GaussianHMM(2, 2, **kwargs),
        frames,
        mask=masks,
        tmp_path=tmp_path,
    )


def test_masks_and_company_change_nothing(batch, masks):
    layer = built()
    given = dict(zip(("text_mask", "video_mask"), masks, strict=True))
    given |= {"text": batch["text"], "video": batch["video"]}

    def call(batch):
        both = [batch["text"], batch["video"]]
        return layer(both, mask=[batch["text_mask"], batch["video_mask"]])

    check_masking(call, given)
    check_batching(call, given)


def test_what_is_missing_is_integrated_out(frames, masks):
    layer = built()
    masks[1][:] = False
    alone = GaussianHMM(2, 3)
    alone.build([(None, None, 5)])
    alone.set_weights([*layer.get_weights()[:2], *layer.get_weights()[2:4]])
    assert_close(layer(frames, mask=masks), alone(frames[:1], mask=masks[:1]))
    # A Gaussian sums to 1 over all values of what is missing at one step.
    alone = built(states=2)
    one = np.zeros((1, 1, 5), "float32"), np.array([[True]])
    grid = np.linspace(-12.0, 12.0, 161, dtype="float32")
    pairs = np.array([*itertools.product(grid, repeat=2)])[:, None]
    text, there = (np.repeat(each, len(pairs), axis=0) for each in one)
    whole = arrays(alone([text, pairs], mask=[there, there]))
    summed = np.log(np.exp(whole).sum(axis=0)) + 2 * np.log(grid[1] - grid[0])
    left_out = arrays(alone([text[:1], pairs[:1]], mask=[there[:1], ~there[:1]]))[0]
    np.testing.assert_allclose(summed, left_out, atol=1e-3)


def test_nothing_observed_has_the_likelihood_one(frames, masks):
    nothing = [np.zeros_like(each) for each in masks]
    assert_close(built()(frames, mask=nothing), np.zeros((3, 2), "float32"))
    masks_left_out = built()(frames)
    assert_close(built()(frames, mask=[None, np.ones((3, 6), bool)]), masks_left_out)


def test_order_of_steps_matters(frames):
    layer, turned = built(), [each[:, ::-1] for each in frames]
    assert np.abs(arrays(layer(frames)) - arrays(layer(turned))).min() > 1e-4


def test_a_variance_does_not_collapse(frames, masks):
    layer = built()
    for weight in layer.log_variances:
        weight.assign(keras.ops.full(weight.shape, -200.0))
    assert_finite(layer(frames, mask=masks))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": 0}, "`classes` is at least 1, not 0"),
        ({"states": 0}, "`states` is at least 1, not 0"),
        ({"least_variance": 0.0}, "`least_variance` is above 0, not 0.0"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        built(**options)
