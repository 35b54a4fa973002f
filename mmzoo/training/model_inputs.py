"""Samples with what a trained model reads of them: its own front ends are run."""

import dataclasses

import keras

from mmzoo.training.front_ends import apply_front_end


def with_inputs(model, corpus, split):
    """The samples with what the model's front ends make of them.

    A feature that is not finite is what it was in training: the mean of its column.

    Args:
        model: a model of mmzoo.
        corpus: `Corpus`, of which the samples are.
        split: `Split` of raw input, or of frames.

    Returns:
        `Split` with what `model.reads_to_answer` names.
    """
    for name, rows in split.sequences.items():
        if rows.fill is not None and name in model.normalizations:
            mean = keras.ops.convert_to_numpy(model.normalizations[name].mean)
            split = split.with_modality(name, dataclasses.replace(rows, fill=mean))
    for name, front_end in model.front_ends.items():
        part = dataclasses.replace(corpus, splits={"rows": split})
        # What a model reads raw runs in it, also where it was frozen since.
        raw = front_end.raw in model.reads_to_answer
        split = apply_front_end(part, name, front_end, learns=raw).splits["rows"]
    return split
