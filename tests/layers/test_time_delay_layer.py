from functools import partial

import numpy as np
import pytest

from mmzoo.layers import TimeDelayLayer
from tests.checks import (
    arrays,
    as_after_training,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
    weights_by_path,
)
from tests.reference import time_delay


def read(layer, batch):
    return layer(batch["text"], mask=batch["text_mask"])


def test_checks(batch, tmp_path):
    make = partial(TimeDelayLayer, 4, 3, 2)
    layer = check_layer(make, batch["text"], mask=batch["text_mask"], tmp_path=tmp_path)
    text = {key: batch[key] for key in ("text", "text_mask")}
    check_masking(partial(read, as_after_training(layer)), text)
    check_batching(partial(read, layer), text)


@pytest.mark.parametrize(("kernel_size", "dilation"), [(1, 1), (3, 1), (3, 2), (5, 1)])
def test_matches_reference(kernel_size, dilation, batch):
    layer = TimeDelayLayer(4, kernel_size, dilation)
    layer.build(batch["text"].shape)
    given = arrays(read(as_after_training(layer), batch))
    for row, length in enumerate([6, 4, 1]):
        steps = batch["text"][row, :length]
        expected = time_delay(steps, weights_by_path(layer), "", dilation)
        assert_close(given[row, :length], expected.astype("float32"))
        assert np.all(given[row, length:] == 0)


def test_statistics_of_a_batch_leave_padding_out(batch):
    alone, among = TimeDelayLayer(4, 3), TimeDelayLayer(4, 3)
    for layer in (alone, among):
        layer.build(batch["text"].shape)
    among.set_weights(alone.get_weights())
    alone(batch["text"][1:2, :4], training=True)
    among(batch["text"][1:2], mask=batch["text_mask"][1:2], training=True)
    assert_close(among.weights, alone.weights)


def test_kernels_are_odd():
    with pytest.raises(ValueError, match="`kernel_size` is odd.*not 4"):
        TimeDelayLayer(8, kernel_size=4)
