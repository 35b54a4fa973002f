"""Run a model over a split, once, compiled, and give the rows in order."""

import numpy as np

from mmzoo.data import Batches, Sequences
from mmzoo.data.pipeline import TOKENS

# Keras is called once for batches of so many bytes: a call costs as much as a batch.
PART_BYTES = 2**22
# Batches of frames that hold so many bytes are answered the fastest.
BATCH_BYTES = 2**21
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
    batch_size = batch_size or _suiting(split, modalities)
    batches = Batches(split, modalities, min(batch_size, len(split)), passes=1)
    lengths = split.lengths
    waiting, due = {}, 0
    for sample, row in _answers(model, batches, key):
        over_time = steps and row.ndim
        waiting[sample] = row[: lengths[sample]] if over_time else row
        while due in waiting:
            yield waiting.pop(due)
            due += 1


def _suiting(split, modalities):
    """A power of two of samples whose frames are neither few nor many bytes."""
    if TOKENS in modalities:
        # A token is a number, but an encoder makes hundreds of it.
        return LEAST_BATCH
    widths = [split.sequences[name].features for name in modalities]
    sample = FLOAT_BYTES * sum(widths) * max(1, split.lengths.max(initial=1))
    fitting = min(MOST_BATCH, max(LEAST_BATCH, BATCH_BYTES // sample))
    return 2 ** int(np.log2(fitting))


def _answers(model, batches, key):
    """Each sample with what the model says of it, part by part."""
    for part in _parts(batches):
        inputs, _ = batches.joined(part)
        if len(part) == 1:
            outputs = model.predict_on_batch(inputs)
        else:
            outputs = model.predict(inputs, batches.batch_size, verbose=0)
        if isinstance(outputs, dict):
            outputs = outputs[key]
        samples = np.concatenate([batches.rows(index) for index in part]).tolist()
        # Rows beyond the real ones fill the last batch up.
        yield from zip(samples, np.asarray(outputs), strict=False)


def _parts(batches):
    """Lists of batches of one shape, near the order of the split."""
    part, held = {}, 0
    widths = {
        name: batches.split.sequences[name].features for name in batches.modalities
    }
    for index in sorted(range(len(batches)), key=lambda index: batches.rows(index)[0]):
        steps = batches.steps(index)
        part.setdefault(tuple(steps.values()), []).append(index)
        values = sum(steps[name] * width for name, width in widths.items())
        held += FLOAT_BYTES * batches.batch_size * values
        if held >= PART_BYTES:
            yield from part.values()
            part, held = {}, 0
    yield from part.values()


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
