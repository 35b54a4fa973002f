"""From which values trials draw their options, and which of them a row takes."""

import dataclasses
import pathlib

from mmzoo.models.registry import signature_of
from mmzoo.reading import read_json
from mmzoo.spelling import did_you_mean
from mmzoo.training.plan import arguments_of, models_of, plan
from mmzoo.training.training_options import TrainingOptions

DEFAULT = pathlib.Path(__file__).with_name("default_space.json")
TRAINING = {field.name for field in dataclasses.fields(TrainingOptions)}
# These say what is scored, or what a row is: trials of other values are no rivals.
FIXED = {"monitor", "class_weight", "refit", "train_translator"}
# These are for the data, the variant and the seed to say.
FIXED |= {"chain", "classes", "dtype", "input_dims", "labels_per", "level", "seed"}
FIXED |= {"source", "target", "translator"}
# Frames and codes are measured by other metrics.
FIXED |= {"num_codes"}
PLAIN = (str, int, float, bool, type(None))
KEYS = {"low", "high", "log"}


def read_space(given=None):
    """A space of options: that of a file, or the default.

    Args:
        given: optional path of a JSON file, or the dict that is in one: from the name
            of an option to `{"low": ..., "high": ..., "log": ...}`, both ends
            included, whole numbers where both are, or to a list of choices.

    Returns:
        The dict; which rows have the options is not checked.

    Raises:
        ValueError: naming the option and what is wrong with its values.
    """
    source = DEFAULT if given is None else given
    space = source if isinstance(source, dict) else read_json(source)
    place = "`space`" if isinstance(source, dict) else str(source)
    if not isinstance(space, dict) or not space:
        raise ValueError(
            f"{place} is a dict from names of options to their values, not {space!r}."
        )
    for name, values in space.items():
        if fault := _fault(values):
            raise ValueError(
                f"{place}: {name!r} is {values!r}, {fault}. Write "
                '{"low": 0.001, "high": 0.1, "log": true} or [16, 32, 64].'
            )
    return space


def _fault(values):
    """What is wrong with the values of an option; empty where nothing is."""
    if isinstance(values, list):
        plain = all(isinstance(value, PLAIN) for value in values)
        if not plain or len(set(map(repr, values))) < max(2, len(values)):
            return "which are not two choices or more, each once, of plain values"
        return ""
    if not isinstance(values, dict) or not {"low", "high"} <= values.keys() <= KEYS:
        return "which has not just `low`, `high` and perhaps `log`"
    ends = values["low"], values["high"]
    if any(type(end) not in (int, float) for end in ends) or not ends[0] < ends[1]:
        return "whose `low` is no number below `high`"
    if not isinstance(values.get("log", False), bool):
        return "whose `log` is neither true nor false"
    if values.get("log") and ends[0] <= 0:
        return "whose logarithm `low` does not have: it is above 0"
    return ""


def taken_by(row, space):
    """The part of a space that a row has the options of.

    Args:
        row: `PlannedRow`. What its variant fixes makes it the row that it is.
        space: dict as `read_space` returns it.

    Returns:
        Dict of the same form.
    """
    free = (
        (TRAINING | arguments_of(row.variant)) - FIXED - set(row.variant.architecture)
    )
    return {name: values for name, values in space.items() if name in free}


def check_space(space, rows, whole=True):
    """Refuse a space in which some trial could not be trained, or be no rival.

    Args:
        space: dict as `read_space` returns it.
        rows: list of `PlannedRow`, the plan.
        whole: whether each of its names has to be an option of some row. Defaults to
            `True`.

    Raises:
        ValueError: naming the option and what is wrong with it.
    """
    mains = [row for row in rows if row.change is None]
    known = {name for row in mains for name in arguments_of(row.variant)} | TRAINING
    for name in sorted(space):
        _refuse_name(name, known, whole)
    for row in mains:
        taken = taken_by(row, space)
        if not taken:
            raise ValueError(
                f"`space` has nothing that the row {row.name!r} takes, only "
                f"{sorted(space)}: add `learning_rate`, which every row has."
            )
        _refuse_ends(row, taken)
    for row in rows:
        _refuse_controlled(row, space)


def _refuse_name(name, known, whole):
    if name in FIXED:
        raise ValueError(
            f"`space`: {name!r} is not for trials to draw, since it says what is "
            "scored, or what the row is: leave it out."
        )
    if whole and name not in known:
        meant = did_you_mean(name, known - FIXED)
        raise ValueError(
            f"`space`: no row has an option {name!r}: correct it, or leave it out."
            f"{meant}"
        )


def _refuse_controlled(row, space):
    """Refuse what a control changes: a trial of that value would be the control."""
    changes = row.change.architecture if row.change is not None else ()
    if changed := sorted(set(space) & set(changes)):
        raise ValueError(
            f"`space` has {changed}, which the control {row.control!r} of "
            f"{row.name!r} changes: leave it out."
        )


def _refuse_ends(row, space):
    """Let what checks options check the ends of each range, and each choice."""
    for name, values in space.items():
        ranged = isinstance(values, dict)
        ends = [values["low"], values["high"]] if ranged else values
        default = default_of(row, name)
        if type(default) is int and ranged and float in map(type, ends):
            raise ValueError(
                f"`space`: {name!r} is a whole number, {default} by default: write "
                f"low and high without a point, not {ends}."
            )
        for value in ends:
            changed = with_options(row, {name: value})
            plan([row.variant], changed.options, changed.architecture, row.front_ends)


def default_of(row, name):
    """What a row has for an option without any trial.

    Args:
        row: `PlannedRow`.
        name: of an option of the training or of one of its builders.

    Returns:
        The value.
    """
    if name in TRAINING:
        return getattr(row.options, name)
    models = [signature_of(model) for model in models_of(row.variant)]
    default = next(known[name] for known in models if name in known)
    return row.architecture.get(name, default)


def with_options(row, drawn):
    """A row with other options.

    Args:
        row: `PlannedRow`.
        drawn: dict of options of the training and of the builders.

    Returns:
        The `PlannedRow`.
    """
    training = {name: value for name, value in drawn.items() if name in TRAINING}
    built = {name: value for name, value in drawn.items() if name not in TRAINING}
    return dataclasses.replace(
        row,
        options=dataclasses.replace(row.options, **training),
        architecture={**row.architecture, **built},
    )
