import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.layers import ImageEncoder, SequenceBranch, WordEmbedding
from mmzoo.layers.fusion_head import METHODS
from tests.checks import arrays, assert_close, check_saving, check_training
from tests.selection import once

CLASSES = ["negative", "positive"]
SIDE = 16


def small_pictures(fusion="transformer", **options):
    ends = {
        "image": ImageEncoder(side=SIDE, width=0.25, augment=False),
        "text": WordEmbedding(["good", "bad"], 4),
    }
    sizes = {"image_dim": 8, "text_dim": 8, "feed_forward_dim": 8}
    options = {"classes": CLASSES, "fusion": fusion, **sizes, **options}
    return mmzoo.build_image_text_classifier(ends, **options)


@pytest.fixture
def pictures(rng):
    mask = np.ones((3, SIDE * SIDE), bool)
    # One has bars at its side, one is missing.
    mask[1, : 4 * SIDE], mask[2] = False, False
    tokens = np.array([[2, 3, 1], [3, 0, 0], [2, 2, 0]], "int32")
    return {
        "pixels": rng.uniform(0, 255, (3, SIDE * SIDE, 3)).astype("float32"),
        "pixels_mask": mask,
        "tokens": tokens,
        "tokens_mask": tokens > 0,
    }


@pytest.mark.parametrize("fusion", METHODS)
def test_every_fusion_is_saved_whole(fusion, pictures, tmp_path):
    model = small_pictures(fusion)
    assert model.source == ["image", "text"]
    assert model.reads == ["pixels", "tokens"]
    check_saving(model, pictures, tmp_path)


@pytest.mark.parametrize("fusion", ["transformer", *once("tokens", "tensor")])
def test_learns(fusion, pictures):
    targets = {
        "emotion": np.array([0, 1, 1], "int32"),
        "emotion_mask": np.ones(3, bool),
    }
    model = small_pictures(fusion, dropout=0.0)
    # Attention over one token has nothing to learn.
    still = ("/query/", "/key/") if fusion == "transformer" else ("/key/bias",)
    check_training(model, pictures, targets, below=0.6, rate=0.01, still=still)


@pytest.mark.parametrize("fusion", ["transformer", "tokens"])
def test_a_missing_picture_is_not_seen(fusion, pictures):
    model = small_pictures(fusion)
    expected = arrays(model(pictures)["emotion"])
    spoiled = {**pictures, "pixels": pictures["pixels"].copy()}
    spoiled["pixels"][2] = 77.0
    assert_close(model(spoiled)["emotion"], expected, 1e-5)
    assert np.isfinite(expected).all()


def test_words_alone_and_padded_give_the_same(pictures):
    model = small_pictures("tokens")
    together = arrays(model(pictures)["emotion"])
    alone = {key: each[1:2] for key, each in pictures.items()}
    alone |= {key: alone[key][:, :1] for key in ("tokens", "tokens_mask")}
    assert_close(model(alone)["emotion"], together[1:2], 1e-4)


@pytest.mark.one_backend
def test_convolutions_find_words_in_their_order(rng):
    # "good bad" or "bad good", somewhere among other words: as bags they are the same.
    tokens = np.ones((32, 8), "int32")
    labels = np.arange(32) % 2
    for row, place in enumerate(rng.integers(0, 6, 32)):
        tokens[row, place : place + 2] = (2, 3) if labels[row] else (3, 2)
    batch = {"tokens": tokens, "tokens_mask": tokens > 0}
    mistakes = {}
    for pooling in ("convolution", "mean"):
        keras.utils.set_random_seed(0)
        model = mmzoo.build_image_text_classifier(
            {"text": WordEmbedding(["good", "bad"], 4)},
            **{"classes": CLASSES, "fusion": "concat", "dropout": 0.0},
            **{"text_dim": 8, "text_pooling": pooling},
        )
        model.compile(keras.optimizers.Adam(0.01))
        for _ in range(30):
            model.train_on_batch(batch, labels)
        said = arrays(model(batch)["emotion"]).argmax(axis=1)
        mistakes[pooling] = np.mean(said != labels)
    assert mistakes["convolution"] == 0 and mistakes["mean"] == 0.5


def test_defaults_are_those_of_table_4():
    model = mmzoo.build_image_text_classifier({"image": 32, "text": 4})
    head = model.fusion_head
    assert all(isinstance(each, SequenceBranch) for each in model.branches.values())
    assert {each.output_dim for each in model.branches.values()} == {64}
    assert (head.method, head.hidden_size, head.dropout) == ("transformer", 20, 0.4)
    assert (head.fusion.num_heads, head.fusion.feed_forward_dim) == (4, 2048)
    assert head.fusion.num_layers == 1 and head.fusion.output_dim == 128


def test_one_modality(pictures):
    model = mmzoo.build_image_text_classifier(
        {"image": ImageEncoder(side=SIDE)}, classes=CLASSES
    )
    assert model.source == ["image"]
    assert model(pictures)["emotion"].shape == (3, 2)
    with pytest.raises(ValueError, match="names nothing"):
        mmzoo.build_image_text_classifier({})


@pytest.mark.parametrize("fusion", ["transformer", "tokens"])
def test_attention_over_cells_and_words(fusion, pictures):
    model = small_pictures(fusion)
    found = arrays(model.attend(pictures))
    image, text = found["image"], found["text"]
    assert text.shape == (3, 3) and image.shape[0] == 3
    assert np.all(text[1, 1:] == 0) and np.all(image[2] == 0)
    total = image.sum(axis=1) + text.sum(axis=1)
    # Over the tokens of all modalities, or over those of each.
    shares = [1, 1, 1] if fusion == "tokens" else [2, 2, 1]
    assert_close(total, np.array(shares, "float32"), 1e-5)


def test_late_fusion_has_no_hidden_layer():
    head = small_pictures("mean").fusion_head
    assert head.hidden_size is None and len(head.answers) == 2
    with pytest.raises(ValueError, match="`hidden_size` is not read by 'mean'"):
        mmzoo.layers.FusionHead(2, "mean", hidden_size=3)


def test_weights_of_a_classifier_grow_with_the_product_behind_the_outer_product():
    model = mmzoo.build_image_text_classifier({"image": 5, "text": 4}, fusion="tensor")
    (hidden,) = model.fusion_head.hidden
    assert isinstance(hidden, keras.layers.Dense)
    assert hidden.kernel.shape == (65 * 65, 20)
