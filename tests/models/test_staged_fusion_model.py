import numpy as np
import pytest

import mmzoo
from mmzoo.layers import ImageEncoder, WordEmbedding
from mmzoo.models import StagedFusionModel
from tests.checks import arrays, assert_close, check_training
from tests.models.test_convolutional_fusion_network import small


def test_a_modality_answers_alone_while_it_is_trained(batch):
    model = small(classes=["low", "high"])
    said = arrays(model(batch))
    assert isinstance(model, StagedFusionModel)
    assert sorted(said) == ["emotion", *(f"emotion_{x}" for x in model.branches)]
    model.train_level("text")
    assert_close(model(batch), {"emotion": said["emotion_text"]})
    for level in ("fusion", None):
        model.train_level(level)
        assert_close(model(batch), said)


@pytest.mark.one_backend
@pytest.mark.parametrize("level", ["text", "fusion"])
def test_each_level_learns(level, batch, targets):
    model = small(feature_dim=16)
    model.train_level(level)
    check_training(model, batch, targets, below=0.6)


def test_a_missing_modality_is_zeros_in_the_fusion(batch):
    model = small()
    batch["audio_mask"][0] = False
    before = arrays(model(batch)["sentiment"])
    bias = model.branches["audio"].reduction.bias
    bias.assign_add(np.ones(bias.shape))
    after = arrays(model(batch)["sentiment"])
    assert_close(after[0], before[0])
    assert np.abs(after[1:] - before[1:]).min() > 1e-6


@pytest.mark.one_backend
def test_what_is_frozen_drops_nothing(batch):
    model = small(dropout=0.5)
    model.fusion_head.output_dropout.rate = 0.0
    for level, same in (("fusion", True), (None, False)):
        model.train_level(level)
        first, again = (
            arrays(model(batch, training=True)["sentiment"]) for _ in range(2)
        )
        assert np.allclose(first, again) == same


@pytest.mark.one_backend
def test_the_fusion_learns_from_pictures_as_they_are(rng):
    ends = {"image": ImageEncoder(side=16, width=0.1), "text": WordEmbedding(["a"])}
    model = mmzoo.build_convolutional_fusion_network(ends, dropout=0.0)
    model.train_level("fusion")
    pixels = rng.uniform(0, 255, (2, 16 * 16, 3)).astype("float32")
    batch = {"pixels": pixels, "tokens": np.ones((2, 1), "int32")}
    assert_close(model(batch, training=True), arrays(model(batch)))
