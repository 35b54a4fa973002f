"""A text front end by name: learned words, word vectors, or a pretrained encoder."""

import collections
import pathlib

import numpy as np

from mmzoo.layers.pretrained_text import PretrainedText
from mmzoo.layers.word_embedding import WordEmbedding, words_of

# Rarer words are not worth a vector.
MIN_COUNT = 2


def make_text_front_end(spec, texts, fine_tune=False):
    """What turns words into a sequence of vectors.

    Args:
        spec: `"embedding"` (learned with the model), `"word2vec"` (trained with
            gensim on `texts`, then fixed), a text file of GloVe vectors (fixed), or the
            name or folder of a KerasHub preset.
        texts: list of str, the training texts.
        fine_tune: bool. Whether a pretrained encoder is trained too.

    Returns:
        A `WordEmbedding` or a `PretrainedText`.
    """
    if spec == "embedding":
        return WordEmbedding.from_texts(texts, name="embedding")
    if spec == "word2vec":
        return WordEmbedding.from_vectors(_word2vec(texts), trainable=False)
    if pathlib.Path(spec).is_file():
        known = {word for text in texts for word in words_of(text)}
        return WordEmbedding.from_vectors(_read_glove(spec, known), trainable=False)
    return PretrainedText.from_preset(spec, trainable=fine_tune)


def takes_words(spec):
    """Whether a front end has the words of the training texts, and only those.

    Args:
        spec: as for `make_text_front_end`.

    Returns:
        A bool.
    """
    return spec in ("embedding", "word2vec") or pathlib.Path(spec).is_file()


def _read_glove(path, words=None):
    """Word vectors in GloVe's text format, one word and its numbers a line.

    Args:
        path: the file, UTF-8.
        words: optional set of the words to keep; all where not given.

    Returns:
        Dict from word to float32 vector.
    """
    vectors, width = {}, None
    # What is not UTF-8 becomes a word that no text has.
    with open(path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            # Some words hold spaces: the numbers are the last columns.
            word, *values = line.rstrip("\n").rsplit(" ", width or -1)
            width = width or len(values)
            if len(values) != width or not values:
                raise ValueError(
                    f"{path}: line {number} has {len(values)} numbers, the first has "
                    f"{width}. Give a file in GloVe's text format."
                )
            if words is None or word in words:
                vectors[word] = _numbers(values, path, number)
    if not vectors:
        raise ValueError(f"{path}: it has none of the words of the training texts.")
    return vectors


def _numbers(values, path, number):
    try:
        vector = np.array(values, "float32")
    except ValueError as error:
        raise ValueError(
            f"{path}: line {number} holds something that is no number ({error}). Give "
            "a file in GloVe's text format."
        ) from error
    if not np.isfinite(vector).all():
        raise ValueError(f"{path}: line {number} is not finite.")
    return vector


def _word2vec(texts, output_dim=64):
    try:
        from gensim.models import Word2Vec
    except ImportError as error:
        raise ValueError(
            '`text_encoder="word2vec"` needs gensim: pip install "mmzoo[word2vec]", or '
            'take "embedding".'
        ) from error
    sentences = [words_of(text) for text in texts]
    counts = collections.Counter(word for words in sentences for word in words)
    if max(counts.values(), default=0) < MIN_COUNT:
        raise ValueError(
            f'`text_encoder="word2vec"`: no word occurs {MIN_COUNT} times in the '
            'training texts. Take "embedding", or more texts.'
        )
    # One worker, or the order of the updates would differ between runs.
    model = Word2Vec(
        sentences,
        vector_size=output_dim,
        min_count=MIN_COUNT,
        epochs=20,
        seed=0,
        workers=1,
    )
    return {word: model.wv[word] for word in model.wv.index_to_key}
