from functools import partial

import numpy as np
import pytest
from keras import ops

from mmzoo.layers import CoMemory
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)
from tests.reference import gru, softmax


@pytest.fixture
def memories(rng):
    """Words, regions and a view of one width, with their masks."""
    lengths = {"words": [5, 3, 0], "regions": [4, 4, 2], "view": [1, 1, 0]}
    found = {}
    for name, counts in lengths.items():
        steps = max(counts)
        mask = np.arange(steps) < np.array(counts)[:, None]
        frames = rng.normal(size=(3, steps, 4)).astype("float32")
        found |= {name: frames * mask[..., None], f"{name}_mask": mask}
    return found


def read(layer, memories, names=("words", "regions")):
    frames = [memories[name] for name in names]
    masks = [memories[f"{name}_mask"] for name in names]
    queries, looks = layer(frames, mask=masks, return_attention=True)
    return {"queries": ops.stack(queries, axis=1)} | dict(
        zip(names, looks, strict=True)
    )


def built(rng, count=2, **options):
    """A layer with weights that are no zeros, biases neither."""
    layer = CoMemory(**options)
    layer.build([(None, None, 4)] * count)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.weights])
    return layer


def by_hand(layer, memories, guides):
    """The queries of one sample after all hops, in loops."""
    queries = [memory.mean(axis=0) for memory in memories]
    for _ in range(layer.hops):
        before = queries
        queries = []
        for place, memory in enumerate(memories):
            attention, cell = layer.attentions[place], layer.updates[place]
            asked = np.concatenate([before[i] for i in guides[place]])
            asked = asked @ arrays(attention.context_projection.kernel)
            kernel, bias = arrays(attention.projection.weights)
            hidden = np.tanh(memory @ kernel + bias + asked)
            weights = softmax(hidden @ arrays(attention.score.kernel)[:, 0])
            given = (weights @ memory)[None]
            queries.append(gru(given, *arrays(cell.weights), before[place])[0])
    return np.stack(queries)


def test_checks(memories, tmp_path):
    both = [memories["words"], memories["regions"]]
    masks = [memories["words_mask"], memories["regions_mask"]]
    make = partial(CoMemory, hops=2)
    layer = check_layer(make, both, mask=masks, tmp_path=tmp_path)
    two = {key: each for key, each in memories.items() if "view" not in key}
    check_masking(partial(read, layer), two)
    check_batching(partial(read, layer), two)


@pytest.mark.parametrize(
    ("count", "guides", "read_guides"),
    [
        (1, None, [[0]]),
        (2, None, [[1], [0]]),
        (3, None, [[1, 2], [0, 2], [0, 1]]),
        (3, [[1, 2], [0], [0]], [[1, 2], [0], [0]]),
    ],
)
def test_matches_reference(count, guides, read_guides, memories, rng):
    layer = built(rng, count, hops=3, guides=guides)
    names = ["words", "regions", "view"][:count]
    found = arrays(read(layer, memories, names)["queries"])
    assert layer.read_guides == read_guides
    for row in (0, 1):
        shown = [memories[name][row][memories[f"{name}_mask"][row]] for name in names]
        assert_close(found[row], by_hand(layer, shown, read_guides), 1e-5)


def test_weights_are_shared_by_the_hops_and_looks_change(memories, rng):
    layer, other = built(rng, hops=1), built(rng, hops=3)
    assert [w.shape for w in layer.weights] == [w.shape for w in other.weights]
    looks = arrays(read(other, memories)["regions"])
    assert_close(looks.sum(axis=2), np.ones((3, 3), "float32"))
    assert np.abs(looks[0, 0] - looks[0, 1]).max() > 1e-3


def test_a_missing_memory_has_no_query_and_guides_nobody(memories, rng):
    layer = built(rng, hops=2)
    found = arrays(read(layer, memories)["queries"])
    assert not found[2, 0].any() and found[2, 1].all()
    # As if it were not there: a guide of zeros.
    attention, cell = layer.attentions[1], layer.updates[1]
    shown = memories["regions"][2, :2]
    kernel, bias = arrays(attention.projection.weights)
    hidden = np.tanh(shown @ kernel + bias)
    given = softmax(hidden @ arrays(attention.score.kernel)[:, 0]) @ shown
    inputs = np.stack([given] * 2)
    query = gru(inputs, *arrays(cell.weights), shown.mean(axis=0))[-1]
    assert_close(found[2, 1], query.astype("float32"), 1e-5)


@pytest.mark.parametrize(
    ("options", "widths", "message"),
    [
        ({"hops": 0}, [4, 4], "`hops` is at least 1, not 0"),
        ({}, [4, 3], r"memories of one width, not of \[4, 3\]"),
        ({"guides": [[1]]}, [4, 4], r"`guides=\[\[1\]\]` does not fit 2 memories"),
        ({"guides": [[1], [2]]}, [4, 4], "one or more of the places 0 to 1"),
        ({"guides": [[1], []]}, [4, 4], "does not fit 2 memories"),
    ],
)
def test_errors(options, widths, message):
    with pytest.raises(ValueError, match=message):
        CoMemory(**options).build([(None, None, width) for width in widths])
