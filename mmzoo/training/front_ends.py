"""Run what is frozen over a corpus once, before any epoch."""

import dataclasses

import keras
import numpy as np
from tqdm import tqdm

from mmzoo.data import Batches, Sequences
from mmzoo.data.image_file import PIXELS
from mmzoo.ops.precision import widened


def apply_front_end(corpus, name, front_end, batch_size=32):
    """The corpus with a modality that a front end makes, in place of its raw input.

    A frozen front end gives the same frames in every epoch and to every model, so they
    are computed once. Of one that learns only the token ids are made here.

    Args:
        corpus: `Corpus` with `"waveform"` sequences, or with words.
        name: the modality that is made, such as `"audio"`.
        front_end: `LogSpectrogram`, `ImageEncoder`, `PretrainedText` or
            `WordEmbedding`.
        batch_size: int. Defaults to `32`.

    Returns:
        The corpus; `provenance["made_by"]` names the front end.
    """
    splits = {}
    for split_name, split in corpus.splits.items():
        raw = front_end.raw
        if raw == "tokens":
            split = split.with_modality(raw, _tokenized(front_end, split, corpus.name))
        if not front_end.trainable_weights:
            where = f"{name} of {split_name}"
            frames = _frames(front_end, split, batch_size, where)
            split = split.with_modality(name, frames)
            split = dataclasses.replace(split, sequences=_without(raw, split))
        splits[split_name] = split
    made = {**corpus.provenance.get("made_by", {}), name: type(front_end).__name__}
    provenance = {**corpus.provenance, "made_by": made}
    return dataclasses.replace(corpus, splits=splits, provenance=provenance)


def _tokenized(front_end, split, name="this corpus"):
    """Token ids of a split's words, one sequence a sample.

    Args:
        front_end: a layer with `tokenize`.
        split: `Split` with words.
        name: of the corpus, for the error. Defaults to `"this corpus"`.

    Returns:
        `Sequences` of ids with one feature; length 0 where there are no words.
    """
    if split.words is None:
        raise ValueError(
            f"{name} has no words to encode: leave the text out, or give a corpus "
            "that has them."
        )
    ids, mask = front_end.tokenize(list(split.words))
    rows = [row[kept][:, None] for row, kept in zip(ids, mask, strict=True)]
    return Sequences.from_list(rows)


def _without(raw, split):
    """The sequences but for a raw input, unless that is the picture to draw."""
    return {
        name: rows
        for name, rows in split.sequences.items()
        if name != raw or raw == PIXELS
    }


def _frames(front_end, split, batch_size, where):
    """What a frozen front end makes of every sample."""
    raw = front_end.raw
    raw_split = dataclasses.replace(
        split, sequences={raw: split.sequences[raw]}, labels=np.zeros(len(split))
    )
    # Classes of length, since a long clip would pad a whole corpus.
    batches = Batches(raw_split, [raw], min(batch_size, len(split)), num_buckets=4)
    model = _Compiled(front_end)
    rows, present = [None] * len(split), [None] * len(split)
    for index in tqdm(range(len(batches)), where, leave=False, disable=None):
        frames, mask = map(np.asarray, model.predict_on_batch(batches[index][0]))
        for sample, row, kept in zip(batches.rows(index), frames, mask, strict=False):
            # The padding goes; the cells of a bar above a picture keep their places.
            length = kept.nonzero()[0].max(initial=-1) + 1
            rows[sample], present[sample] = row[:length], kept[:length]
    return Sequences.from_list(rows, present)


class _Compiled(keras.Model):
    """A front end as a model, so that Keras compiles it."""

    def __init__(self, front_end):
        # Samples, pixels and ids reach the front end with all their digits.
        super().__init__(
            name=f"compiled_{front_end.name}",
            dtype=front_end.dtype_policy,
            autocast=False,
        )
        self.front_end = front_end
        self.built = True

    def call(self, inputs):
        raw = self.front_end.raw
        frames, mask = self.front_end(inputs[raw], mask=inputs[f"{raw}_mask"])
        # NumPy has no bfloat16.
        return widened(frames), mask
