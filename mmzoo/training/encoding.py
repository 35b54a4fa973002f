"""Run a model over a split, once, compiled, and give the rows in order."""

import functools
import itertools

import keras
import numpy as np

from mmzoo.data import Batches, Sequences
from mmzoo.data.pipeline import TOKENS

# Batches of frames that hold so many bytes are answered the fastest.
BATCH_BYTES = 2**22
LEAST_BATCH, MOST_BATCH = 64, 512
FLOAT_BYTES = 4


def map_split(model, split, modalities, batch_size=64, key="sentiment", steps=True):
    """What a model says of every sample.

    Args:
        model: `keras.Model` from a batch to an array, or to a dict of arrays of which
            `key` is taken.
        split: `Split` to read.
        modalities: list of the modalities that the model reads.
        batch_size: int; `None` takes as many samples as suit the size of their frames,
            so that the last digits may be others. Defaults to `64`.
        key: name of the output. Defaults to `"sentiment"`.
        steps: bool. Whether the first axis of an answer, if it has axes, is time.
            Defaults to `True`.

    Returns:
        An iterator of one array a sample, in order, each as soon as it is known; cut to
        the sample's own length where the model answers step by step. Batches hold
        samples of one bucket, so answers may wait for one of another, but no frames.
    """
    for part in map_in_parts(model, split, modalities, batch_size, key, steps):
        yield from part


def map_in_parts(model, split, modalities, batch_size=64, key="sentiment", steps=True):
    """The same, of as many samples at a time as are known: a row costs more than a sum.

    Args:
        model: as in `map_split`, and so are the other arguments.
        split: `Split` to read.
        modalities: list of the modalities that the model reads.
        batch_size: int, or `None`. Defaults to `64`.
        key: name of the output. Defaults to `"sentiment"`.
        steps: bool. Defaults to `True`.

    Returns:
        An iterator of arrays with a row for each sample, in order; where the rows are
        cut to the samples' own lengths, of lists of them.
    """
    batch_size = batch_size or _suiting(split, modalities)
    batches = Batches(split, modalities, min(batch_size, len(split)), passes=1)
    lengths = split.lengths if steps else None
    return _in_order(_answers(model, batches, key, lengths))


def _in_order(parts):
    """The rows of parts without their samples, as soon as all before them are known."""
    waiting, due = {}, 0
    for samples, rows in parts:
        # Most parts hold the samples that are due, one after the other.
        if not waiting and samples[0] == due and len(samples) == 1 + samples[-1] - due:
            yield rows
            due += len(samples)
            continue
        waiting.update(zip(samples.tolist(), rows, strict=True))
        known = next(number for number in itertools.count(due) if number not in waiting)
        if known > due:
            found = [waiting.pop(number) for number in range(due, known)]
            yield found if isinstance(rows, list) else np.stack(found)
            due = known


def _suiting(split, modalities):
    """A power of two of samples whose frames are neither few nor many bytes."""
    if TOKENS in modalities:
        # A token is a number, but an encoder makes hundreds of it.
        return LEAST_BATCH
    widths = [split.sequences[name].features for name in modalities]
    sample = FLOAT_BYTES * sum(widths) * max(1, split.lengths.max(initial=1))
    fitting = min(MOST_BATCH, max(LEAST_BATCH, BATCH_BYTES // sample))
    return 2 ** int(np.log2(fitting))


def _answers(model, batches, key, lengths=None):
    """The samples of each batch, and what the model says of them, cut to lengths."""
    for samples, outputs in outputs_in_parts(model, batches):
        rows = outputs[key] if isinstance(outputs, dict) else outputs
        if lengths is not None and rows.ndim > 1:
            ends = lengths[samples]
            rows = [row[:end] for row, end in zip(rows, ends, strict=True)]
        yield samples, rows


def outputs_in_parts(model, batches):
    """All outputs of a model, near the order of the samples.

    Args:
        model: `keras.Model` from a batch to an array, or to a nest of arrays.
        batches: `Batches` of what it reads.

    Returns:
        An iterator of samples `(rows,)`, by their number in the split, and the outputs
        with a row for each of them.
    """
    for index in sorted(range(len(batches)), key=lambda index: batches.rows(index)[0]):
        samples = batches.rows(index)
        # Keras' `predict` would set a data set up for each part, which on TensorFlow
        # takes four times as long as the answers.
        outputs = model.predict_on_batch(batches[index][0])
        # Rows beyond the real ones fill the last batch up.
        real = functools.partial(_first_rows, count=len(samples))
        yield samples, keras.tree.map_structure(real, outputs)


def _first_rows(output, count):
    return np.asarray(output)[:count]


def encode_split(translator, split, levels, batch_size=64):
    """A split of a translator's states, as the modality `"representation"`.

    A frozen encoder gives the same states in every epoch, so they are computed once.

    Args:
        translator: `Seq2SeqTranslator`.
        split: `Split` to read.
        levels: int. How many of its levels to climb.
        batch_size: int. Defaults to `64`.

    Returns:
        `Sequences` with one sequence of states a sample.
    """
    model = translator.as_model(translator.encode_level, levels)
    states = list(map_split(model, split, translator.source, batch_size))
    observed = [
        np.any(
            [
                _observed(split.sequences[name], i, len(row))
                for name in translator.source
            ],
            axis=0,
        )
        for i, row in enumerate(states)
    ]
    return Sequences.from_list(states, observed)


def _observed(sequences, index, length):
    """Whether a modality was observed, `(length,)`; it may be shorter."""
    present = sequences[index][1]
    return np.pad(present, (0, length - len(present)))
