import math
from functools import partial

import numpy as np
import pytest

from mmzoo.layers.masked_adaptive_pooling import MaskedAdaptivePooling, _bins_of_grid
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)


def pool(layer, batch):
    return layer(batch["text"], mask=batch["text_mask"])


def bins(count, length):
    """Begin and end of each bin, as PyTorch's adaptive pooling has them."""
    return [
        (math.floor(i * length / count), math.ceil((i + 1) * length / count))
        for i in range(count)
    ]


@pytest.mark.parametrize("num_tokens", [2, 7])
def test_checks(num_tokens, batch, tmp_path):
    make = partial(MaskedAdaptivePooling, num_tokens)
    layer = check_layer(make, batch["text"], mask=batch["text_mask"], tmp_path=tmp_path)
    text = {key: batch[key] for key in ("text", "text_mask")}
    check_masking(partial(pool, layer), text)
    check_batching(partial(pool, layer), text)


@pytest.mark.parametrize("num_tokens", [1, 4, 7])
def test_each_sample_is_cut_by_its_own_length(num_tokens, batch):
    means, mask = arrays(pool(MaskedAdaptivePooling(num_tokens), batch))
    for row, length in enumerate([6, 4, 1]):
        for token, (begin, end) in enumerate(bins(num_tokens, length)):
            expected = batch["text"][row, begin:end].mean(axis=0)
            assert_close(means[row, token], expected)
    assert mask.all()


def test_a_grid_is_cut_in_rows_and_columns(rng):
    cells = rng.normal(size=(2, 5, 4, 3)).astype("float32")
    mask = rng.uniform(size=(2, 5, 4)) < 0.7
    mask[1, :2, :2] = False
    layer = MaskedAdaptivePooling(6, grid=(5, 4))
    means, seen = arrays(layer(cells.reshape(2, 20, 3), mask=mask.reshape(2, 20)))
    squares = [(rows, columns) for rows in bins(3, 5) for columns in bins(2, 4)]
    for row in range(2):
        for token, ((top, low), (left, right)) in enumerate(squares):
            inside = mask[row, top:low, left:right]
            assert seen[row, token] == inside.any()
            expected = np.zeros(3, "float32")
            if inside.any():
                expected = cells[row, top:low, left:right][inside].mean(axis=0)
            assert_close(means[row, token], expected)
    assert not seen[1, 0] and np.all(means[1, 0] == 0)


def test_as_many_bins_as_cells_are_the_cells(rng):
    cells = rng.normal(size=(1, 9, 2)).astype("float32")
    means, _ = MaskedAdaptivePooling(9, grid=(3, 3))(cells)
    assert_close(means, cells)
    # Cells that are cut off behind the last observed one were not observed.
    _, mask = MaskedAdaptivePooling(9, grid=(3, 3))(cells[:, :4])
    assert arrays(mask).sum() == 4


def test_bins_stand_as_those_of_mmbt():
    table = {1: (1, 1), 2: (2, 1), 3: (3, 1), 4: (2, 2), 5: (5, 1)}
    table |= {6: (3, 2), 7: (7, 1), 8: (4, 2), 9: (3, 3)}
    assert {count: _bins_of_grid(count) for count in table} == table


def test_at_least_one_bin():
    with pytest.raises(ValueError, match="`num_tokens` is at least 1, not 0"):
        MaskedAdaptivePooling(0)
