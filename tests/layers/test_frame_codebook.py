import warnings

import numpy as np
import pytest

from mmzoo.layers import FrameCodebook, MaskedNormalization
from tests.checks import arrays, assert_close, check_layer


@pytest.fixture
def layer(rng):
    codebook = FrameCodebook(3)
    centres = np.array([[0.0, 0.0], [9.0, 9.0], [-9.0, 9.0]])
    codebook.adapt(np.repeat(centres, 20, axis=0) + rng.normal(0, 0.1, (60, 2)))
    return codebook


def test_checks(batch, tmp_path):
    def make(**kwargs):
        return FrameCodebook(num_codes=4, **kwargs)

    check_layer(make, batch["video"], tmp_path=tmp_path)


def test_each_frame_gets_its_nearest_code(layer, rng):
    frames = rng.normal(0, 5, (2, 7, 2)).astype("float32")
    codes, centroids = arrays(layer(frames)), arrays(layer.centroids)
    for place in np.ndindex(2, 7):
        distances = ((frames[place] - centroids) ** 2).sum(axis=-1)
        assert codes[place] == distances.argmin()


def test_adapt_finds_the_clusters(layer):
    centroids = arrays(layer.centroids)
    order = np.argsort(centroids[:, 0])
    assert_close(centroids[order], np.array([[-9.0, 9.0], [0, 0], [9, 9]]), 0.1)


def test_adapt_is_repeatable(rng):
    frames = rng.normal(size=(50, 2))
    first, second = FrameCodebook(4), FrameCodebook(4)
    first.adapt(frames, seed=3)
    second.adapt(frames, seed=3)
    assert_close(first.centroids, second.centroids, 0)


def test_lookup_inverts_and_clips(layer):
    codes = np.array([[0, 1], [2, 7]])
    frames = arrays(layer.lookup(codes))
    assert_close(frames, arrays(layer.centroids)[np.array([[0, 1], [2, 2]])])
    assert_close(layer(frames), np.array([[0, 1], [2, 2]], "int32"))


def test_masks_pass_without_a_warning(batch):
    # Keras hangs the mask on the frames; the codebook need not know it.
    frames = MaskedNormalization()(batch["video"], mask=batch["video_mask"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        FrameCodebook(2)(frames)


def test_errors(rng):
    with pytest.raises(ValueError, match="`num_codes` is at least 2, not 1"):
        FrameCodebook(1)
    with pytest.raises(ValueError, match="at least num_codes=5 frames.*given 4"):
        FrameCodebook(5).adapt(rng.normal(size=(4, 2)))
