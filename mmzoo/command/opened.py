"""The model and the rows that a command names."""

import dataclasses

from mmzoo.command.fit import check_fit
from mmzoo.data import read
from mmzoo.models import load
from mmzoo.training.front_ends import apply_front_end
from mmzoo.training.measure import labelled


def open_both(arguments):
    """Read the model and the data of a command.

    Args:
        arguments: words of the command line, as `parse` returns them.

    Returns:
        The model, the `Corpus`, and its `Split` with all that the model reads.
    """
    model = load(arguments.model)
    corpus = read(arguments.data, arguments.protocol)
    arguments.split = arguments.split or "test"
    check_fit(model, corpus, arguments)
    split = corpus.splits[arguments.split]
    for name, front_end in model.front_ends.items():
        # Of this split alone: nothing else is read.
        part = dataclasses.replace(corpus, splits={arguments.split: split})
        split = apply_front_end(part, name, front_end).splits[arguments.split]
    return model, corpus, split


def counts(corpus, arguments, split, model, others=()):
    """How much was read, and of how much a modality is missing.

    Args:
        corpus: `Corpus`.
        arguments: words of the command line.
        split: `Split`.
        model: the model.
        others: modalities that were read, if they are not the model's source.

    Returns:
        str.
    """
    modalities = list(others) or model.source
    text = f"{corpus.name}, {arguments.split}: {len(labelled(split)[0])} labels of "
    text += f"{len(split)} samples, read from {' and '.join(modalities)}"
    for name in modalities:
        raw = model.front_ends[name].raw if name in model.front_ends else name
        rows = split.sequences[raw if raw in split.sequences else name]
        lacking = int((rows.lengths == 0).sum())
        if lacking:
            text += f"\nwarning: {lacking} of {len(split)} samples lack {name}"
    return text
