import numpy as np
import pytest

from mmzoo.layers import SequenceBranch, WordEmbedding
from mmzoo.models import FusionModel
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_masking,
    check_saving,
    check_training,
)

DIMS = {"audio": 3, "text": 5}
CLASSES = ["sad", "happy", "calm"]
WORDS = ["good", "bad", "film"]


def small_fusion(dims=DIMS, classes=CLASSES, **options):
    branches = {name: SequenceBranch(4, name=name) for name in dims}
    return FusionModel(dims, branches, classes, dropout=0.0, **options)


@pytest.fixture
def clips(batch):
    return {key: batch[key] for key in ("audio", "audio_mask", "text", "text_mask")}


@pytest.fixture
def emotions():
    return {"emotion": np.array([0, 2, 1], "int32"), "emotion_mask": np.ones(3, bool)}


def test_checks(clips, tmp_path):
    model = small_fusion()
    check_masking(lambda x: model(x)["emotion"], clips)
    check_batching(model, clips)
    check_saving(model, clips, tmp_path)


def test_learns(clips, emotions):
    check_training(small_fusion(), clips, emotions, below=0.5)


@pytest.mark.parametrize("fusion", ["aff", "iaff"])
def test_attentional_feature_fusion(fusion, clips, emotions, tmp_path):
    model = small_fusion(fusion=fusion)
    check_masking(lambda x: model(x)["emotion"], clips)
    check_saving(model, clips, tmp_path)
    check_training(model, clips, emotions, below=0.5)
    alone = {**clips, "audio_mask": np.zeros_like(clips["audio_mask"])}
    vector = model.branches["text"](clips["text"], mask=clips["text_mask"])
    assert_close(model(alone)["emotion"], model.fusion_head.answers[0](vector))


def test_one_modality_is_enough(clips):
    model = small_fusion({"text": 5})
    assert model.source == model.reads == ["text"]
    assert model(clips)["emotion"].shape == (3, 3)


def test_score(clips, targets):
    model = small_fusion(classes=None)
    assert model(clips)["sentiment"].shape == (3,)
    check_training(model, clips, targets, below=0.6)


def test_loss_counts_labelled_clips_only(clips, emotions):
    model = small_fusion()
    logits = arrays(model(clips)["emotion"])
    emotions["emotion_mask"][1] = False
    weight, total, count = model.loss_terms(clips, emotions, {"emotion": logits})[
        "emotion_loss"
    ]
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = -np.log(chances[0, 0]) - np.log(chances[2, 1])
    assert (weight, float(count)) == (1.0, 2.0)
    np.testing.assert_allclose(float(total), expected, rtol=1e-4)


def test_mask_may_be_left_out(clips):
    model = small_fusion()
    bare = {name: clips[name] for name in DIMS}
    full = {**bare, **{f"{name}_mask": np.ones((3, 6), bool) for name in DIMS}}
    assert_close(model(bare), model(full))


def test_front_end_is_passed_over_where_frames_are_there(clips):
    words = WordEmbedding(WORDS, 5, trainable=False)
    model = small_fusion({"audio": 3, "text": words})
    assert model.reads == ["audio", "text"]
    tokens, mask = words.tokenize(["good film", "", "bad bad bad"])
    raw = {k: clips[k] for k in ("audio", "audio_mask")}
    frames, _ = words(tokens, mask)
    ready = {**raw, "text": arrays(frames), "text_mask": mask}
    raw |= {"tokens": tokens, "tokens_mask": mask}
    assert_close(model(raw), model(ready))


def test_front_end_that_learns_is_read_raw_and_saved(clips, emotions, tmp_path):
    words = WordEmbedding(WORDS, 5)
    model = small_fusion({"text": words})
    assert model.reads == ["tokens"]
    tokens, mask = words.tokenize(["good film", "film", "bad bad bad"])
    raw = {"tokens": tokens, "tokens_mask": mask}
    check_saving(model, raw, tmp_path)
    check_training(model, raw, emotions, below=0.5)


def test_attend(clips):
    found = arrays(small_fusion().attend(clips))
    assert set(found) == {"audio", "audio_frames", "text", "text_frames"}
    np.testing.assert_allclose(found["text"].sum(axis=1), 1.0, rtol=1e-5)


def test_branches_and_dims_must_agree():
    with pytest.raises(ValueError, match="`branches` are of .* name the same"):
        FusionModel(DIMS, {"text": SequenceBranch(4)})
