"""`mmzoo predict`: a file of answers, or what one clip is."""

import heapq
import math
import operator

import numpy as np

from mmzoo.command.answer_file import write_answers
from mmzoo.command.answers import check_answers, each_answer
from mmzoo.command.entry import MISSING
from mmzoo.command.opened import open_rows, places
from mmzoo.command.trusted import load_trusted
from mmzoo.data import Sequences
from mmzoo.prediction import predict
from mmzoo.training.progress import followed

NOT_FINITE = "the model's answer is not finite"
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
    if not opened.missing:
        return _answered(opened)
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
    classes = opened.model.classes
    labels, said = opened.labels.tolist(), each_answer(opened.model, opened.split)
    for id, group, label, answer in zip(
        opened.ids, opened.groups, labels, said, strict=True
    ):
        row = [id, group, _label(label, opened.corpus.classes)]
        if not math.isfinite(sum(answer) if classes else answer):
            yield [*row, None, *[None] * len(classes or ()), NOT_FINITE]
        elif classes:
            yield [*row, classes[answer.index(max(answer))], *answer, None]
        else:
            yield [*row, answer, None]


def _label(label, classes):
    if not math.isfinite(label):
        return None
    return classes[int(label)] if classes else label


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
