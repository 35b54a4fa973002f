"""Word vectors: learned, or read from word2vec or GloVe."""

import collections

import keras
import numpy as np
from keras import ops

from mmzoo.ops.masking import zero_masked
from mmzoo.ops.precision import wide_dtype
from mmzoo.words import normalized, words_of

# 0 is padding, 1 any word that is not in the vocabulary.
RESERVED = 2


@keras.saving.register_keras_serializable(package="mmzoo")
class WordEmbedding(keras.layers.Layer):
    """One vector a word, whatever stands around it.

    The vocabulary is part of the layer's config, so a saved model reads plain words.
    `keras.layers.TextVectorization` would need TensorFlow on every backend.

    Masking: masked words become zeros.

    Args:
        vocabulary: list of str, lower-case words.
        output_dim: int. Width of a vector. Defaults to `64`.
        sequence_length: int. Words of a text that are read at the most. Defaults to
            `60`, the paper's.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `trainable`, ...).

    Call arguments:
        inputs: word ids `(batch, words)` or `(batch, words, 1)`, any dtype.
        mask: optional boolean tensor `(batch, words)`, True = a word.
        training: bool. Changes nothing.

    Returns:
        Vectors `(batch, words, output_dim)`, and the mask.

    Example:
    ```python
    layer = mmzoo.layers.WordEmbedding(["good", "bad"], output_dim=8)
    vectors, mask = layer(*layer.tokenize(["Good, very good!"]))
    vectors.shape  # (1, 3, 8)
    ```

    Reference:
        - Section 3.2.2 of the audio-text and image-text paper
    """

    raw = "tokens"
    token_features = 1

    def __init__(self, vocabulary, output_dim=64, sequence_length=60, **kwargs):
        # Ids are whole numbers, of which bfloat16 holds those up to 256.
        super().__init__(autocast=False, **kwargs)
        self.vocabulary = list(vocabulary)
        self.features = self.output_dim = output_dim
        self.sequence_length = sequence_length
        self._ids = _ids(self.vocabulary)
        self.embedding = keras.layers.Embedding(
            RESERVED + len(self.vocabulary),
            output_dim,
            # What is standardised later keeps its digits.
            dtype=wide_dtype(self.variable_dtype),
            # Or a model that holds this layer would count the vectors as trainable.
            trainable=self.trainable,
            name="embedding",
        )
        self.embedding.build((None, None))
        self.built = True

    @classmethod
    def from_texts(cls, texts, output_dim=64, min_count=2, max_words=20000, **kwargs):
        """Take the vocabulary from training texts.

        Args:
            texts: list of str.
            output_dim: int. Defaults to `64`.
            min_count: int. Words that occur less often are left out. Defaults to `2`.
            max_words: int. The most frequent are kept. Defaults to `20000`.
            **kwargs: passed on to the constructor.

        Returns:
            A `WordEmbedding` with random vectors.
        """
        counts = collections.Counter(word for text in texts for word in words_of(text))
        frequent = [w for w, n in counts.most_common(max_words) if n >= min_count]
        return cls(frequent, output_dim, **kwargs)

    @classmethod
    def from_vectors(cls, vectors, **kwargs):
        """Take words and vectors that exist.

        Args:
            vectors: dict from word to vector, all of one width.
            **kwargs: passed on to the constructor.

        Returns:
            A `WordEmbedding`; a word that is not in `vectors` gets their mean.
        """
        if not vectors:
            raise ValueError("`vectors` is empty: give at least one word.")
        matrix = np.stack([np.asarray(v, "float32") for v in vectors.values()])
        layer = cls(list(vectors), matrix.shape[1], **kwargs)
        zero, mean = np.zeros_like(matrix[:1]), matrix.mean(axis=0, keepdims=True)
        layer.embedding.set_weights([np.concatenate([zero, mean, matrix])])
        return layer

    def tokenize(self, texts):
        """Word ids of some texts, as arrays.

        Args:
            texts: list of str.

        Returns:
            Ids `(batch, words)`, int32, and their mask.
        """
        rows = [[self._ids.get(w, 1) for w in self.pieces(text)] for text in texts]
        longest = max([1, *map(len, rows)])
        ids = np.zeros((len(rows), longest), "int32")
        for row, found in zip(ids, rows, strict=True):
            row[: len(found)] = found
        return ids, ids > 0

    def pieces(self, text):
        """What the tokens of a text stand for, one for each.

        Args:
            text: str.

        Returns:
            List of str.
        """
        return words_of(text)[: self.sequence_length]

    def call(self, inputs, mask=None, training=None):
        ids = ops.cast(inputs, "int32")
        ids = ids[..., 0] if len(ids.shape) == 3 else ids
        mask = ids > 0 if mask is None else mask
        return zero_masked(self.embedding(ids), mask), mask

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None, training=None):
        tokens = inputs.shape[:2]
        dtype = self.embedding.compute_dtype
        vectors = keras.KerasTensor((*tokens, self.features), dtype)
        return vectors, keras.KerasTensor(tokens, "bool")

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary": self.vocabulary,
            "output_dim": self.output_dim,
            "sequence_length": self.sequence_length,
        }


def _ids(vocabulary):
    """Id of each word as `words_of` spells it; a word that is spelt so wins."""
    ids = {word: RESERVED + i for i, word in enumerate(vocabulary)}
    for word, number in list(ids.items()):
        ids.setdefault(normalized(word).lower(), number)
    return ids
