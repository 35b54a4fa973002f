from functools import partial

import numpy as np
import pytest

from mmzoo.layers import FrameCNN, ImageCNN
from tests.checks import (
    arrays,
    as_after_training,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
    compiled,
)
from tests.layers.test_image_cnn import reference

SMALL = {"features": 5, "channels": 2, "width": 0.1}


@pytest.fixture
def clips(rng):
    """Clips of 3, 2 and 1 pictures of 11 x 11 pixels; of the first one is missing."""
    frames = rng.normal(size=(3, 3, 11 * 11 * 2)).astype("float32")
    mask = np.arange(3) < np.array([3, 2, 1])[:, None]
    mask[0, 1] = False
    return {"x": frames, "x_mask": mask}


def read(layer):
    return lambda batch: layer(batch["x"], mask=batch["x_mask"])


def test_checks(clips, tmp_path):
    make = partial(FrameCNN, **SMALL)
    layer = check_layer(make, clips["x"], mask=clips["x_mask"], tmp_path=tmp_path)
    check_masking(read(layer), clips)
    check_batching(read(layer), clips)


def test_is_a_network_of_pictures_and_a_dense_layer(clips):
    layer = FrameCNN(**SMALL)
    layer.build((None, None, 11 * 11 * 2))
    as_after_training(layer)
    found = arrays(compiled(read(layer))(clips))
    network = ImageCNN(SMALL["width"])
    network.build((None, None, None, 2))
    network.set_weights(arrays(layer.network.weights))
    kernel, bias = arrays(layer.projection.weights)
    inside = np.zeros((16, 16), bool)
    inside[:11, :11] = True
    for row, step in np.ndindex(3, 3):
        if not clips["x_mask"][row, step]:
            assert np.all(found[row, step] == 0)
            continue
        image = np.zeros((16, 16, 2))
        image[:11, :11] = clips["x"][row, step].reshape(11, 11, 2)
        cells, _ = reference(image, inside, network)
        expected = np.maximum(cells.reshape(-1) @ kernel + bias, 0)
        assert_close(found[row, step], expected.astype("float32"), 1e-4)


@pytest.mark.one_backend
def test_statistics_are_those_of_observed_frames(clips):
    among, alone = FrameCNN(**SMALL), FrameCNN(**SMALL)
    for layer in (among, alone):
        layer.build((None, None, 11 * 11 * 2))
    alone.set_weights(arrays(among.weights))
    before = arrays(among.weights)
    among(clips["x"], mask=clips["x_mask"], training=True)
    alone(clips["x"][clips["x_mask"]][None], training=True)
    assert_close(arrays(among.weights), arrays(alone.weights), 1e-4)
    assert any(
        (b != a).any() for b, a in zip(before, arrays(among.weights), strict=True)
    )


@pytest.mark.one_backend
def test_a_frame_is_a_square():
    with pytest.raises(ValueError, match="`channels=3`: give side"):
        FrameCNN()(np.ones((1, 2, 25)))
