import numpy as np

from mmzoo.layers import ECAPATDNN
from tests.checks import (
    arrays,
    as_after_training,
    assert_close,
    weights_by_path,
)
from tests.reference import res2_block, time_delay


def read(layer, batch):
    return layer(batch["text"], mask=batch["text_mask"])


def make(**named):
    return ECAPATDNN(width=0.01, **named)


def test_matches_reference(batch):
    layer = make()
    layer.build(batch["text"].shape)
    given, _ = arrays(read(as_after_training(layer), batch))
    weights = weights_by_path(layer)
    for row, length in enumerate([6, 4, 1]):
        total = time_delay(batch["text"][row, :length], weights, "first/")
        found = []
        for index, dilation in enumerate([2, 3, 4]):
            name = f"block_{index}/"
            found.append(res2_block(total, weights, name, dilation, scale=8))
            total = total + found[-1]
        steps = np.concatenate(found, axis=1)
        expected = time_delay(steps, weights, "joined/")
        assert_close(given[row, :length], expected.astype("float32"), 1e-4)


def test_widths_of_the_paper():
    layer = ECAPATDNN()
    assert layer.output_dim == 1536
    assert [block.squeeze_dim for block in layer.blocks] == [128] * 3
    assert layer.first.filters == 512
