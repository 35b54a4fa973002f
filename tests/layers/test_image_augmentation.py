from functools import partial

import numpy as np
import pytest

from mmzoo.layers import ImageAugmentation
from tests.checks import arrays, assert_close, check_batching, check_layer

NOTHING = {"flip": False, "max_shift": 0, "max_brightness": 0.0}


@pytest.fixture
def pictures(rng):
    """One whole, one without its last two rows: 6 rows, 5 columns."""
    images = rng.uniform(50, 200, (2, 6, 5, 3)).astype("float32")
    mask = np.ones((2, 6, 5), bool)
    mask[1, 4:] = False
    return {"x": images * mask[..., None], "x_mask": mask}


def augmented(pictures, draws=1, **settings):
    """Pictures and masks of several draws, one behind the other in the batch."""
    images = np.concatenate([pictures["x"]] * draws)
    mask = np.concatenate([pictures["x_mask"]] * draws)
    layer = ImageAugmentation(**{**NOTHING, **settings})
    return arrays(layer(images, mask=mask, training=True))


def moved(image, down, right):
    """The picture moved, with zeros where nothing comes in."""
    rows, columns = image.shape[:2]
    wide = np.pad(image, [(rows, rows), (columns, columns), (0, 0)])
    top, left = rows - down, columns - right
    return wide[top : top + rows, left : left + columns]


def test_checks(pictures, tmp_path):
    make = partial(ImageAugmentation, seed=1)
    images, mask = pictures["x"], pictures["x_mask"]
    layer = check_layer(make, images, mask=mask, tmp_path=tmp_path)
    check_batching(lambda batch: layer(batch["x"], mask=batch["x_mask"]), pictures)


def test_identity_outside_training(pictures):
    layer = ImageAugmentation()
    expected = pictures["x"], pictures["x_mask"]
    assert_close(layer(*expected), expected, 0)
    assert_close(layer(*expected, training=False), expected, 0)
    assert_close(augmented(pictures), expected, 0)
    assert arrays(layer(pictures["x"])[1]).all()


def test_every_second_picture_is_mirrored(pictures):
    images, mask = augmented(pictures, draws=200, flip=True, seed=0)
    assert np.array_equal(mask, np.concatenate([pictures["x_mask"]] * 200))
    same = np.concatenate([pictures["x"]] * 200)
    mirrored = np.all(images == same[:, :, ::-1], axis=(1, 2, 3))
    assert np.all(mirrored | np.all(images == same, axis=(1, 2, 3)))
    assert 0.4 < mirrored.mean() < 0.6


def test_pictures_move_with_their_masks(pictures):
    images, mask = augmented(pictures, draws=200, max_shift=1, seed=0)
    found = set()
    steps = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    for row, (image, kept) in enumerate(zip(images, mask, strict=True)):
        one, its_mask = pictures["x"][row % 2], pictures["x_mask"][row % 2, ..., None]
        (step,) = (each for each in steps if np.array_equal(moved(one, *each), image))
        assert np.array_equal(moved(its_mask, *step)[..., 0], kept)
        found.add((row % 2, *step))
    assert len(found) == 2 * 9


def test_brightness(pictures):
    images, mask = augmented(pictures, draws=100, max_brightness=0.1, seed=0)
    light = images - np.concatenate([pictures["x"]] * 100)
    assert np.all(images[~mask] == 0)
    ranges = [np.ptp(each[kept]) for each, kept in zip(light, mask, strict=True)]
    assert max(ranges) < 1e-3
    assert 20 < light.max() < 25.5 + 1e-3 and -25.5 - 1e-3 < light.min() < -20
    white = {**pictures, "x": np.full_like(pictures["x"], 250)}
    assert augmented(white, 20, max_brightness=0.5)[0].max() == 255


def test_same_seed_same_draws(pictures):
    settings = {"flip": True, "max_shift": 2, "max_brightness": 0.2}
    first, again = (augmented(pictures, 5, **settings, seed=5) for _ in range(2))
    assert_close(first, again, 0)
    other = augmented(pictures, 5, **settings, seed=6)
    assert not np.array_equal(first[0], other[0])


def test_garbage_in_training(pictures):
    mask = pictures["x_mask"]
    spoilt = {
        **pictures,
        "x": np.where(mask[..., None], pictures["x"], np.float32("nan")),
    }
    settings = {"flip": True, "max_shift": 2, "max_brightness": 0.2, "seed": 0}
    assert_close(augmented(spoilt, **settings), augmented(pictures, **settings), 0)


@pytest.mark.parametrize("name", ["max_shift", "max_brightness"])
def test_errors(name):
    with pytest.raises(ValueError, match=f"`{name}` is at least 0, not -1"):
        ImageAugmentation(**{name: -1})
