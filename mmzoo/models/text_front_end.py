"""A text front end by name: learned words, word vectors, or a pretrained encoder."""

import collections
import pathlib
import re

import numpy as np

from mmzoo.layers.clip_preset import is_clip
from mmzoo.layers.clip_text import CLIPText
from mmzoo.layers.pretrained_text import PretrainedText
from mmzoo.layers.word_embedding import WordEmbedding
from mmzoo.words import normalized, words_of

# Rarer words are not worth a vector.
MIN_COUNT = 2
# Words and dimensions, as word2vec and fastText write them above the vectors.
HEAD = re.compile(r"\d+[ \t]+[1-9]\d*")


def make_text_front_end(spec, texts, fine_tune=False, states="last"):
    """What turns words into a sequence of vectors.

    Args:
        spec: `"embedding"` (learned with the model), `"word2vec"` (trained with
            gensim on `texts`, then fixed), a text file of word vectors (fixed), or the
            name or folder of a KerasHub preset.
        texts: list of str, the training texts.
        fine_tune: bool. Whether a pretrained encoder is trained too.
        states: what is taken of a pretrained encoder, see `PretrainedText`. Defaults
            to `"last"`.

    Returns:
        A `WordEmbedding`, a `PretrainedText`, or of a CLIP a `CLIPText`.
    """
    if spec == "embedding":
        return WordEmbedding.from_texts(texts, name="embedding")
    if spec == "word2vec":
        return WordEmbedding.from_vectors(_word2vec(texts), trainable=False)
    if pathlib.Path(spec).is_file():
        known = {word for text in texts for word in words_of(text)}
        return WordEmbedding.from_vectors(_read_vectors(spec, known), trainable=False)
    if not is_clip(spec):
        return PretrainedText.from_preset(spec, trainable=fine_tune, states=states)
    if states != "last":
        raise ValueError(
            f"`text_states={states!r}` is of an encoder with a state a token, and "
            f"`text_encoder={spec!r}` is a CLIP, whose texts are one vector: leave it "
            "out."
        )
    return CLIPText.from_preset(spec, trainable=fine_tune)


def takes_words(spec):
    """Whether a front end has the words of the training texts, and only those.

    Args:
        spec: as for `make_text_front_end`.

    Returns:
        A bool.
    """
    return spec in ("embedding", "word2vec") or pathlib.Path(spec).is_file()


def _read_vectors(path, words=None):
    """Word vectors as text, one word and its numbers a line.

    word2vec and fastText write the number of words and of dimensions in a line above,
    and a blank after each line; GloVe does neither.

    Args:
        path: the file, UTF-8.
        words: optional set of the words to keep, as `words_of` spells them; all
            where not given.

    Returns:
        Dict from word to float32 vector.
    """
    vectors = {}
    for number, word, values in _vector_lines(path):
        own = word if words is None else normalized(word).lower()
        # A word in this very spelling goes before its others.
        if words is None or (own in words and (own == word or own not in vectors)):
            vectors[own] = _numbers(values, path, number)
    if not vectors:
        raise ValueError(f"{path}: it has none of the words of the training texts.")
    return vectors


def _vector_lines(path):
    """Number, word and columns of each line that has a vector."""
    width = None
    # What is not UTF-8 becomes a word that no text has.
    with open(path, encoding="utf-8-sig", errors="replace", newline="\n") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip(" \t\r\n")
            if number == 1 and HEAD.fullmatch(line):
                width = int(line.split()[1])
            elif line or not width:
                columns = re.split(r"[ \t]+", line)
                found, width = len(columns) - 1, width or len(columns) - 1
                if found < width or not width:
                    raise ValueError(
                        f"{path}: line {number} has {found} numbers, the first has "
                        f"{width}. Give a text file of word vectors."
                    )
                # Some words hold spaces: the numbers are the last columns.
                yield number, " ".join(columns[:-width]), columns[-width:]


def _numbers(values, path, number):
    try:
        vector = np.array(values, "float32")
    except ValueError as error:
        raise ValueError(
            f"{path}: line {number} holds something that is no number ({error}). Give "
            "a text file of word vectors."
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
