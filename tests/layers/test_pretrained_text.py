import keras
import numpy as np
import pytest

from mmzoo.layers import PretrainedText
from tests.checks import arrays, assert_close, check_config
from tests.layers.small_text import WORDS, small_encoder

TEXTS = ["Good film", "", "bad bad bad bad bad bad bad bad"]


@pytest.fixture
def layer():
    return small_encoder()


def test_tokens_are_those_of_the_encoder(layer):
    ids, mask = layer.tokenize(TEXTS)
    names = [[WORDS[i] for i in row[kept]] for row, kept in zip(ids, mask, strict=True)]
    assert names[0] == ["[CLS]", "good", "film", "[SEP]"]
    assert names[1] == []
    assert names[2] == ["[CLS]", *["bad"] * 4, "[SEP]"]
    assert np.all(ids[~mask] == 0)
    assert layer.tokenize(["good"])[0].shape == (1, 3)


def test_states_are_those_of_the_backbone(layer):
    ids, mask = layer.tokenize(TEXTS[:1])
    states, kept = arrays(layer(ids, mask))
    given = {"token_ids": ids, "padding_mask": mask, "segment_ids": np.zeros_like(ids)}
    assert_close(states, layer.backbone(given)["sequence_output"])
    assert np.array_equal(kept, mask)
    assert layer.features == states.shape[-1] == 4


def test_padding_and_dtype_change_nothing(layer):
    ids, mask = layer.tokenize(TEXTS)
    states = arrays(layer(ids, mask)[0])
    assert np.all(states[~mask] == 0)
    frames = np.pad(ids, [(0, 0), (0, 0)])[..., None].astype("float32")
    assert_close(layer(frames, mask)[0], states)
    alone = layer.tokenize(TEXTS[:1])
    assert_close(layer(*alone)[0], states[:1, :4])


def test_frozen_unless_asked_for(layer):
    assert not layer.trainable_weights
    learning = small_encoder(trainable=True)
    every, learnt = learning.weights, learning.trainable_weights
    # BERT's summary of the first token, which nothing reads.
    left = {"pooled_dense/kernel", "pooled_dense/bias"}
    assert {w.path for w in every} - {w.path for w in learnt} == left


def test_is_saved_with_its_words(layer, tmp_path):
    check_config(layer)
    ids, mask = layer.tokenize(TEXTS)
    tokens = keras.Input((None,), dtype="int32")
    there = keras.Input((None,), dtype="bool")
    model = keras.Model([tokens, there], layer(tokens, there))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    (again,) = (each for each in loaded.layers if isinstance(each, PretrainedText))
    assert_close(again.tokenize(TEXTS), (ids, mask))
    assert_close(again(ids, mask), layer(ids, mask))


def test_from_a_folder(layer, tmp_path):
    folder = tmp_path / "encoder"
    layer.save_to_preset(folder)
    # The encoder bears no more than 6 tokens.
    again = PretrainedText.from_preset(folder, sequence_length=60)
    ids, mask = layer.tokenize(TEXTS)
    assert_close(again.tokenize(TEXTS), (ids, mask))
    assert_close(again(ids, mask), layer(ids, mask))


def test_a_folder_that_is_there_is_left_alone(layer, tmp_path):
    with pytest.raises(OSError, match="is there already: name a folder"):
        layer.save_to_preset(tmp_path)
    assert not [*tmp_path.iterdir()]


def test_folder_without_an_encoder(tmp_path):
    with pytest.raises(ValueError, match="holds no text encoder that KerasHub loads"):
        PretrainedText.from_preset(tmp_path)


def test_a_piece_for_each_token(layer):
    assert layer.pieces("Good strange film") == [
        "[CLS]",
        "good",
        "[UNK]",
        "film",
        "[SEP]",
    ]
    assert layer.pieces("") == []


def test_one_spelling_for_the_tokenizer(layer):
    texts = ["go\u00adod film", "good film"]
    ids, _ = layer.tokenize(texts)
    assert ids[0].tolist() == ids[1].tolist()


def test_tokens_know_the_words_that_they_are_pieces_of(layer):
    # A comma is a piece of its own; more than six tokens are cut.
    texts = ["good,\u00a0film", "good bad, very bad film", "", "?!"]
    assert layer.word_places(texts).tolist() == [
        [-1, 0, 0, 1, -1, -1],
        [-1, 0, 1, 1, 2, -1],
        [-1] * 6,
        [-1, 0, 0, -1, -1, -1],
    ]


def test_words_that_do_not_give_the_tokens_of_a_text_have_no_places(layer, monkeypatch):
    monkeypatch.setattr(layer, "_piece_counts", lambda words: dict.fromkeys(words, 3))
    assert layer.word_places(["good film"]).tolist() == [[-1] * 4]


def test_a_preprocessor_serves_several_layers_and_its_owner(layer):
    second = PretrainedText(layer.backbone, layer.preprocessor)
    expected = layer.tokenize(["good"])[0]
    np.testing.assert_array_equal(second.tokenize(["good"])[0], expected)
    own = arrays(layer.preprocessor(["good"])["token_ids"])
    np.testing.assert_array_equal(own[:, : expected.shape[1]], expected)


def test_the_input_table_knows_no_surrounding_words(layer):
    table = PretrainedText(layer.backbone, layer.preprocessor, states="table")
    # "good" stands first in one text, and behind another word in the other.
    ids, mask = layer.tokenize(["good film", "bad good"])
    rows, kept = arrays(table(ids, mask))
    np.testing.assert_array_equal(rows[0, 1], rows[1, 2])
    assert_close(rows, arrays(layer.backbone.token_embedding.embeddings)[ids])
    states = arrays(layer(ids, mask)[0])
    assert np.abs(states[0, 1] - states[1, 2]).max() > 0.1
    assert np.array_equal(kept, mask) and table.features == 4
    short = arrays(table(ids, mask & (np.arange(4) < 2))[0])
    assert np.all(short[:, 2:] == 0)
    assert_close(short[:, :2], rows[:, :2])


def test_of_the_encoder_the_input_table_alone_learns():
    table = small_encoder(trainable=True, states="table")
    paths = [weight.path for weight in table.trainable_weights]
    assert paths == ["token_embedding/embeddings"]
    check_config(table)
    assert not small_encoder(states="table").trainable_weights


def test_the_shape_of_the_input_table_is_declared():
    said, mask = small_encoder(states="table")(keras.Input((6,), dtype="int32"))
    assert (said.shape, said.dtype, mask.dtype) == ((None, 6, 4), "float32", "bool")


def test_unknown_states(layer, monkeypatch):
    with pytest.raises(ValueError, match="`states` is one of .* not 'first'"):
        PretrainedText(layer.backbone, layer.preprocessor, states="first")
    monkeypatch.setattr(type(layer.backbone), "token_embedding", None)
    with pytest.raises(ValueError, match="tells none in a BertBackbone: take"):
        PretrainedText(layer.backbone, layer.preprocessor, states="table")
