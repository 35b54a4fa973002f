"""`mmzoo predict` of a corpus: a file of answers."""

import heapq
import itertools
import math
import operator

import numpy as np

from mmzoo.command.answer_file import write_answers
from mmzoo.command.answers import check_answers
from mmzoo.command.entry import MISSING
from mmzoo.command.explanation_folder import ExplanationFolder
from mmzoo.command.opened import open_rows, places
from mmzoo.command.words_of_answers import in_words
from mmzoo.data import Sequences
from mmzoo.data.split import EMOTIONS
from mmzoo.explanation.explain import told
from mmzoo.explanation.leave_one_out import answers_in_parts, explained_in_parts
from mmzoo.training.progress import followed

NOT_FINITE = "the model's answer is not finite"


def predict_rows(arguments):
    """Write a file with id, group, label, predicted and error, a line a label.

    Args:
        arguments: words of the command line, as `parse` returns them.

    Returns:
        int, the exit status: 3 where a row has no answer.
    """
    (arguments.data,) = arguments.data
    if arguments.speaker is not None:
        raise ValueError("--speaker is for clips; DATA names its own: leave it out.")
    opened = open_rows(arguments)
    model, total = opened.model, len(opened.labels) + len(opened.missing)
    check_answers(model, arguments.model)
    explaining = explanation_folder(arguments, model)
    columns = answer_columns(model.classes or (), opened.corpus.classes, explaining)
    lines = [*opened.lines(), *opened.reasons()]
    rows = _rows(opened, explaining)
    status = write_counted(arguments.output, columns, rows, total, lines)
    if explaining:
        explaining.write(opened.split.select)
    return status


def explanation_folder(arguments, model):
    """The folder of explanations that a command asks for.

    Args:
        arguments: words of the command line, as `parse` returns them.
        model: the model.

    Returns:
        `ExplanationFolder`, or `None`.
    """
    if arguments.explain is None:
        return None
    asked = {} if arguments.pictures is None else {"pictures": arguments.pictures}
    return ExplanationFolder(arguments.explain, model, **asked)


def write_counted(path, columns, rows, total, told=()):
    """Write rows while they come, with the time left, and count those without answer.

    Args:
        path: file of the answers.
        columns: dict as from `answer_columns`.
        rows: iterable of lists of rows, each a sequence of a value for each column.
        total: int. How many rows there are.
        told: lines that are printed once the rows are written. Defaults to none.

    Returns:
        int, the exit status: 3 where a row has no answer.
    """
    errors = 0

    def counted():
        nonlocal errors
        for part in followed(rows, total, "predict"):
            errors += sum(row[-1] is not None for row in part)
            yield from part

    write_answers(path, columns, counted())
    print(*told, f"wrote {path}", sep="\n")
    if errors:
        print(f"{errors} of {total} rows have no answer, but an error")
    return MISSING if errors else 0


def answer_columns(said, labelled, explaining=None):
    """The columns of a file of answers.

    Args:
        said: classes that the model answers with; none where it says scores.
        labelled: classes of the labels, `None` where these are numbers.
        explaining: optional `ExplanationFolder`, whose columns come before the error.

    Returns:
        Dict from the name of each column to its type, `str` or `float`.
    """
    chances = {f"probability_{name}": float for name in said}
    kinds = {"label": str if labelled else float, "predicted": str if said else float}
    further = explaining.columns if explaining else {}
    return {"id": str, "group": str, **kinds, **chances, **further, "error": str}


def _rows(opened, explaining=None):
    """A row for each label and for each missing one, in the order of the file."""
    if not opened.missing:
        return _answered(opened, explaining)
    further = explaining.columns if explaining else ()
    empty = [None] * (2 + len(opened.model.classes or ()) + len(further))
    missing = [
        [each["id"], each.get("group", ""), *empty, each["reason"]]
        for each in opened.missing
    ]
    ids, labels = opened.split.ids, opened.split.labels
    # Labels one a step share the place of their sample.
    ids = np.repeat(ids, labels.lengths) if isinstance(labels, Sequences) else ids
    answered = itertools.chain.from_iterable(_answered(opened, explaining))
    answered = zip(places(opened.corpus, ids), answered, strict=True)
    for row in missing if explaining else ():
        explaining.add_error(row[0], row[-1])
    where = places(opened.corpus, [row[0] for row in missing])
    missing = zip(where, missing, strict=True)
    first = operator.itemgetter(0)
    merged = heapq.merge(answered, sorted(missing, key=first), key=first)
    return ([row] for _, row in merged)


def _answered(opened, explaining=None):
    """Rows for some labels at a time: what the model says, or that it is not finite."""
    model, corpus, first = opened.model, opened.corpus, 0
    several = corpus.target == EMOTIONS
    # An explanation adds cells to the rows.
    scores = not (model.classes or corpus.classes or explaining)
    for said, others in _parts(opened, explaining):
        part = slice(first, first := first + len(said))
        labels = opened.labels[part]
        plain = scores and np.isfinite(labels).all() and np.isfinite(said).all()
        named = opened.ids[part], opened.groups[part], labels.tolist(), said.tolist()
        if plain:
            # Most rows are numbers that need no word, and these are many: as tuples of
            # such, no collection of garbage looks through them.
            rows = [*zip(*named, itertools.repeat(None, len(said)), strict=True)]
        else:
            rows = [
                [id, group, _label(label, corpus.classes, several), *_said(x, model)]
                for id, group, label, x in zip(*named, strict=True)
            ]
        for index, row in enumerate(rows if explaining else ()):
            lacking = {name: each[index] for name, each in others.items()}
            sound = row[-1] is None
            explaining.add(row, told(model, said[index], lacking) if sound else None)
        yield rows


def _parts(opened, explaining):
    """Answers to some labels at a time, with those without each modality if asked."""
    if explaining:
        return explained_in_parts(opened.model, opened.split)
    return ((said, {}) for said in answers_in_parts(opened.model, opened.split))


def _said(answer, model):
    """The cells of an answer: what it says, each chance, and what is wrong with it."""
    classes = model.classes or ()
    if not math.isfinite(sum(answer) if classes else answer):
        return None, *[None] * len(classes), NOT_FINITE
    return (_class(answer, model), *answer, None) if classes else (answer, None)


def _class(chances, model):
    """The most probable class; of several all that are more probable than not."""
    if model.several:
        return in_words(
            [n for n, p in zip(model.classes, chances, strict=True) if p > 0.5]
        )
    return model.classes[chances.index(max(chances))]


def _label(label, classes, several):
    if several:
        if all(map(math.isnan, label)):
            return None
        return in_words([n for n, has in zip(classes, label, strict=True) if has == 1])
    if not math.isfinite(label):
        return None
    return classes[int(label)] if classes else label
