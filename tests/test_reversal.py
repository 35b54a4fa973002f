"""A task whose answer is known: say the sequence backwards."""

import keras
import numpy as np
import pytest

import mmzoo

SYMBOLS = 6
LONGEST = 6


def reversals(count, seed):
    """Random one-hot sequences of 3 to 6 symbols, and each turned around."""
    generator = np.random.default_rng(seed)
    lengths = generator.integers(3, LONGEST + 1, count)
    mask = np.arange(LONGEST) < lengths[:, None]
    symbols = generator.integers(0, SYMBOLS, (count, LONGEST))
    backwards = np.where(mask, lengths[:, None] - 1 - np.arange(LONGEST), 0)
    turned = np.take_along_axis(symbols, backwards, axis=1)
    one_hot = np.eye(SYMBOLS, dtype="float32")
    batch = {"text": one_hot[symbols], "audio": one_hot[turned]}
    batch = {name: frames * mask[..., None] for name, frames in batch.items()}
    return {**batch, "text_mask": mask, "audio_mask": mask}


@pytest.mark.slow
def test_beam_search_reverses_unseen_sequences():
    train, test = reversals(4096, seed=0), reversals(256, seed=1)
    model = mmzoo.build_seq2seq_translator(
        {"audio": SYMBOLS, "text": SYMBOLS},
        "text",
        "audio",
        num_codes=SYMBOLS,
        units=64,
        bidirectional=True,
    )
    model.adapt({name: train[name][train[f"{name}_mask"]] for name in model.reads})
    model.adapt_codebooks(train)
    rate = keras.optimizers.schedules.CosineDecay(8e-3, 8 * 64)
    model.compile(optimizer=keras.optimizers.Adam(rate))
    labels = {"sentiment": np.zeros(4096), "sentiment_mask": np.ones(4096, bool)}
    model.fit(train, labels, epochs=8, batch_size=64, verbose=0)
    found = model.translate({**test, "audio": None}, beam_width=3)
    tokens, mask = map(keras.ops.convert_to_numpy, model.goal(test))
    assert np.mean((found["tokens"][:, 0] == tokens)[mask]) >= 0.99
