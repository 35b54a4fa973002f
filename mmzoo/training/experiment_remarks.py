"""The sentences of a report on how an experiment was done."""

import json

import keras

from mmzoo.data.folds import PUBLISHED
from mmzoo.data.score_classes import class_scores
from mmzoo.evaluation.row_dicts import mean_text


def remarks_on_protocol(corpora, options, tuning=None):
    """What was read when, for all rows.

    Args:
        corpora: list of `Corpus`, the experiment's.
        options: `TrainingOptions`.
        tuning: optional `Tuning`.

    Returns:
        List of str.
    """
    tested = "test split" if len(corpora) == 1 else "fold that is tested"
    remarks = [
        "Every phase stopped on the validation split and kept its best epoch; the "
        f"{tested} was read once, after training."
    ]
    if class_scores(corpora[0]) is not None:
        names = ", ".join(corpora[0].classes)
        remarks.append(
            f"Models were trained as classifiers of the scores rounded to {names}; "
            "the class that one says is compared, as a score, with the scores."
        )
    if tuning is not None and tuning.trials:
        seeds = ", ".join(map(str, tuning.seeds))
        remarks.append(
            f"Validation chose the options of each row among up to {tuning.trials} "
            f"trials with the seeds {seeds}, which no figure is of; `tuning` of a row "
            "lists them. No trial was handed the test split."
        )
    if options.refit:
        remarks.append(
            "Each model was then trained once more, from the start, on both splits "
            "together, for as many epochs as validation had chosen; what needs no "
            "network learnt from both, too."
        )
    if options.label_share < 1:
        remarks.append(
            f"Of the training samples, {options.label_share:.3g} had a label, drawn by "
            "the seed of each training; validation had all. What needs no network "
            "learnt from those of seed 0 alone."
        )
    if len(corpora) > 1:
        remarks.append(
            f"{len(corpora)}-fold cross-validation: {_tested(corpora)}, by a "
            "model that saw neither it nor its validation fold's labels in "
            "training; curves are those of the first fold."
        )
    return remarks


def _tested(corpora):
    """How often the folds test a sample, which data may define otherwise."""
    tested = [id for corpus in corpora for id in corpus.test.ids]
    if corpora[0].provenance.get("folds_by") != PUBLISHED:
        return "every sample was tested once"
    often = len(tested) - len(set(tested))
    said = f", {often} tests being of a sample tested before" if often else ""
    return f"each of {len(set(tested))} samples in published lists was tested{said}"


def remarks_on_subsets(rows, subsets):
    """A sentence a subset: its samples, and the metric that judges each row.

    Args:
        rows: list of `Row`.
        subsets: dict from words to the rows of some of the test samples.

    Returns:
        List of str.
    """
    told = []
    for words, chosen in subsets.items():
        if not len(chosen):
            told.append(f"No test sample is {words}.")
            continue
        metric, name = rows[0].kind.judged_by
        scores = ", ".join(
            f"{row.title} {mean_text(part.metrics, metric)} "
            f"(all {mean_text(row.metrics, metric)})"
            for row, part in ((row, row.select(chosen)) for row in rows)
        )
        share = f"{len(chosen)} of {len(rows[0].labels)}"
        told.append(f"{share} test samples are {words}; {name} on these: {scores}.")
    return told


def other_places(places):
    """Where trainings were made, for a report on those of several machines.

    Args:
        places: list of str, what `made_on` returned as JSON, one a training.

    Returns:
        Dict with `trainings_made_on`, empty where all were made alike.
    """
    found = {}
    for place in map(json.loads, places):
        # What else is loaded by then changes the list of threads, but no number.
        threads = place.get("threads", {}).get(keras.backend.backend())
        key = {**place, "threads": threads, "variables": None}
        found.setdefault(json.dumps(key, sort_keys=True), place)
    return {"trainings_made_on": list(found.values())} if len(found) > 1 else {}


def remarks_on_places(places):
    """What a reader has to know where `other_places` finds several.

    Args:
        places: list of str, what `made_on` returned as JSON, one a training.

    Returns:
        List of str.
    """
    if not other_places(places):
        return []
    return [
        "Not all trainings of this run were made with the same cores, threads, devices "
        "and settings (`trainings_made_on` lists them), so the same command on one "
        "machine may give slightly other numbers."
    ]
