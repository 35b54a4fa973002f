from functools import partial

import keras
import numpy as np
import pytest

from mmzoo.layers import AttentionPooling, MixedRegionPooling
from tests.checks import (
    arrays,
    assert_close,
    assert_finite,
    check_batching,
    check_layer,
    garbage,
)
from tests.reference import softmax


@pytest.fixture
def regions(batch):
    return {key: batch[key] for key in ("text", "text_mask")}


def pool(layer, batch):
    return layer(batch["text"], mask=batch["text_mask"], return_attention=True)


def test_checks(regions, tmp_path):
    make = partial(MixedRegionPooling, scale=2.0)
    given = regions["text"], regions["text_mask"]
    layer = check_layer(make, given[0], mask=given[1], tmp_path=tmp_path)
    check_batching(partial(pool, layer), regions)
    expected = arrays(pool(layer, regions))
    for value in (99.0, np.nan):
        assert_close(pool(layer, garbage(regions, value)), expected)
    assert_finite(pool(layer, {**regions, "text_mask": np.zeros((3, 6), bool)}))
    # Without `return_attention` the vector alone.
    assert_close(layer(given[0], mask=given[1]), expected[0])


def test_matches_the_equations_of_the_code(regions):
    layer = MixedRegionPooling(scale=0.5)
    pooled, weights = arrays(pool(layer, regions))
    score, kernel, bias = arrays(
        [layer.score.kernel, layer.mixing.kernel, layer.mixing.bias]
    )
    assert kernel.shape == (6, 6) and score.shape == (5, 1)
    for row in range(3):
        # (features, regions), as the code holds the map.
        mixed = regions["text"][row].T @ kernel + bias
        expected = softmax(0.5 * np.tanh(mixed).T @ score[:, 0])
        assert_close(weights[row], expected)
        assert_close(pooled[row], mixed @ expected)


def test_another_number_of_regions(regions):
    layer = MixedRegionPooling()
    with pytest.raises(ValueError, match="of no fixed number of regions"):
        layer(keras.Input((None, 5)))
    layer.build((None, 7, 5))
    with pytest.raises(ValueError, match="has 6 regions, and the layer mixes 7"):
        layer(regions["text"])


def marked(rng, places):
    """Maps of noise with a mark of one of two kinds at one of some places."""
    kinds, where = np.arange(64) % 2, rng.choice(places, 64)
    maps = rng.normal(scale=0.1, size=(64, 16, 2)).astype("float32")
    maps[np.arange(64), where, kinds] += 2.0
    return maps, kinds.astype("float32")[:, None]


def trained(pooling, inputs, labels):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([pooling, keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05), "mse")
    for _ in range(40):
        model.train_on_batch(inputs, labels)
    return lambda inputs: arrays(model(inputs))


POOLINGS = {
    "mixed": MixedRegionPooling,
    "attention": partial(AttentionPooling, hidden_dim=4),
}


def test_what_is_learned_early_does_not_hold_late(rng):
    early, late = marked(rng, range(8)), marked(rng, range(8, 16))
    right = {}
    for name, make in POOLINGS.items():
        say = trained(make(), *early)
        right[name] = [
            float(np.mean((say(maps) > 0.5) == labels))
            for maps, labels in (early, late)
        ]
    assert right["attention"] == [1.0, 1.0]
    assert right["mixed"][0] > 0.95 and right["mixed"][1] < 0.9


def test_it_tells_places_as_attention_over_features_cannot():
    maps = np.zeros((2, 8, 2), "float32")
    maps[0, 1, 0] = maps[1, 6, 0] = 2.0
    labels = np.array([[0.0], [1.0]], "float32")
    apart = {
        name: float(np.ptp(trained(make(), maps, labels)(maps)))
        for name, make in POOLINGS.items()
    }
    assert apart["mixed"] > 0.9 and apart["attention"] < 1e-3
