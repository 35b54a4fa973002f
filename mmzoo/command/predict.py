"""`mmzoo predict`: a file of answers, or what one clip is."""

import heapq
import operator

import numpy as np

from mmzoo.command.answer_file import write_answers
from mmzoo.command.answers import check_answers, each_answer
from mmzoo.command.entry import MISSING
from mmzoo.command.opened import open_rows, places
from mmzoo.command.trusted import load_trusted
from mmzoo.data import Sequences
from mmzoo.data.split import EMOTIONS
from mmzoo.prediction import predict
from mmzoo.training.progress import followed

NOT_FINITE = "the model's answer is not finite"
# What stands for no emotion at all, where an empty cell says that none is known.
NONE = "none"
CLIP = ("audio", "text", "image")


def predict_rows(arguments):
    """Write a file with id, group, label, predicted and reason, a line a label.

    Args:
        arguments: words of the command line, as `parse` returns them.

    Returns:
        int, the exit status: 3 where a row has no answer.
    """
    opened = open_rows(arguments)
    model, total = opened.model, len(opened.labels) + len(opened.missing)
    check_answers(model, arguments.model)
    reasons = []

    def rows():
        for row in followed(_rows(opened), total, "predict"):
            reasons.extend(row[-1:] if row[-1] else ())
            yield row

    columns = _columns(model.classes or (), opened.corpus.classes)
    write_answers(arguments.output, columns, rows())
    print("\n".join([*opened.lines(), *opened.reasons()]))
    print(f"wrote {arguments.output}")
    if reasons:
        print(f"{len(reasons)} of {total} rows have no answer, but a reason")
    return MISSING if reasons else 0


def _columns(said, labelled):
    """The columns and their types, by the classes that answers and labels have."""
    chances = {f"probability_{name}": float for name in said}
    kinds = {"label": str if labelled else float, "predicted": str if said else float}
    return {"id": str, "group": str, **kinds, **chances, "reason": str}


def _rows(opened):
    """A row for each label and for each missing one, in the order of the file."""
    empty = [None] * (2 + len(opened.model.classes or ()))
    missing = [
        [each["id"], each.get("group", ""), *empty, each["reason"]]
        for each in opened.missing
    ]
    ids, labels = opened.split.ids, opened.split.labels
    # Labels one a step share the place of their sample.
    ids = np.repeat(ids, labels.lengths) if isinstance(labels, Sequences) else ids
    answered = zip(places(opened.corpus, ids), _answered(opened), strict=True)
    told = places(opened.corpus, [row[0] for row in missing])
    missing = zip(told, missing, strict=True)
    first = operator.itemgetter(0)
    merged = heapq.merge(answered, sorted(missing, key=first), key=first)
    return (row for _, row in merged)


def _answered(opened):
    """A row for each label: what the model says, or that it says nothing finite."""
    classes, corpus = opened.model.classes, opened.corpus
    several = corpus.target == EMOTIONS
    said = each_answer(opened.model, opened.split)
    for id, group, label, answer in zip(
        opened.ids, opened.groups, opened.labels, said, strict=True
    ):
        row = [id, group, _label(label, corpus.classes, several)]
        if not np.isfinite(answer).all():
            yield [*row, None, *[None] * len(classes or ()), NOT_FINITE]
        elif classes:
            name = _class(answer, opened.model)
            yield [*row, name, *answer.tolist(), None]
        else:
            yield [*row, float(answer), None]


def _class(chances, model):
    """The most probable class; of several all that are more probable than not."""
    if model.several:
        return _joined(chances > 0.5, model.classes)
    return model.classes[chances.argmax()]


def _joined(has, classes):
    names = [name for name, each in zip(classes, has, strict=True) if each]
    return "+".join(names) or NONE


def _label(label, classes, several):
    if several:
        return None if np.isnan(label).all() else _joined(label == 1, classes)
    if not np.isfinite(label):
        return None
    return classes[int(label)] if classes else float(label)


def predict_clip(arguments):
    """Print what the model says of one clip, and write it where `--output` says.

    Args:
        arguments: words of the command line, as `parse` returns them.

    Returns:
        int, the exit status.
    """
    given = {name: getattr(arguments, name) for name in CLIP}
    clip = {name: value for name, value in given.items() if value is not None}
    model = load_trusted(arguments)
    check_answers(model, arguments.model)
    _check_clip(model, clip, arguments.model)
    answer = predict(model, **clip)
    said, found = answer[model.target], answer.get("probabilities", {})
    said = ("+".join(said) or NONE) if model.several else said
    width = max(map(len, [model.target, *found])) + 2
    print(f"{model.target:<{width}}{said if found else format(said, '.4f')}")
    for name in sorted(found, key=found.get, reverse=True):
        print(f"{name:<{width}}{found[name]:.4f}")
    for warning in answer.get("warnings", ()):
        print(f"warning: {warning}")
    if arguments.output:
        id = clip.get("audio") or clip.get("image") or "clip"
        row = [id, id, None, said, *found.values(), None]
        write_answers(arguments.output, _columns(found, None), [row])
        print(f"wrote {arguments.output}")
    return 0


def _check_clip(model, clip, path):
    features = [name for name in model.source if name not in model.front_ends]
    if features:
        raise ValueError(
            f"{path}: the model reads {' and '.join(features)} as features, not as "
            "recordings or words. Give DATA that holds them."
        )
    if sorted(clip) != model.source:
        flags = " and ".join(f"--{name}" for name in model.source)
        raise ValueError(
            f"{path}: the model reads {' and '.join(model.source)}, not "
            f"{' and '.join(clip)}. Give {flags}."
        )
