import numpy as np
import pytest
from keras import ops

from mmzoo.layers import PairwiseAttention
from tests import reference
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)


@pytest.fixture
def pair(rng):
    """Two modalities of lengths 6, 4 and 1, the second with a gap and one missing."""
    mask = np.arange(6) < np.array([6, 4, 1])[:, None]
    pair = {n: rng.normal(size=(3, 6, 4)).astype("float32") for n in ("x", "y")}
    pair |= {"x_mask": mask.copy(), "y_mask": mask.copy()}
    pair["y_mask"][0, 2] = pair["y_mask"][2] = False
    return pair


def attend(pair, **options):
    layer = PairwiseAttention(options.pop("scale", 1.0))
    masks = [pair["x_mask"], pair["y_mask"]]
    return layer([pair["x"], pair["y"]], mask=masks, **options)


def gated(x, y, scale):
    """What each step of x attends to in y, times x, in loops; and the weights."""
    found, rows = [], []
    for step in x:
        weights = reference.softmax(scale * np.array([step @ other for other in y]))
        attended = sum(w * other for w, other in zip(weights, y, strict=True))
        found.append(attended * step)
        rows.append(weights)
    return np.stack(found), np.stack(rows)


def test_checks(pair, tmp_path):
    masks = [pair["x_mask"], pair["y_mask"]]
    inputs = [pair["x"], pair["y"]]

    def make(**kwargs):
        return PairwiseAttention(0.5, **kwargs)

    assert not check_layer(make, inputs, mask=masks, tmp_path=tmp_path).weights
    check_masking(attend, pair)
    check_batching(attend, pair)


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_follows_its_equations(scale, pair):
    found, of_y, of_x = arrays(attend(pair, scale=scale, return_attention=True))
    assert found.shape == (3, 6, 8) and of_x.shape == of_y.shape == (3, 6, 6)
    for row in range(3):
        x_there, y_there = pair["x_mask"][row], pair["y_mask"][row]
        x, y = pair["x"][row, x_there], pair["y"][row, y_there]
        if not len(y):
            assert not found[row].any() and not of_y[row].any()
            continue
        for part, weights, queries, keys, here, there in (
            (found[row, :, :4], of_y[row], x, y, x_there, y_there),
            (found[row, :, 4:], of_x[row], y, x, y_there, x_there),
        ):
            expected, rows = gated(queries, keys, scale)
            assert_close(part[here], expected.astype("float32"))
            assert_close(weights[here][:, there], rows.astype("float32"))
            assert not part[~here].any() and not weights[:, ~there].any()


def test_weights_sum_to_one_over_what_is_looked_at_and_differ(pair):
    _, of_y, of_x = arrays(attend(pair, return_attention=True))
    for weights, observed in ((of_y, pair["y_mask"]), (of_x, pair["x_mask"])):
        some = observed.any(axis=1)
        assert_close(weights[some].sum(-1), np.ones((some.sum(), 6), "float32"))
        assert not weights[~some].any()
    there = pair["y_mask"][0]
    for weights in (of_y[0][:, there], of_x[0, there]):
        assert np.ptp(weights, axis=0).min() > 1e-3
        assert np.ptp(weights, axis=1).min() > 1e-3


def test_sides_are_symmetric(pair):
    found, of_y, of_x = arrays(attend(pair, return_attention=True))
    turned = {"x": pair["y"], "y": pair["x"]}
    turned |= {"x_mask": pair["y_mask"], "y_mask": pair["x_mask"]}
    other = arrays(attend(turned, return_attention=True))
    assert_close(other, (np.roll(found, 4, axis=-1), of_x, of_y))


def test_without_masks_all_steps_are_there(pair):
    layer = PairwiseAttention()
    inputs = [pair["x"], pair["y"]]
    everywhere = np.ones((3, 6), bool)
    assert_close(layer(inputs), layer(inputs, mask=[everywhere, everywhere]))
    # A step is turned as its partners are.
    turn = [3, 1, 0, 2, 5, 4]
    turned = layer([each[:, turn] for each in inputs])
    assert_close(turned, ops.take(layer(inputs), np.array(turn), axis=1))


def test_widths_must_agree(pair):
    with pytest.raises(ValueError, match=r"two tensors of one width, not of \[4, 3\]"):
        PairwiseAttention()([pair["x"], pair["y"][..., :3]])
