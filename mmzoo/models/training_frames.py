"""The frames that statistics are taken from: those of the training split alone."""

import warnings

import numpy as np


def training_frames(split, input_dims, optional=()):
    """The observed frames of each modality that a model reads.

    Args:
        split: `Split`, the training split: its own steps are read, and not those that
            other splits keep in the same array. Or a dict from modality to frames
            `(steps, features)`, or to an iterable of such arrays.
        input_dims: dict from modality to the number of its features.
        optional: names of modalities that may be missing.

    Returns:
        Dict from modality to an iterable of arrays.
    """
    if hasattr(split, "sequences"):
        found = {name: _observed(rows) for name, rows in split.sequences.items()}
        widths = {name: rows.features for name, rows in split.sequences.items()}
    elif isinstance(split, dict):
        found = {name: _pieces(name, rows) for name, rows in split.items()}
        widths = {}
    else:
        raise ValueError(
            f"`adapt` takes the training split, `corpus.train`, not {type(split)!r}."
        )
    missing = sorted(set(input_dims) - set(found) - set(optional))
    if missing:
        raise ValueError(
            f"`adapt` needs frames of {missing}, and was given {sorted(found)}: give "
            "the training split, after `apply_front_end` where a front end makes them."
        )
    for name in set(input_dims).intersection(widths):
        if widths[name] != input_dims[name]:
            raise ValueError(
                f"{name!r} has {widths[name]} features in `split`, but this model "
                f"reads {input_dims[name]}."
            )
    return {name: found[name] for name in input_dims if name in found}


def _observed(rows):
    # As they are stored: what was cleaned is no number of the data.
    return (frames[present] for frames, present in rows.blocks(raw=True))


def _pieces(name, rows):
    """Arrays of frames, from one of them or from several."""
    if hasattr(rows, "blocks"):
        return _observed(rows)
    if not hasattr(rows, "shape"):
        return rows
    if len(rows.shape) != 2:
        raise ValueError(
            f"{name!r} has shape {tuple(rows.shape)} where `adapt` reads (steps, "
            "features): give the training split, `corpus.train`, so that padding and "
            "steps that were not observed stay out."
        )
    return [rows]


def cleaned_modalities(split):
    """The modalities of which the corpus has told that not all is finite.

    Args:
        split: what `training_frames` takes.

    Returns:
        Set of names.
    """
    rows = getattr(split, "sequences", {})
    return {name for name, each in rows.items() if each.fill is not None}


def adapt_all(layers, frames, told=()):
    """Let every layer take its statistics, and say what was not finite.

    Args:
        layers: dict from modality to a layer whose `adapt` returns how many values it
            ignored.
        frames: what `training_frames` returned.
        told: names of modalities of which nothing is said. Defaults to none.
    """
    ignored = {}
    for name, pieces in frames.items():
        try:
            ignored[name] = layers[name].adapt(pieces)
        except ValueError as error:
            raise ValueError(f"{name!r}: {error}") from error
    ignored = {n: count for n, count in ignored.items() if count and n not in told}
    if ignored:
        counts = ", ".join(f"{count} of {name}" for name, count in ignored.items())
        warnings.warn(
            f"`adapt` ignored values that are NaN or infinite: {counts}. The "
            "model reads such values as the mean of their feature.",
            stacklevel=3,
        )


def joined_frames(split, modalities, join, samples=256):
    """Frames of several modalities joined at each step, those observed in any.

    Args:
        split: `Split`, the training split; or a dict of arrays, a batch.
        modalities: list of their names.
        join: function from a batch to frames `(batch, timesteps, features)` and mask.
        samples: int. How many are joined at once. Defaults to `256`.

    Returns:
        Array `(steps, features)`.
    """
    if isinstance(split, dict):
        batches = [split]
    else:
        firsts = range(0, len(split), samples)
        numbers = [np.arange(len(split))[first : first + samples] for first in firsts]
        batches = (_batch(split, modalities, rows) for rows in numbers)
    parts = [tuple(map(np.asarray, join(batch))) for batch in batches]
    return np.concatenate([frames[mask] for frames, mask in parts])


def _batch(split, modalities, rows):
    steps = max(1, int(split.lengths[rows].max()))
    batch = {}
    for name in modalities:
        batch[name], batch[f"{name}_mask"] = split.sequences[name].padded(rows, steps)
    return batch
