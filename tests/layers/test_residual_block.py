from functools import partial

import numpy as np
import pytest

from mmzoo.layers import ResidualBlock
from tests.checks import (
    arrays,
    as_after_training,
    assert_close,
    check_batching,
    check_layer,
    weights_by_path,
)
from tests.reference import residual_block

LENGTHS = np.array([7, 4, 1])


@pytest.fixture
def maps(rng):
    """Three clips of 7, 4 and 1 frames, 5 bins, 3 channels."""
    mask = np.arange(7) < LENGTHS[:, None]
    values = rng.normal(size=(3, 7, 5, 3)).astype("float32")
    return {"x": values * mask[..., None, None], "x_mask": mask}


def read(layer, batch):
    return layer(batch["x"], mask=batch["x_mask"])


@pytest.mark.parametrize("settings", [{"stride": 2}, {"bottleneck": True}])
def test_checks(settings, maps, tmp_path):
    make = partial(ResidualBlock, 4, **settings)
    layer = check_layer(make, maps["x"], mask=maps["x_mask"], tmp_path=tmp_path)
    check_batching(partial(read, layer), maps)


@pytest.mark.parametrize(
    ("filters", "stride", "bottleneck"),
    [(3, 1, False), (4, 2, False), (4, 1, False), (2, 1, True), (2, 2, True)],
)
def test_matches_reference(filters, stride, bottleneck, maps):
    layer = ResidualBlock(filters, stride, bottleneck)
    layer.build(maps["x"].shape)
    # What lies in masked frames changes nothing.
    spoilt = np.where(maps["x_mask"][..., None, None], maps["x"], np.nan)
    given = as_after_training(layer)(spoilt.astype("float32"), mask=maps["x_mask"])
    given, mask = arrays(given)
    for row, length in enumerate(LENGTHS):
        expected = residual_block(
            maps["x"][row, :length], weights_by_path(layer), stride
        )
        assert_close(given[row, : len(expected)], expected.astype("float32"), 1e-4)
        assert np.all(given[row, len(expected) :] == 0)
        assert mask[row].sum() == len(expected)


def test_what_fits_passes_as_it_is():
    layer = ResidualBlock(3)
    layer.build((None, None, None, 3))
    assert layer.shortcut is None and ResidualBlock(3, bottleneck=True).output_dim == 12


def test_errors():
    with pytest.raises(ValueError, match="at least 1, not 4 and 0"):
        ResidualBlock(4, stride=0)
