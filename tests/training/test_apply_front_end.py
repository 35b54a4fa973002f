import dataclasses

import numpy as np
import pytest

from mmzoo.data import Sequences
from mmzoo.layers import LogSpectrogram, WordEmbedding
from mmzoo.training.apply_front_end import _tokenized, apply_front_end
from tests.checks import arrays, dtype_policy
from tests.data.small_corpus import WORDS, corpus_with_words, small_corpus


@pytest.fixture
def corpus(rng):
    return corpus_with_words(rng)


def test_frozen_front_end_gives_frames(corpus):
    layer = WordEmbedding(["good", "bad", "film"], 4, trainable=False)
    corpus = corpus.with_feature_names("text", [*"abcde"])
    found = apply_front_end(corpus, "text", layer, batch_size=2)
    assert "text" not in found.provenance["feature_names"]
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


def test_a_policy_changes_no_id(corpus):
    """As bfloat16, the ids 601 to 603 are one."""
    vocabulary = [f"w{i}" for i in range(599)] + ["good", "bad", "film"]
    wide = WordEmbedding(vocabulary, 4, trainable=False)
    with dtype_policy("mixed_bfloat16"):
        narrow = WordEmbedding(vocabulary, 4, trainable=False)
        narrow.set_weights(wide.get_weights())
        found = apply_front_end(corpus, "text", narrow, batch_size=2)
    expected = apply_front_end(corpus, "text", wide, batch_size=2)
    rows, right = (each.train.sequences["text"] for each in (found, expected))
    for index in range(len(WORDS)):
        np.testing.assert_array_equal(rows[index][0], right[index][0])


def test_a_policy_changes_no_sample(rng):
    loud = rng.uniform(-1, 1, (2, 1600)) * np.array([[1.0], [1e-3]])
    corpus = with_waveforms(small_corpus(rng), loud.astype("float32"))
    front_ends = [LogSpectrogram(num_bins=8)]
    with dtype_policy("mixed_float16"):
        front_ends.append(LogSpectrogram(num_bins=8))
        narrow = apply_front_end(corpus, "audio", front_ends[1])
    wide = apply_front_end(corpus, "audio", front_ends[0])
    for index in range(2):
        rows, right = (
            each.test.sequences["audio"][index][0] for each in (narrow, wide)
        )
        np.testing.assert_allclose(rows, right, atol=1e-3)


def with_waveforms(corpus, clips):
    """The corpus with two samples a split, which have a clip each."""
    splits = {
        name: split.select(range(2)).with_modality(
            "waveform", Sequences.from_list([clip[:, None] for clip in clips])
        )
        for name, split in corpus.splits.items()
    }
    return dataclasses.replace(corpus, splits=splits)


def test_no_words(rng):
    with pytest.raises(ValueError, match="this corpus has no words to encode"):
        _tokenized(WordEmbedding(["good"]), small_corpus(rng).train)
