"""`mmzoo evaluate`: the metrics of predictions and translations."""

import dataclasses

import numpy as np

from mmzoo.command.answers import chances, scores
from mmzoo.command.entry import MISSING
from mmzoo.command.opened import open_rows
from mmzoo.command.predict import NOT_FINITE
from mmzoo.evaluation import metric_definitions, translation_score
from mmzoo.evaluation.row_kind import kind_for
from mmzoo.training.measure import measure_latent, measure_translation

UNLABELLED = "there is no label that can be used"
UNKNOWN = "the model does not know the class of its label"


def evaluate(arguments):
    """Print each metric with its meaning.

    Args:
        arguments: words of the command line, as `parse` returns them.

    Returns:
        int, the exit status: 3 where a row could not be compared.
    """
    opened = open_rows(arguments, comparing=True)
    explained, others = _explained(opened)
    found, unlabelled = {}, []
    if opened.model.answers:
        found, unlabelled = _judged(opened, arguments.data, bool(explained))
    opened = dataclasses.replace(opened, missing=[*opened.missing, *unlabelled])
    said = _not_said(opened) if opened.model.answers else ()
    print("\n".join([*opened.lines(others), *said, *opened.reasons("compared")]))
    for name, score in (found | explained).items():
        meaning = " ".join(metric_definitions()[name].partition("\n\n")[0].split())
        shown = f"{score:8.4f}" if np.isfinite(score) else "undefined"
        print(f"{name:<30} {shown}  {meaning}")
    return MISSING if opened.missing else 0


def _judged(opened, data, others):
    """The metrics of the predictions, and the rows that have nothing to compare."""
    model, labels, reasons = opened.model, opened.labels.copy(), {}
    said = (chances if model.classes else scores)(model, opened.split)
    finite = np.isfinite(said).reshape(len(said), -1).all(axis=1)
    if model.classes:
        place = _each_of_model if model.several else _as_model_classes
        labels, unknown = place(labels, opened.corpus.classes, model)
        said = (said > 0.5).astype(float) if model.several else said.argmax(axis=1)
        reasons = dict.fromkeys(np.flatnonzero(unknown), UNKNOWN)
    known = np.isfinite(opened.labels).reshape(len(labels), -1).any(axis=1)
    reasons |= dict.fromkeys(np.flatnonzero(~known), UNLABELLED)
    reasons |= dict.fromkeys(np.flatnonzero(~finite), NOT_FINITE)
    chosen = np.setdiff1d(np.arange(len(labels)), list(reasons))
    missing = [
        {"id": opened.ids[index], "group": opened.groups[index], "reason": reason}
        for index, reason in sorted(reasons.items())
    ]
    if not len(chosen):
        if others:
            return {}, missing
        raise ValueError(
            f"{data}: no row can be compared, of the first {missing[0]['reason']}. "
            "`mmzoo predict` answers without labels."
        )
    target = model.target if model.classes else opened.corpus.target
    score = kind_for(model.classes, target).score
    return score(labels[chosen], said[chosen]), missing


def _as_model_classes(labels, classes, model):
    """Labels as indices of the model's classes, and which of them it does not know.

    The corpus may lack some of the model's classes, or order them otherwise.
    """
    places = {name: place for place, name in enumerate(model.classes)}
    known = np.isfinite(labels)
    found = np.full(len(labels), np.nan)
    names = [classes[int(label)] for label in labels[known]]
    found[known] = [places.get(name, np.nan) for name in names]
    return found, known & np.isnan(found)


def _each_of_model(labels, classes, model):
    """Labels of the model's emotions, NaN where the data do not say one of them.

    Also which samples say nothing of any of these.
    """
    places = {name: place for place, name in enumerate(classes or ())}
    nothing = np.full(len(labels), np.nan)
    columns = [
        labels[:, places[name]] if name in places else nothing for name in model.classes
    ]
    found = np.stack(columns, axis=1)
    said = np.isfinite(labels).reshape(len(labels), -1).any(axis=1)
    return found, said & np.isnan(found).all(axis=1)


def _not_said(opened):
    """A line on the model's emotions of which the data say nothing."""
    model, held = opened.model, opened.corpus.classes or ()
    lacking = [name for name in model.classes or () if name not in held]
    if model.several and lacking:
        yield f"not compared, since the data do not say them: {', '.join(lacking)}"


def _explained(opened):
    """What a translation explains, and what it reads, where its target is there."""
    model = opened.model
    translator = model.translating_part()
    if translator is None:
        return {}, ()
    held = opened.corpus.input_dims
    dims = {name: held.get(name) for name in translator.input_dims}
    if dims != translator.input_dims:
        return {}, ()
    found, _ = measure_translation(translator, opened.split)
    explained = {name: translation_score(name, *each) for name, each in found.items()}
    return explained | measure_latent(translator, opened.split), translator.reads
