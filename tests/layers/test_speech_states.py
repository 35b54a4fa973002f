import numpy as np
import pytest

from mmzoo.layers import MoonshineStates
from tests.checks import arrays, check_config
from tests.layers.small_speech import WIDTH, small_moonshine

pytestmark = pytest.mark.one_backend


def test_parts_are_copies_that_are_all_built():
    backbone, converter = small_moonshine()
    layer = MoonshineStates.from_backbone(backbone, converter, longest=9000)
    kernel = layer.convolutions[0].kernel
    np.testing.assert_array_equal(arrays(kernel), arrays(backbone.conv1.kernel))
    kernel.assign(np.zeros(kernel.shape))
    assert arrays(backbone.conv1.kernel).any()
    assert all(part.built for part in layer._flatten_layers())
    assert (layer.features, layer.sample_rate, layer.longest) == (WIDTH, 16000, 9000)
    check_config(layer)


def test_all_parts_learn_or_none():
    layer = MoonshineStates.from_backbone(*small_moonshine())
    layer.let_learn(False)
    assert not layer.trainable_weights
    layer.let_learn(True)
    # The angles of the rotary embedding never learn.
    assert len(layer.non_trainable_weights) == 1
