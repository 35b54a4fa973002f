import numpy as np

from mmzoo.data.token_rows import token_rows
from mmzoo.layers import WordEmbedding
from tests.layers.small_text import small_encoder

TEXTS = ["good, film", "very bad", ""]


def test_tokens_know_their_words():
    tokens, mask = map(np.stack, zip(*token_rows(small_encoder(), TEXTS), strict=True))
    assert tokens.shape == (3, 5, 2) and tokens.dtype == "int32"
    assert mask.sum(axis=1).tolist() == [5, 4, 0]
    # The comma is a piece of its own, and of the first word.
    assert tokens[..., 1].tolist() == [
        [-1, 0, 0, 1, -1],
        [-1, 0, 1, -1, -1],
        [-1] * 5,
    ]
    assert np.array_equal(tokens[..., 0], small_encoder().tokenize(TEXTS)[0])


def test_tokens_that_are_words_are_ids_alone():
    rows = token_rows(WordEmbedding(["good"]), ["good film"])
    assert rows[0][0].tolist() == [[2], [1]] and rows[0][1].all()
