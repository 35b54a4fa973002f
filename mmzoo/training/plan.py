"""A plan: each variant and its controls, refused before anything is read or trained."""

import dataclasses
import math

from mmzoo.models.audio_text_classifier import check_sound
from mmzoo.models.registry import signature_of
from mmzoo.training.control import Control
from mmzoo.training.front_ends import FrontEnds
from mmzoo.training.planned_row import REGRESSOR, PlannedRow
from mmzoo.training.pretraining import WITHOUT

UNTRAINED_ENCODER = Control("untrained encoder", untrained=True)
WEIGHT_ZERO = "translation weight 0"
SOUND = "audio_text_classifier"
# One code has nothing to tell apart.
LEAST = {"num_codes": 2, "projection": 1}


def plan(variants, options, architecture=None, front_ends=None, pretraining=None):
    """Each variant, followed by its controls.

    Args:
        variants: list of `Variant`. A translation that names no controls has one: the
            encoder untrained, or end to end the translation's weight 0, and with it
            every other argument that ends in `_weight`.
        options: `TrainingOptions`.
        architecture: optional dict of arguments that every row's builders take where
            they have them.
        front_ends: optional `FrontEnds`.
        pretraining: optional `Pretraining`, of the translations; each then has one more
            control, without it.

    Returns:
        List of `PlannedRow`.
    """
    rows = []
    for variant in variants:
        known = arguments_of(variant)
        shared = {n: each for n, each in (architecture or {}).items() if n in known}
        shared |= variant.architecture
        first = pretraining if variant.needs_regressor else None
        row = PlannedRow(variant, options, shared, front_ends, pretraining=first)
        rows.append(row)
        for control in _controls(row):
            new = _changed(row, control)
            _refuse_copy(new, [each for each in rows if each.variant is variant])
            rows.append(new)
    _refuse_unknown(rows, architecture or {})
    if pretraining is not None and not any(row.pretraining for row in rows):
        names = ", ".join(variant.name for variant in variants)
        raise ValueError(
            f"`pretrain` is for translations, such as audio->video, not for {names}: "
            "name one, or leave it out."
        )
    for row in rows:
        _refuse_sound(row)
        _refuse_sizes(row)
        _refuse_refit(row)
    return rows


def _changed(row, control):
    """The row that a control is of another."""
    architecture, ends = {**row.architecture, **control.architecture}, row.front_ends
    if control.text_states is not None:
        states = control.text_states
        ends = dataclasses.replace(ends or FrontEnds(), text_states=states)
    first = None if control.scratch or control.untrained else row.pretraining
    return dataclasses.replace(
        row,
        architecture=architecture,
        front_ends=ends,
        change=control,
        pretraining=first,
    )


def models_of(variant):
    """The models that a variant trains: states that answer nothing have a regressor."""
    return [variant.model] + [REGRESSOR] * variant.needs_regressor


def arguments_of(variant):
    """The arguments that the models of a variant have, a set of names."""
    return {name for model in models_of(variant) for name in signature_of(model)}


def _controls(row):
    more = () if row.pretraining is None else (WITHOUT,)
    if row.variant.controls is not None:
        return (*row.variant.controls, *more)
    if row.training == "supervised":
        return ()
    if row.training == "phases":
        return (UNTRAINED_ENCODER, *more)
    names = sorted(arguments_of(row.variant))
    weights = {name: 0.0 for name in names if name.endswith("_weight")}
    return (Control(WEIGHT_ZERO, weights), *more)


def _refuse_copy(row, others):
    """Refuse a control that trains what another row of its variant trains."""
    for other in others:
        same = (other.arguments(row.variant.model), other.arguments(REGRESSOR)) == (
            row.arguments(row.variant.model),
            row.arguments(REGRESSOR),
        )
        change = row.change
        changes = change.shuffled or change.untrained or change.scratch
        changes = changes or row.front_ends != other.front_ends
        if same and not changes:
            raise ValueError(
                f"`controls` of {row.name!r}: {row.control!r} has the same options as "
                f"{other.control or 'the row itself'!r}. Let it change another option, "
                "or leave it out."
            )


def _refuse_unknown(rows, architecture):
    """Refuse an argument that no builder of the rows has."""
    known = set()
    for row in rows:
        own = arguments_of(row.variant)
        stray = sorted(set(row.variant.architecture) - own)
        if stray:
            raise ValueError(
                f"`architecture` of {row.name!r}: {row.variant.model} has no {stray}."
            )
        known |= own
    stray = sorted(set(architecture) - known)
    if stray:
        models = ", ".join(sorted({row.variant.model for row in rows}))
        raise ValueError(f"`architecture`: none of {models} has an argument {stray}.")


def _refuse_sound(row):
    """Refuse a network that does not read what was asked for, before that is made."""
    model = row.variant.model
    if model != SOUND or row.front_ends is None or "audio" not in row.modalities:
        return
    network = row.arguments(model).get("audio_encoder", "small")
    check_sound(row.front_ends.sound_made_by, network)


def _refuse_sizes(row):
    """Refuse a size below 1 before anything is read or trained."""
    defaults = signature_of(row.variant.model)
    for name, value in row.arguments(row.variant.model).items():
        size = defaults.get(name)
        counts = isinstance(size, int) and size is not True and size >= 1
        least = LEAST.get(name, 1 if counts else -math.inf)
        if isinstance(value, int | float) and value < least:
            raise ValueError(f"`{name}` is at least {least}, not {value}.")


def _refuse_refit(row):
    """Refuse to train anew what a regressor reads."""
    if row.options.refit and row.variant.needs_regressor:
        raise ValueError(
            f"`refit` is for models that answer by themselves, but {row.name!r} has a "
            "regressor: leave it out, or train that variant in a run of its own."
        )
