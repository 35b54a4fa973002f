from functools import partial

import numpy as np
import pytest

from mmzoo.layers import Res2Block
from tests.checks import (
    arrays,
    as_after_training,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
    weights_by_path,
)
from tests.reference import res2_block

SMALL = {"dilation": 2, "scale": 5, "squeeze_dim": 2}


def read(layer, batch):
    return layer(batch["text"], mask=batch["text_mask"])


def test_checks(batch, tmp_path):
    make = partial(Res2Block, **SMALL)
    layer = check_layer(make, batch["text"], mask=batch["text_mask"], tmp_path=tmp_path)
    text = {key: batch[key] for key in ("text", "text_mask")}
    check_masking(partial(read, as_after_training(layer)), text)
    check_batching(partial(read, layer), text)


def test_matches_reference(batch):
    layer = Res2Block(**SMALL)
    layer.build(batch["text"].shape)
    given = arrays(read(as_after_training(layer), batch))
    for row, length in enumerate([6, 4, 1]):
        steps = batch["text"][row, :length]
        expected = res2_block(steps, weights_by_path(layer), "", 2, 5)
        assert_close(given[row, :length], expected.astype("float32"))
        assert np.all(given[row, length:] == 0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"scale": 1}, "`scale` is at least 2, not 1"), ({"scale": 4}, "no multiple of")],
)
def test_errors(settings, message, batch):
    with pytest.raises(ValueError, match=message):
        Res2Block(**settings)(batch["text"])
