import keras
import numpy as np
import pytest

from mmzoo.layers.picture_grid import (
    as_pictures,
    coarser,
    grid_of,
    in_blocks,
    side_of,
)
from tests.checks import arrays, assert_close
from tests.layers.small_image import small_backbone


@pytest.fixture
def pixels(rng):
    return rng.uniform(0, 255, (2, 16, 3)).astype("float32")


def test_pixels_lie_row_by_row(pixels):
    images, mask = arrays(as_pictures(pixels, None, 4))
    assert_close(images[1, 2, 3], pixels[1, 2 * 4 + 3])
    assert mask.shape == (2, 4, 4) and mask.all()
    bytes_ = pixels.astype("uint8")
    assert_close(as_pictures(bytes_, None, 4)[0], bytes_.reshape(2, 4, 4, 3) * 1.0)


def test_fewer_pixels_are_missing(pixels):
    mask = np.ones((2, 16), bool)
    images, kept = arrays(as_pictures(pixels[:, :5], mask[:, :5], 4))
    assert_close(images[:, 1, 0], pixels[:, 4])
    assert kept.reshape(2, 16).sum(axis=1).tolist() == [5, 5]


def test_another_picture_is_refused(pixels):
    with pytest.raises(ValueError, match="16 pixels, not 25 as `side=5`"):
        as_pictures(pixels, None, 5)
    with pytest.raises(ValueError, match="16 pixels, not 9 as `side=3`"):
        as_pictures(pixels, np.ones((2, 16), bool), 3)


def test_blocks(rng):
    maps = rng.normal(size=(2, 6, 4, 3)).astype("float32")
    blocks = arrays(in_blocks(maps, 2))
    assert blocks.shape == (2, 3, 2, 2, 2, 3)
    assert_close(blocks[:, 2, :, 1], maps[:, 4:6, 2:4])


def test_a_square_with_one_pixel_is_observed():
    mask = np.zeros((1, 4, 6), bool)
    mask[0, 3, 2] = True
    found = arrays(coarser(mask, 2))
    assert found.tolist() == [[[False] * 3, [False, True, False]]]
    assert coarser(mask, 1) is mask


def test_grid_of():
    assert grid_of(small_backbone(16), 16) == ((2, 2), 8)
    # Of unknown size until it is asked for one.
    assert grid_of(small_backbone(None), 24) == ((3, 3), 8)
    with pytest.raises(ValueError, match="`side=20` is no multiple of 7"):
        grid_of(small_backbone(None), 20)
    with pytest.raises(ValueError, match=r"gives \(None, .*, not \(batch, rows"):
        grid_of(keras.layers.Flatten(), 4)


def test_side_of_a_row_of_numbers():
    assert side_of(64 * 64 * 3, 3) == 64 and side_of(5, 5) == side_of(1, 1) == 1
    for features, channels in ((5, 3), (24, 3), (2, 3), (9, 0), (9, -1)):
        with pytest.raises(ValueError, match=f"{features} .* `channels={channels}`"):
            side_of(features, channels)
