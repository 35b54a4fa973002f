"""`mmzoo predict`: a csv of answers, or what one clip is."""

import numpy as np

from mmzoo.command.answers import chances, check_answers, scores
from mmzoo.command.entry import MISSING
from mmzoo.command.opened import open_rows
from mmzoo.command.trusted import load_trusted
from mmzoo.evaluation.report.file_formats import csv_text
from mmzoo.files import write_atomically
from mmzoo.prediction import predict

HEADER = ("id", "group", "label", "predicted")
NOT_FINITE = "the model's answer is not finite"
CLIP = ("audio", "text", "image")


def predict_rows(arguments):
    """Write a csv with id, group, label, predicted and reason, a line a label.

    Args:
        arguments: words of the command line, as `parse` returns them.

    Returns:
        int, the exit status: 3 where a row has no answer.
    """
    opened = open_rows(arguments)
    check_answers(opened.model, arguments.model)
    classes = opened.model.classes or ()
    rows = [*_answered(opened, classes)]
    rows += [
        [each["id"], each.get("group", ""), "", "", *[""] * len(classes), reason]
        for each in opened.missing
        for reason in [each["reason"]]
    ]
    _sort(rows, opened.corpus.provenance.get("order", ()))
    write_atomically(arguments.output, csv_text(_header(classes), rows))
    print("\n".join([*opened.lines(), *opened.reasons()]))
    print(f"wrote {arguments.output}")
    unanswered = sum(bool(row[-1]) for row in rows)
    if unanswered:
        print(f"{unanswered} of {len(rows)} rows have no answer, but a reason")
    return MISSING if unanswered else 0


def _header(classes):
    return [*HEADER, *(f"probability_{name}" for name in classes), "reason"]


def _answered(opened, classes):
    """A row for each label: what the model says, or that it says nothing finite."""
    said = (chances if classes else scores)(opened.model, opened.split)
    for id, group, label, answer in zip(
        opened.ids, opened.groups, opened.labels, said, strict=True
    ):
        row = [id, group, _label(label, opened.corpus.classes)]
        if not np.isfinite(answer).all():
            yield [*row, "", *[""] * len(classes), NOT_FINITE]
        elif classes:
            yield [*row, classes[answer.argmax()], *answer.tolist(), ""]
        else:
            yield [*row, float(answer), ""]


def _label(label, classes):
    if not np.isfinite(label):
        return ""
    return classes[int(label)] if classes else float(label)


def _sort(rows, order):
    """Bring the rows into the order of the file, where that is known."""
    place = {name: number for number, name in enumerate(order)}
    rows.sort(key=lambda row: place.get(row[0], len(place)))


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
        row = [id, id, "", said, *found.values(), ""]
        write_atomically(arguments.output, csv_text(_header(found), [row]))
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
