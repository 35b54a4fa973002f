import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.layers import CLIPText
from tests.checks import arrays, assert_close, check_config
from tests.layers.small_clip import POSITIONS, save_clip, small_clip, small_tokenizer

TEXTS = ["good film", "", "bad", "a very long text of words"]


@pytest.fixture(scope="module")
def clip():
    return small_clip()


@pytest.fixture(scope="module")
def layer(clip):
    layer = CLIPText(clip.text_encoder, small_tokenizer(), 6)
    layer.projection.set_weights(clip.text_projection.get_weights())
    return layer


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def test_gives_the_embedding_of_the_whole_clip(clip, layer):
    ids, mask = layer.tokenize(TEXTS)
    vectors, seen = arrays(layer(ids, mask))
    assert vectors.shape == (4, 1, 6) and seen[:, 0].tolist() == [
        True,
        False,
        True,
        True,
    ]
    expected = unit(arrays(clip.get_text_embeddings(ids)))
    for row in (0, 2, 3):
        assert_close(vectors[row, 0], expected[row])
    assert np.all(vectors[1] == 0)


def test_tokens_are_those_of_kerashub(layer):
    ids, mask = layer.tokenize(["Good  film", "bad"])
    tokenizer = layer.tokenizer
    said = [tokenizer.id_to_token(int(number)) for number in ids[1][mask[1]]]
    assert said == ["<|startoftext|>", "b", "a", "d</w>", "<|endoftext|>"]
    assert ids[0].tolist() == layer.tokenize(["good film"])[0][0].tolist()


def test_long_texts_are_cut_and_still_end(layer):
    ids, mask = layer.tokenize(TEXTS)
    assert ids.shape == (4, POSITIONS) and mask[3].all()
    assert ids[3, -1] == layer.tokenizer.end_token_id
    assert [layer.is_cut(text) for text in TEXTS] == [True, False, False, True]
    assert not layer.is_cut("abc defg") and layer.is_cut("abcd efgh")


def test_a_text_alone_and_padded_gives_the_same(layer):
    ids, mask = layer.tokenize(TEXTS)
    together, _ = arrays(layer(ids, mask))
    alone, _ = layer(*layer.tokenize(["bad"]))
    assert_close(alone, together[2:3])
    spoiled = np.where(mask, ids, 7)[..., None]
    assert_close(layer(spoiled, mask)[0], together)


def test_from_preset_and_back(tmp_path):
    clip = save_clip(tmp_path)
    layer = CLIPText.from_preset(tmp_path, name="words")
    assert not layer.trainable_weights and layer.features == 6
    ids, mask = layer.tokenize(["good"])
    expected = unit(arrays(clip.get_text_embeddings(ids)))
    assert_close(layer(ids, mask)[0][:, 0], expected)
    check_config(layer)
    learning = CLIPText.from_preset(tmp_path, trainable=True)
    assert len(learning.trainable_weights) == len(learning.weights)


def test_is_saved_with_its_vocabulary(layer, tmp_path):
    tokens = keras.Input((None,), dtype="int32")
    keras.Model(tokens, layer(tokens)[0]).save(tmp_path / "layer.keras")
    loaded = keras.saving.load_model(tmp_path / "layer.keras")
    again = loaded.layers[-1]
    assert_close(again.tokenize(TEXTS), layer.tokenize(TEXTS))
    ids, mask = layer.tokenize(["good"])
    assert_close(loaded(ids), layer(ids, mask)[0])


def test_an_empty_text_leaves_every_weight_a_number():
    clip = small_clip()
    layer = CLIPText(clip.text_encoder, small_tokenizer(), 6, trainable=True)
    model = mmzoo.build_image_text_classifier({"text": layer}, text_dim=4, hidden_dim=4)
    ids, mask = layer.tokenize(["good", ""])
    model.compile("sgd")
    said = {"sentiment": np.ones(2, "float32"), "sentiment_mask": np.ones(2, bool)}
    model.train_on_batch({"tokens": ids, "tokens_mask": mask}, said)
    for weight in layer.trainable_weights:
        assert np.isfinite(arrays(weight)).all(), weight.path
