import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.layers import WordEmbedding
from tests.checks import arrays, assert_close, check_config

TEXTS = ["It's GOOD, good!", "bad", "", "a new film"]


def test_vocabulary_is_of_frequent_words():
    layer = WordEmbedding.from_texts(TEXTS, output_dim=3, min_count=2)
    assert layer.vocabulary == ["good"]
    most = WordEmbedding.from_texts(TEXTS, min_count=1, max_words=2)
    assert len(most.vocabulary) == 2 and most.features == 64


def test_tokenize():
    ids, mask = WordEmbedding(["good", "bad"], 3).tokenize(TEXTS)
    assert ids.tolist() == [[1, 2, 2], [3, 0, 0], [0, 0, 0], [1, 1, 1]]
    assert np.array_equal(mask, ids > 0)
    assert WordEmbedding(["good"]).tokenize([""])[0].shape == (1, 1)


def test_a_word_has_one_id_however_it_is_spelt():
    layer = WordEmbedding(["don\u2019t", "cafe\u0301", "Paris", "US", "us"], 2)
    texts = ["don't don\u2019t", "caf\u00e9 CAFE\u0301", "PARIS paris", "US us"]
    assert layer.tokenize(texts)[0].tolist() == [[2, 2], [3, 3], [4, 4], [6, 6]]
    vocabulary = WordEmbedding.from_texts(texts, 2).vocabulary
    assert sorted(vocabulary) == ["caf\u00e9", "don't", "paris", "us"]


def test_vectors_of_words_and_of_others():
    vectors = {"good": [1.0, 0.0], "bad": [0.0, 3.0]}
    layer = WordEmbedding.from_vectors(vectors, trainable=False)
    assert not layer.trainable_weights
    found, mask = arrays(layer(*layer.tokenize(["bad stranger", "good"])))
    assert_close(found[0], np.array([[0.0, 3.0], [0.5, 1.5]], "float32"))
    assert_close(found[1], np.array([[1.0, 0.0], [0.0, 0.0]], "float32"))
    assert mask.tolist() == [[True, True], [True, False]]
    ids = layer.tokenize(["bad stranger"])[0][..., None].astype("float32")
    assert_close(arrays(layer(ids)[0])[0], found[0])


def test_no_vectors():
    with pytest.raises(ValueError, match="`vectors` is empty"):
        WordEmbedding.from_vectors({})


def test_is_saved_with_its_words(tmp_path):
    layer = WordEmbedding(["good", "bad"], 3)
    check_config(layer)
    ids = keras.Input((None,), dtype="int32")
    model = keras.Model(ids, layer(ids))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    tokens, _ = layer.tokenize(TEXTS)
    assert_close(list(loaded(tokens)), list(model(tokens)))
    assert loaded.layers[-1].vocabulary == ["good", "bad"]


def test_vectors_that_are_fixed_stay_so_in_a_model():
    layer = WordEmbedding.from_vectors({"good": [1.0, 2.0]}, trainable=False)
    model = mmzoo.build_audio_text_classifier({"text": layer}, text_dim=2)
    learnt = {weight.path for weight in model.trainable_weights}
    assert not learnt & {weight.path for weight in layer.weights}


def test_a_piece_for_each_token():
    layer = WordEmbedding(["good"], 3)
    text = "Good, it's NEW!"
    assert layer.pieces(text) == ["good", "it's", "new"]
    assert layer.tokenize([text])[1].sum() == 3


def test_a_long_text_is_cut():
    layer = WordEmbedding(["good"], 3, sequence_length=2)
    assert layer.pieces("so very good") == ["so", "very"]
    assert layer.tokenize(["so very good", "good"])[0].tolist() == [[1, 1], [2, 0]]
    assert WordEmbedding(["good"]).tokenize(["good " * 99])[0].shape == (1, 60)
