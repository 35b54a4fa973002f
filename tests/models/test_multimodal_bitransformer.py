import itertools

import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.data.token_rows import token_rows
from mmzoo.layers import ImageEncoder, WordEmbedding
from mmzoo.training.front_ends import FrontEnds
from tests.checks import arrays, assert_close, check_saving, check_training
from tests.layers.small_text import WORDS, save_encoder, small_encoder
from tests.models.small_models import DIMS, adapted

SMALL = {"num_tokens": 2, "hidden_dim": 8, "num_layers": 1, "num_heads": 2}
SMALL |= {"encoder_dropout": 0.0, "dropout": 0.0}
FORMS = pytest.mark.parametrize("tokens_first", [True, False])
CLASSES = ["bad", "good"]
SIDE = 16


def small(input_dims=None, **options):
    """The own encoder on frames of all modalities, or of some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_multimodal_bitransformer(**options))


def small_bert(**options):
    """Cells of a picture among the words of an untrained BERT, which learns."""
    ends = {"image": 3, "text": small_encoder(trainable=True)}
    return mmzoo.build_multimodal_bitransformer(ends, **{**SMALL, **options})


@pytest.fixture
def samples(rng):
    """Tokens of four texts and five cells each; of two the one or the other lacks."""
    texts = ["good film", "very bad", "", "good"]
    tokens, mask = map(np.stack, zip(*token_rows(small_encoder(), texts), strict=True))
    seen = np.ones((4, 5), bool)
    seen[1, 3:], seen[3] = False, False
    return {
        "image": rng.normal(size=(4, 5, 3)).astype("float32"),
        "image_mask": seen,
        "tokens": tokens,
        "tokens_mask": mask,
    }


def normalised(states):
    mean, variance = (f(states, axis=-1, keepdims=True) for f in (np.mean, np.var))
    return (states - mean) / np.sqrt(variance + 1e-12)


def reference(model, batch, row):
    """The answer by the equations, of one sample; the BERT's layers are KerasHub's."""
    backbone = model.front_ends["text"].backbone
    parts = "token_embedding", "position_embedding", "segment_embedding"
    token, position, segment = (
        arrays(getattr(backbone, part).weights[0]) for part in parts
    )
    kernel, bias = arrays(model.projections["image"].weights)
    cells = batch["image"][row][batch["image_mask"][row]]
    # Bins of two: the middle one of three or five cells is in both.
    half = -(-len(cells) // 2)
    bins = [cells[:half].mean(0) @ kernel + bias, cells[-half:].mean(0) @ kernel + bias]
    first, end = WORDS.index("[CLS]"), WORDS.index("[SEP]")
    words = batch["tokens"][row, 1:, 0][batch["tokens_mask"][row, 1:]]
    if model.tokens_first:
        picture = np.stack([token[first], *bins, token[end]]) + segment[0]
        spoken = token[words] + segment[1]
        parts = [picture + position[: len(picture)], spoken + position[: len(spoken)]]
    else:
        spoken = token[[first, *words]] + segment[0]
        parts = [spoken + position[: len(spoken)], np.stack(bins) + segment[1]]
    states = normalised(np.concatenate(parts))[None].astype("float32")
    for layer in backbone.transformer_layers:
        states = layer(states)
    kernel, bias = arrays(model.pooler.weights)
    summary = np.tanh(arrays(states)[:, 0] @ kernel + bias)
    return arrays(model.answer_head(summary))


@FORMS
def test_matches_the_equations(tokens_first, samples):
    model = small_bert(tokens_first=tokens_first)
    found = arrays(model(samples)["sentiment"])
    for row in (0, 1):
        assert_close(found[row : row + 1], reference(model, samples, row))


@FORMS
def test_a_missing_modality_is_as_if_it_were_not_there(tokens_first, samples):
    model = small_bert(tokens_first=tokens_first)
    found = arrays(model(samples)["sentiment"])
    assert np.isfinite(found).all()
    spoiled = {**samples, "image": samples["image"].copy()}
    spoiled["image"][3], spoiled["image"][1, 3:] = 77.0, np.nan
    spoiled["tokens"] = np.where(
        samples["tokens_mask"][..., None], samples["tokens"], 5
    )
    assert_close(model(spoiled)["sentiment"], found)
    # A text without words leaves the picture, and the other way round.
    changed = {**samples, "image": samples["image"] * [[[1.0, -1.0, 2.0]]]}
    moved = arrays(model(changed)["sentiment"]) != found
    assert moved.tolist() == [True, True, True, False]


@FORMS
def test_a_sample_alone_and_padded_gives_the_same(tokens_first, samples, tmp_path):
    model = small_bert(tokens_first=tokens_first)
    together = arrays(model(samples)["sentiment"])
    alone = {key: each[3:4, :3] for key, each in samples.items()}
    assert_close(model(alone)["sentiment"], together[3:4])
    check_saving(model, samples, tmp_path)


def test_the_order_of_words_and_cells_matters(samples):
    for tokens_first in (True, False):
        keras.utils.set_random_seed(0)
        model = small_bert(tokens_first=tokens_first)
        found = arrays(model(samples)["sentiment"])
        turned = {**samples, "image": samples["image"][:, ::-1]}
        # All cells of the first and the third picture are seen.
        moved = np.abs(arrays(model(turned)["sentiment"]) - found)[[0, 2]]
        # Behind the words the cells have no positions.
        assert (moved.max() > 1e-6) == tokens_first
        order = [0, 2, 1, 3]
        turned = {**samples, "tokens": samples["tokens"][:, order]}
        assert np.abs(arrays(model(turned)["sentiment"]) - found).max() > 1e-6


# The registry's tests train the form on frames on each backend.
@pytest.mark.one_backend
@FORMS
def test_every_weight_of_the_bert_and_the_projection_learns(tokens_first, samples):
    model = small_bert(tokens_first=tokens_first, classes=CLASSES)
    labels = {
        "emotion": np.array([0, 1, 0, 1], "int32"),
        "emotion_mask": np.array([True, True, True, False]),
    }
    # A bias of keys cancels in the softmax.
    check_training(
        model, samples, labels, below=0.6, steps=30, rate=0.02, still=("key/bias",)
    )


@pytest.mark.one_backend
def test_learns_whether_text_and_picture_agree_which_late_fusion_does_not():
    signs = np.array([*itertools.product([-1.0, 1.0], repeat=2)], "float32")
    batch = {"text": signs[:, None, :1], "image": signs[:, None, 1:]}
    labels = (signs.prod(axis=1) > 0).astype("int32")
    errors = {}
    for name, options in (
        ("multimodal_bitransformer", {**SMALL, "hidden_dim": 16}),
        ("image_text_classifier", {"fusion": "mean", "dropout": 0.0}),
    ):
        keras.utils.set_random_seed(0)
        dims = {"image": 1, "text": 1}
        model = mmzoo.create_model(name, dims, classes=CLASSES, **options)
        model.compile(keras.optimizers.Adam(0.01))
        for _ in range(40):
            model.train_on_batch(batch, labels)
        said = arrays(model(batch)["emotion"]).argmax(-1)
        errors[name] = np.mean(said != labels)
    assert errors["multimodal_bitransformer"] == 0.0, errors
    assert errors["image_text_classifier"] >= 0.25, errors


def pictures():
    return mmzoo.data.sample_pictures(pictures_per_person=3, side=SIDE)


@pytest.mark.one_backend
@pytest.mark.parametrize("fine_tune", [True, False])
def test_is_trained_from_pictures_and_words(fine_tune, tmp_path):
    ends = FrontEnds(save_encoder(tmp_path / "bert"), fine_tune, image_width=0.25)
    variant = mmzoo.training.Variant.parse("multimodal_bitransformer:image+text")
    options = mmzoo.training.TrainingOptions(epochs=1)
    row, *_ = mmzoo.training.plan([variant], options, SMALL, ends)
    corpus = ends.prepare(pictures(), ["image", "text"])
    model, history = row.train(corpus, 0, tmp_path, str)
    assert model.encoder == ("bert" if fine_tune else "own")
    assert model.reads == ["pixels", "tokens" if fine_tune else "text"]
    assert model.poolings["image"].grid == (2, 2)
    assert np.isfinite(history["supervised"]["loss"]).all()
    picture = np.zeros((SIDE, SIDE, 3), "uint8")
    # Both, words alone, and a picture alone.
    said = mmzoo.predict(
        model, image=[picture, None, picture], text=["good film", "good film", ""]
    )
    assert {one["emotion"] for one in said} <= set(corpus.classes)


def test_words_of_a_vocabulary_are_read_by_the_own_encoder():
    ends = {
        "image": ImageEncoder(side=SIDE, width=0.25),
        "text": WordEmbedding(["good", "bad"], 4),
    }
    model = mmzoo.build_multimodal_bitransformer(ends, **SMALL)
    assert model.encoder == "own" and model.reads == ["pixels", "tokens"]
    assert model.fusion.pooling == "mean" and not model.projections


def test_frozen_later_it_still_runs_its_encoder(samples, tmp_path):
    model = small_bert()
    model.trainable = False
    assert model.reads_to_answer == ["image", "tokens"]
    check_saving(model, samples, tmp_path)


def test_a_batch_without_tokens_is_refused(samples):
    del samples["tokens"]
    with pytest.raises(ValueError, match=r"no \['tokens'\]; this model reads"):
        small_bert()(samples)


@pytest.mark.parametrize(
    ("dims", "options", "message"),
    [
        ({"text": 5}, {}, "names text: this model reads a text, and at least one"),
        ({"image": 5, "audio": 3}, {}, "names audio and image: this model"),
        (DIMS, {"encoder": "gpt"}, r"is one of \['bert', 'own'\], not 'gpt'"),
        (DIMS, {"encoder": "bert"}, r"`input_dims\[\"text\"\]` is 5: give a"),
        (DIMS, {"num_tokens": 0}, "`num_tokens` is at least 1, not 0"),
        (DIMS, {"num_heads": 3}, "`num_heads=3` does not divide"),
        (DIMS, {"labels_per": "step"}, r"one of \['sequence'\] for Multimodal"),
    ],
)
def test_errors(dims, options, message):
    with pytest.raises(ValueError, match=message):
        mmzoo.build_multimodal_bitransformer(dims, **{**SMALL, **options})


def test_an_input_table_alone_is_no_bert_to_run():
    ends = {**DIMS, "text": small_encoder(trainable=True, states="table")}
    model = mmzoo.build_multimodal_bitransformer(ends, **SMALL)
    assert model.encoder == "own"
    with pytest.raises(ValueError, match="give a `PretrainedText` that runs a BERT"):
        mmzoo.build_multimodal_bitransformer(ends, **{**SMALL, "encoder": "bert"})


def test_more_tokens_than_positions_are_refused():
    with pytest.raises(ValueError, match="`num_tokens=5` of image take 7 positions"):
        small_bert(num_tokens=5)
    assert small_bert(num_tokens=5, tokens_first=False).num_tokens == 5
