import numpy as np
import pytest
from keras import ops

from mmzoo.layers import MaskedNormalization
from tests.checks import (
    arrays,
    assert_close,
    assert_finite,
    check_batching,
    check_layer,
    check_masking,
)
from tests.reference import standardised


@pytest.fixture
def training(rng):
    frames = rng.normal(3.0, 2.0, (50, 5)).astype("float32")
    frames[:, 2] = 1e6
    return frames


@pytest.fixture
def layer(training):
    normalization = MaskedNormalization(clip=2.0)
    normalization.adapt(training)
    return normalization


def normalise(layer):
    return lambda batch: layer(batch["text"], mask=batch["text_mask"])


def test_checks(layer, batch, tmp_path):
    check_layer(
        MaskedNormalization, batch["text"], mask=batch["text_mask"], tmp_path=tmp_path
    )
    text = {key: batch[key] for key in ("text", "text_mask")}
    check_masking(normalise(layer), text)
    check_batching(normalise(layer), text)


def test_matches_reference(layer, training, batch):
    expected = standardised(4 * batch["text"], training, clip=2.0)
    assert_close(layer(4 * batch["text"]), expected, 1e-4)
    masked = expected * batch["text_mask"][..., None]
    assert_close(layer(4 * batch["text"], mask=batch["text_mask"]), masked, 1e-4)


def test_clip_none_limits_nothing(training):
    layer = MaskedNormalization(clip=None)
    layer.adapt(training)
    assert arrays(layer(np.full((1, 1, 5), 1e4, "float32"))).max() > 1000


def test_adapt_takes_pieces(training):
    whole, pieces = MaskedNormalization(), MaskedNormalization()
    whole.adapt(training)
    pieces.adapt([training[:7], training[7:7], training[7:]])
    assert_close(pieces.weights, whole.weights)
    assert_close(whole.mean, training.mean(axis=0), 1e-4)


def test_large_means_lose_no_digits(rng):
    layer = MaskedNormalization()
    layer.adapt(rng.normal(1e4, 1.0, (1000, 2)))
    assert_close(layer.deviation, np.ones(2), 0.1)


def test_inverse(layer, training):
    values = arrays(layer(training[None]))
    inside = np.abs(values) < 2.0
    back = arrays(layer.inverse(values))
    assert_close(back[inside], training[None][inside], 1e-4)
    # A constant column gets its constant back.
    assert np.all(back[..., 2] == 1e6)


def test_values_that_are_not_finite_become_the_mean(layer):
    outputs = arrays(layer(np.array([[[np.nan, np.inf, -np.inf, 3.0, 3.0]]])))
    assert_finite(outputs)
    assert np.all(outputs[..., :3] == 0)


@pytest.mark.parametrize("frames", [np.zeros((0, 5)), []])
def test_nothing_to_learn_from(frames):
    with pytest.raises(ValueError, match="no observed frame"):
        MaskedNormalization().adapt(frames)


def test_narrow_types_lose_no_digits_of_the_file(rng):
    frames = rng.normal(1000.0, 1.0, (1, 50, 2)).astype("float32")
    wide, narrow = MaskedNormalization(), MaskedNormalization(dtype="mixed_bfloat16")
    for layer in (wide, narrow):
        layer.adapt(frames[0])
    assert_close(ops.cast(narrow(frames), "float32"), wide(frames), 0.02)
