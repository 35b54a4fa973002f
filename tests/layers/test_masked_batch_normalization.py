import keras
import numpy as np

from mmzoo.layers import MaskedBatchNormalization
from tests.checks import arrays, assert_close, check_config


def test_config():
    check_config(MaskedBatchNormalization(momentum=0.5))


def test_a_batch_with_something_observed_is_normalised_as_by_keras(rng):
    inputs = rng.normal(size=(4, 5, 3)).astype("float32")
    mask = rng.random((4, 5)) < 0.5
    ours, theirs = MaskedBatchNormalization(), keras.layers.BatchNormalization()
    for layer in (ours, theirs):
        layer.build(inputs.shape)
    for each in ({"mask": mask}, {}):
        assert_close(
            ours(inputs, training=True, **each), theirs(inputs, training=True, **each)
        )
    assert_close(ours.moving_variance, theirs.moving_variance)
    assert_close(ours(inputs), theirs(inputs))


def test_a_batch_without_anything_observed_changes_no_memory(rng):
    inputs = rng.normal(size=(4, 5, 3)).astype("float32")
    layer = MaskedBatchNormalization(momentum=0.5)
    layer(inputs, training=True)
    before = arrays([layer.moving_mean, layer.moving_variance])
    found = layer(inputs, mask=np.zeros((4, 5), bool), training=True)
    assert_close([layer.moving_mean, layer.moving_variance], before)
    assert_close(found, layer(inputs, training=False))
