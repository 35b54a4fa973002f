import dataclasses

import numpy as np
import pytest

from mmzoo.layers import WordEmbedding
from mmzoo.training.front_ends import _tokenized, apply_front_end
from tests.checks import arrays
from tests.data.small_corpus import small_corpus

WORDS = ("good film", "bad", "", "film film film", "good", "bad film", "very good film")


@pytest.fixture
def corpus(rng):
    corpus = small_corpus(rng)
    splits = {
        name: dataclasses.replace(split, words=WORDS[: len(split)])
        for name, split in corpus.splits.items()
    }
    return dataclasses.replace(corpus, splits=splits)


def test_frozen_front_end_gives_frames(corpus):
    layer = WordEmbedding(["good", "bad", "film"], 4, trainable=False)
    found = apply_front_end(corpus, "text", layer, batch_size=2)
    rows = found.train.sequences["text"]
    assert rows.lengths.tolist() == [2, 1, 0, 3, 1, 2, 3]
    for index, words in enumerate(WORDS):
        ids, mask = layer.tokenize([words])
        expected = arrays(layer(ids, mask)[0])[0][mask[0]]
        np.testing.assert_allclose(rows[index][0], expected, atol=1e-6)
    assert "tokens" not in found.modalities
    assert found.provenance["made_by"] == {"text": "WordEmbedding"}
    assert corpus.train.sequences["text"].features == 5


def test_front_end_that_learns_gives_tokens(corpus):
    layer = WordEmbedding(["good", "bad", "film"], 4)
    found = apply_front_end(corpus, "text", layer)
    tokens = found.test.sequences["tokens"]
    assert tokens.lengths.tolist() == [2, 1, 0]
    assert tokens[0][0].tolist() == [[2.0], [4.0]]


def test_no_words(rng):
    with pytest.raises(ValueError, match="this corpus has no words to encode"):
        _tokenized(WordEmbedding(["good"]), small_corpus(rng).train)
