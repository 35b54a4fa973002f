from functools import partial

import numpy as np
import pytest
from keras import ops

from mmzoo.layers import LuongAttention
from tests.checks import arrays, assert_close, check_layer, check_masking
from tests.reference import luong_attention


@pytest.fixture
def query(rng):
    return rng.normal(size=(3, 8, 4)).astype("float32")


def attend(layer, query, batch):
    return layer(query, batch["text"], memory_mask=batch["text_mask"])


@pytest.mark.parametrize("alignment", ["global", "aligned"])
def test_checks(alignment, query, batch, tmp_path):
    make = partial(LuongAttention, alignment, window=1)
    memory = {"memory_mask": batch["text_mask"]}
    layer = check_layer(make, query, batch["text"], **memory, tmp_path=tmp_path)
    # Only what is behind the padding's NaN matters here: the encoder removes those.
    clean = {key: batch[key] for key in ("text", "text_mask")}

    def context(batch):
        text = ops.nan_to_num(batch["text"], nan=55.0)
        return attend(layer, query, {**batch, "text": text})

    check_masking(context, clean)


@pytest.mark.parametrize("alignment", ["global", "aligned"])
def test_matches_reference(alignment, query, batch):
    layer = LuongAttention(alignment, window=1)
    layer.build(query.shape, batch["text"].shape)
    options = ()
    if alignment == "aligned":
        layer.offset_bias.assign(np.array([0.5, -1.0, 2.0]))
        options = (1, np.array([0.5, -1.0, 2.0]))
    context, weights = arrays(attend(layer, query, batch))
    key = arrays(layer.key.kernel)
    for row, length in enumerate([6, 4, 1]):
        expected = luong_attention(
            query[row], batch["text"][row, :length], key, *options
        )
        assert_close((context[row], weights[row, :, :length]), expected)
        assert np.all(weights[row, :, length:] == 0)


def test_offset_places_a_single_step(query, batch):
    layer = LuongAttention("aligned", window=2)
    whole = arrays(attend(layer, query, batch))
    for t in (0, 3, 7):
        step = layer(
            query[:, t : t + 1],
            batch["text"],
            memory_mask=batch["text_mask"],
            offset=t,
        )
        assert_close(step, tuple(each[:, t : t + 1] for each in whole))


def test_bias_starts_as_a_gaussian(query, batch):
    layer = LuongAttention("aligned", window=2)
    layer(query, batch["text"])
    assert_close(layer.offset_bias, -np.array([4, 1, 0, 1, 4]) / 2.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alignment": "local"}, r"one of \['global', 'aligned'\], not 'local'"),
        ({"window": -1}, "`window` is at least 0, not -1"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        LuongAttention(**options)
