import numpy as np
import pytest

from mmzoo.layers.image_backbone import imagenet_scaling, preset_backbone, resnet50
from tests.checks import arrays, assert_close
from tests.layers.small_image import save_backbone


@pytest.mark.slow
def test_resnet50():
    backbone = resnet50(64)
    assert backbone.output.shape == (None, 2, 2, 2048)
    # Without the classifier of 1000 classes, 25.6 million.
    assert backbone.count_params() == 23561152


def test_imagenet_is_standardised():
    scale, offset = map(np.array, imagenet_scaling())
    mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    assert_close(255 * mean * scale + offset, np.zeros(3))
    assert_close(255 * (mean + deviation) * scale + offset, np.ones(3))


def test_preset(rng, tmp_path):
    saved = save_backbone(tmp_path)
    backbone, scaling = preset_backbone(tmp_path, 16)
    assert scaling == [[0.01] * 3, [-1.0, 0.0, 1.0]]
    assert backbone.input.shape == (None, 16, 16, 3)
    images = rng.normal(size=(2, 16, 16, 3)).astype("float32")
    assert_close(arrays(backbone(images)), arrays(saved(images)))


def test_preset_that_scales_nothing(tmp_path):
    save_backbone(tmp_path, scale=None, offset=None)
    assert preset_backbone(tmp_path, 16)[1] == [[1.0] * 3, [0.0] * 3]


def test_folder_without_a_network(tmp_path):
    with pytest.raises(ValueError, match="holds no image network that KerasHub loads"):
        preset_backbone(tmp_path, 16)
