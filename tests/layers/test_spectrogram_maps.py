import numpy as np

from mmzoo.layers.spectrogram_maps import (
    coarser,
    overlapping_maximum,
    padded,
    zero_outside,
)
from tests.checks import arrays, assert_close
from tests.reference import maximum


def test_overlapping_maximum(rng):
    for shape in ((1, 1), (2, 3), (7, 4), (8, 9)):
        image = rng.uniform(size=(*shape, 2)).astype("float32")
        assert_close(overlapping_maximum(image[None])[0], maximum(image))


def test_zeros_around_maps():
    maps = np.ones((1, 5, 4, 1), "float32")
    for kernel, stride, before in ((3, 1, 1), (3, 2, 0), (7, 2, 2), (1, 2, 0)):
        found = arrays(padded(maps, kernel, stride))
        assert found.shape == (1, 4 + kernel, 3 + kernel, 1)
        assert found[0, before : before + 5, before : before + 4].sum() == found.sum()


def test_cells_of_frames():
    mask = np.array([[True] * 3 + [False] * 4])
    assert arrays(coarser(mask, 2)).tolist() == [[True, True, False, False]]
    found = arrays(zero_outside(np.full((1, 7, 2, 1), np.nan), mask[:, ::-1]))
    assert np.isnan(found[0, 4:]).all() and np.all(found[0, :4] == 0)
