"""Whether a model can read some data and be compared with its labels."""

from mmzoo.data.audio_file import SAMPLE_RATE

# What a front end reads, in an error.
RAW = {"waveform": "recording", "tokens": "word", "pixels": "picture"}


def check_fit(model, corpus, arguments):
    """Refuse data that the model cannot read, or that is labelled otherwise.

    Args:
        model: a model of mmzoo.
        corpus: `Corpus`.
        arguments: words of the command line.
    """
    _check_modalities(model, corpus, arguments)
    if answers(model):
        _check_labels(model, corpus, arguments)


def answers(model):
    """Whether a model predicts; a translator alone does not."""
    return hasattr(model, "head") or hasattr(model, "fusion_head")


def _check_modalities(model, corpus, arguments):
    held = {name: name in corpus.modalities for name in model.source}
    for name, front_end in model.front_ends.items():
        words = corpus.splits[arguments.split].words
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
            f"{arguments.data}: the model reads {' and '.join(model.source)}, but here "
            f"is no {' or '.join(lacking)}, only {' and '.join(corpus.modalities)}. "
            + (f"Try --protocol {' or '.join(others)}, or give" if others else "Give")
            + " a model that needs less."
        )
    for name in model.source:
        if name in model.front_ends:
            _check_rate(model.front_ends[name], corpus, arguments)
            continue
        found, wanted = corpus.input_dims[name], model.input_dims[name]
        if found != wanted:
            raise ValueError(
                f"{arguments.data}: {name} has {found} features a step, the model "
                f"reads {wanted}. Extract them as for the data it was trained on."
            )


def _check_rate(front_end, corpus, arguments):
    wanted = getattr(front_end, "sample_rate", None)
    found = corpus.provenance.get("sample_rate", SAMPLE_RATE)
    if wanted not in (None, found):
        raise ValueError(
            f"{arguments.data}: recordings have {found} samples a second, the model "
            f"reads {wanted}. Give a model that was trained on such recordings."
        )


def _check_labels(model, corpus, arguments):
    head = getattr(model, "head", None)
    labels_per = head.labels_per if head else "sequence"
    if labels_per != corpus.labels_per:
        raise ValueError(
            f"{arguments.data}: there is one label a {corpus.labels_per}, but the "
            f"model answers once a {labels_per}. Give data cut the same way."
        )
    asked, said = (_kind(each) for each in (corpus, model))
    if asked != said:
        raise ValueError(
            f"{arguments.data}: labels are {asked}, but the model answers with {said}. "
            "Give data with labels of that kind."
        )
    unknown = sorted(
        set(corpus.classes or ()) - set(getattr(model, "classes", None) or ())
    )
    if unknown:
        raise ValueError(
            f"{arguments.data}: the model does not know the classes "
            f"{' and '.join(unknown)}, only {', '.join(model.classes)}. Give data with "
            "these classes."
        )


def _kind(answering):
    kind = "classes" if getattr(answering, "classes", None) else "scores"
    return f"{kind} of {getattr(answering, 'target', 'sentiment')}"
