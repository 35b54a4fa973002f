"""Whether a model can read some data and be compared with its labels."""

import numpy as np

from mmzoo.data.audio_file import SAMPLE_RATE
from mmzoo.data.split import EMOTIONS
from mmzoo.training.measure import labelled

# What a front end reads, in an error.
RAW = {"waveform": "recording", "tokens": "word", "pixels": "picture"}


def check_fit(model, corpus, split, data, comparing=False):
    """Refuse rows that the model cannot read, or not be compared with.

    Args:
        model: a model of mmzoo.
        corpus: `Corpus`.
        split: `Split` of it, with the rows to answer.
        data: what the user calls the corpus.
        comparing: whether the labels must be such as the model answers with.
            Defaults to `False`.
    """
    _check_modalities(model, corpus, split, data)
    if model.answers:
        _check_labels_per(model, corpus, data)
        fault = label_fault(model, corpus, labelled(split)[0])
        if comparing and fault:
            raise ValueError(f"{data}: {fault}. Give data with labels of that kind.")


def _check_modalities(model, corpus, split, data):
    held = {name: name in corpus.modalities for name in model.source}
    for name, front_end in model.front_ends.items():
        words = split.words
        is_text = front_end.raw == "tokens"
        held[name] = any(words or ()) if is_text else front_end.raw in corpus.modalities
    missing = sorted(name for name in held if not held[name])
    if missing:
        lacking = [
            RAW[model.front_ends[name].raw] if name in model.front_ends else name
            for name in missing
        ]
        others = corpus.provenance.get("other_protocols")
        raise ValueError(
            f"{data}: the model reads {' and '.join(model.source)}, but here "
            f"is no {' or '.join(lacking)}, only {' and '.join(corpus.modalities)}. "
            + (f"Try --protocol {' or '.join(others)}, or give" if others else "Give")
            + " a model that needs less."
        )
    for name in model.source:
        if name in model.front_ends:
            _check_rate(model.front_ends[name], corpus, data)
            continue
        found, wanted = corpus.input_dims[name], model.input_dims[name]
        if found != wanted:
            raise ValueError(
                f"{data}: {name} has {found} features a step, the model "
                f"reads {wanted}. Extract them as for the data it was trained on."
            )


def _check_rate(front_end, corpus, data):
    wanted = getattr(front_end, "sample_rate", None)
    found = corpus.provenance.get("sample_rate", SAMPLE_RATE)
    if wanted not in (None, found):
        raise ValueError(
            f"{data}: recordings have {found} samples a second, the model "
            f"reads {wanted}. Give a model that was trained on such recordings."
        )


def _check_labels_per(model, corpus, data):
    if model.labels_per != corpus.labels_per:
        raise ValueError(
            f"{data}: there is one label a {corpus.labels_per}, but the model answers "
            f"once a {model.labels_per}. Give data cut the same way."
        )


def label_fault(model, corpus, labels):
    """Why no label of some rows can be compared with what a model answers.

    Args:
        model: a model that predicts.
        corpus: `Corpus`.
        labels: array of its labels, NaN where there is none.

    Returns:
        str, empty where there is no such fault.
    """
    labels = labels[np.isfinite(labels)]
    asked, said = (_kind(each) for each in (corpus, model))
    if len(labels) and asked != said:
        return f"labels are {asked}, but the model answers with {said}"
    if corpus.classes is None:
        return ""
    if corpus.target == EMOTIONS:
        found = sorted(set(corpus.classes)) if len(labels) else []
    else:
        found = sorted({corpus.classes[int(label)] for label in labels})
    if found and set(found).isdisjoint(model.classes):
        return (
            f"the model does not know the classes {' and '.join(found)}, only "
            f"{', '.join(model.classes)}"
        )
    return ""


def _kind(answering):
    kind = "classes" if answering.classes else "scores"
    return f"{kind} of {answering.target}"
