"""Samples with what a trained model reads of them: its own front ends are run."""

import dataclasses

import keras

from mmzoo.training.apply_front_end import apply_front_end


def filled_as_in_training(model, split):
    """The samples, whose features that are not finite are what they were in training.

    Args:
        model: a model of mmzoo, which has the mean of each column in its normalisation.
        split: `Split` of raw input, or of frames.

    Returns:
        `Split`.
    """
    for name, rows in split.sequences.items():
        if rows.fill is not None and name in model.normalizations:
            mean = keras.ops.convert_to_numpy(model.normalizations[name].mean)
            split = split.with_modality(name, dataclasses.replace(rows, fill=mean))
    return split


def with_inputs(model, corpus, split):
    """The samples with what the model's front ends make of them, filled as in training.

    Args:
        model: a model of mmzoo.
        corpus: `Corpus`, of which the samples are.
        split: `Split` of raw input, or of frames.

    Returns:
        `Split` with what `model.reads_to_answer` names.
    """
    split = filled_as_in_training(model, split)
    for name, front_end in model.front_ends.items():
        part = dataclasses.replace(corpus, splits={"rows": split})
        # What a model reads raw runs in it, also where it was frozen since.
        raw = front_end.raw in model.reads_to_answer
        split = apply_front_end(part, name, front_end, learns=raw).splits["rows"]
    return split
