from functools import partial

import numpy as np
import pytest

from mmzoo.layers import GatedCoAttention
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)
from tests.reference import sigmoid, softmax


@pytest.fixture
def pair(rng):
    """Regions and words of one width, with masks; the last sample has no words."""
    found = {}
    for name, counts in {"regions": [5, 3, 2], "words": [4, 1, 0]}.items():
        mask = np.arange(max(counts)) < np.array(counts)[:, None]
        frames = rng.normal(size=(3, max(counts), 4)).astype("float32")
        found |= {name: frames * mask[..., None], f"{name}_mask": mask}
    return found


def look(layer, pair):
    names = ("regions", "words")
    masks = [pair[f"{name}_mask"] for name in names]
    return layer([pair[name] for name in names], mask=masks)


def attended(query, key, value):
    scores = query @ key.T / np.sqrt(value.shape[-1])
    return np.stack([softmax(row) for row in scores]) @ value


def by_hand(layer, regions, words):
    """The equations of the docstring, for one sample."""
    cross_query, cross_key, self_query, self_key, change = (
        arrays(each.kernel)
        for each in (
            *(layer.cross_query, layer.cross_key, layer.self_query, layer.self_key),
            layer.change,
        )
    )
    fused = np.zeros_like(regions)
    if len(words):
        seen = attended(regions @ cross_query, words @ cross_key, words)
        fused = attended(seen @ self_query, seen @ self_key, seen)
        fused = fused / np.linalg.norm(fused, axis=1, keepdims=True)
    gate = sigmoid((regions * fused).sum(axis=1, keepdims=True))
    both = np.concatenate([regions, fused], axis=1) * gate
    return np.maximum(both @ change, 0.0) + regions


def test_checks(pair, tmp_path):
    inputs = [pair["regions"], pair["words"]]
    masks = [pair["regions_mask"], pair["words_mask"]]
    make = partial(GatedCoAttention, dropout=0.5)
    layer = check_layer(make, inputs, mask=masks, tmp_path=tmp_path)
    check_masking(partial(look, layer), pair)
    check_batching(partial(look, layer), pair)


def test_matches_reference_with_words_and_without(pair):
    layer = GatedCoAttention()
    found = arrays(look(layer, pair))
    for row, (count, words) in enumerate([(5, 4), (3, 1), (2, 0)]):
        shown = pair["regions"][row, :count], pair["words"][row, :words]
        assert_close(found[row, :count], by_hand(layer, *shown))
        assert not found[row, count:].any()


def test_weights_of_the_words(pair):
    inputs = [pair["regions"], pair["words"]]
    _, weights = GatedCoAttention()(
        inputs, mask=[None, pair["words_mask"]], return_attention=True
    )
    assert_close(arrays(weights).sum(axis=2)[:2], np.ones((2, 5), "float32"))
    assert not arrays(weights)[2].any()


def test_widths_are_one():
    with pytest.raises(ValueError, match=r"two tensors of one width, not of \[4, 3\]"):
        GatedCoAttention().build([(None, None, 4), (None, None, 3)])
