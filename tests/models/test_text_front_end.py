import importlib.util

import numpy as np
import pytest

from mmzoo.layers import PretrainedText, WordEmbedding
from mmzoo.models.text_front_end import _read_vectors, make_text_front_end, takes_words
from tests.checks import arrays
from tests.layers.small_clip import save_clip
from tests.layers.small_text import save_encoder

TEXTS = ["good film", "bad film", "good good"]


@pytest.fixture
def glove(tmp_path):
    path = tmp_path / "glove.txt"
    path.write_text("good 1.0 0.5\nbad -1.0 0.5\nstranger 0.0 9.0\n")
    return path


def test_embedding_is_learned():
    layer = make_text_front_end("embedding", TEXTS)
    assert isinstance(layer, WordEmbedding)
    assert sorted(layer.vocabulary) == ["film", "good"]
    assert layer.trainable_weights


def test_glove_is_fixed_and_cut_to_the_words_at_hand(glove):
    layer = make_text_front_end(str(glove), TEXTS)
    assert layer.vocabulary == ["good", "bad"]
    assert not layer.trainable_weights
    vectors, _ = arrays(layer(*layer.tokenize(["bad"])))
    np.testing.assert_allclose(vectors[0, 0], [-1.0, 0.5])
    assert sorted(_read_vectors(glove)) == ["bad", "good", "stranger"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("good 1.0 0.5\nbad 1.0\n", "line 2 has 1 numbers, the first has 2"),
        ("good 1.0 x\n", "line 1 holds something that is no number"),
        ("good 1.0 nan\n", "line 1 is not finite"),
        ("other 1.0\n", "none of the words"),
        ("\n", "line 1 has 0 numbers"),
    ],
)
def test_bad_vector_files(tmp_path, text, message):
    path = tmp_path / "glove.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as error:
        make_text_front_end(str(path), TEXTS)
    assert str(path) in str(error.value)


def test_words_with_spaces_and_strange_bytes(tmp_path):
    path = tmp_path / "glove.txt"
    path.write_bytes(b"good 1.0 0.5\n. . . 2.0 2.5\n\xff 3.0 3.5\n")
    assert sorted(_read_vectors(path)) == [". . .", "good", "\ufffd"]


@pytest.mark.parametrize(
    "content",
    [
        "2 2\ngood 1.0 0.5\nbad -1.0 0.5\n",
        "2 2 \ngood 1.0 0.5 \nbad -1.0 0.5 \n\n",
        "2\t2\r\ngood\t1.0\t0.5\r\nbad\t-1.0\t0.5\r\n",
        "\ufeffgood  1.0  0.5 \nbad -1.0 0.5",
    ],
)
def test_files_of_word2vec_and_fasttext(tmp_path, content):
    path = tmp_path / "vectors.vec"
    path.write_text(content, encoding="utf-8", newline="")
    layer = make_text_front_end(str(path), TEXTS)
    assert layer.vocabulary == ["good", "bad"]
    vectors, _ = arrays(layer(*layer.tokenize(["bad"])))
    np.testing.assert_allclose(vectors[0, 0], [-1.0, 0.5])


def test_a_head_that_promises_more_is_said(tmp_path):
    path = tmp_path / "vectors.vec"
    path.write_text("2 3\ngood 1.0 0.5\n")
    with pytest.raises(ValueError, match="line 2 has 2 numbers, the first has 3"):
        make_text_front_end(str(path), TEXTS)


def test_vectors_of_words_in_another_spelling(tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text("Don\u2019t 1.0\ncafe\u0301 2.0\nGood 3.0\ngood 4.0\nGOOD 5.0\n")
    words = {"don't", "caf\u00e9", "good"}
    found = _read_vectors(path, words)
    assert {word: float(vector[0]) for word, vector in found.items()} == {
        "don't": 1.0,
        "caf\u00e9": 2.0,
        "good": 4.0,
    }


def test_pretrained_folder_frozen_and_fine_tuned(tmp_path):
    folder = save_encoder(tmp_path / "bert")
    frozen = make_text_front_end(folder, TEXTS)
    assert isinstance(frozen, PretrainedText) and not frozen.trainable_weights
    assert make_text_front_end(folder, TEXTS, fine_tune=True).trainable_weights
    assert frozen.states == "last"
    assert make_text_front_end(folder, TEXTS, states="table").states == "table"


def test_a_clip_has_no_input_table_to_read(tmp_path):
    save_clip(tmp_path)
    with pytest.raises(ValueError, match="is a CLIP, whose texts are one vector"):
        make_text_front_end(str(tmp_path), TEXTS, states="table")


def test_word2vec():
    if importlib.util.find_spec("gensim") is None:
        with pytest.raises(ValueError, match=r"needs gensim: pip install"):
            make_text_front_end("word2vec", TEXTS)
        return
    layers = [make_text_front_end("word2vec", TEXTS) for _ in range(2)]
    first, second = (arrays(each.weights)[0] for each in layers)
    np.testing.assert_array_equal(first, second)
    assert sorted(layers[0].vocabulary) == ["film", "good"]
    assert not layers[0].trainable_weights
    with pytest.raises(ValueError, match="no word occurs 2 times"):
        make_text_front_end("word2vec", ["good film", "", "bad"])


def test_what_has_the_words_of_the_training_texts_only(tmp_path):
    (tmp_path / "glove.txt").write_text("good 1 2\n")
    for spec in ("embedding", "word2vec", str(tmp_path / "glove.txt")):
        assert takes_words(spec)
    assert not takes_words("bert_tiny_en_uncased")
    assert not takes_words(str(tmp_path))
