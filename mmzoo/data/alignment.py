"""Bring modalities with steps of their own to the steps of one of them."""

import dataclasses

import numpy as np

from mmzoo.data.common_steps import lengths_of, steps_differ
from mmzoo.data.errors import DataError
from mmzoo.data.provenance import by_split, recorded
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import RECORDED

REMEDY = "Align to a modality that has one step a label"


def is_aligned(corpus):
    """Whether the modalities of each sample have the same steps, where it has them.

    Args:
        corpus: `Corpus`.

    Returns:
        bool.
    """
    parts = [lengths_of(split) for split in corpus.splits.values()]
    return not any(steps_differ(each).any() for each in parts if each)


def aligned_corpus(corpus, target):
    """See `Corpus.align_to`.

    Args:
        corpus: `Corpus`.
        target: str. The modality whose steps all get.

    Returns:
        The corpus with them.
    """
    names = [name for name in corpus.modalities if name not in RECORDED]
    if target not in names:
        fault = f"align_to({target!r}), but there are no such frames"
        remedy = f"Name one of {', '.join(names)}" if names else "It has no frames"
        raise DataError(corpus.name, fault, remedy)
    others = [name for name in names if name != target]
    done = {
        key: _aligned_split(each, target, others) for key, each in corpus.splits.items()
    }
    told = {key: counts for key, (_, counts) in done.items()}
    lacking = {key: counts["lacking"] for key, counts in told.items()}
    warnings = []
    if any(lacking.values()):
        warning = (
            f"aligned to {target}, which samples lack: nothing of them is observed"
        )
        warnings.append(f"{warning} ({by_split(lacking)})")
    splits = {key: split for key, (split, _) in done.items()}
    aligned = dataclasses.replace(corpus, splits=splits)
    return recorded(aligned, warnings, aligned={"to": target, **told})


def _aligned_split(split, target, names):
    """A split whose modalities have the steps of one, and what was done to it.

    Args:
        split: `Split`.
        target: str. The modality whose steps all get.
        names: list of the modalities that are brought to them.

    Returns:
        The split, and a dict for its provenance: under `"steps"` for each modality its
        steps before and after, under `"masked"` how many of the latter have nothing,
        and under `"lacking"` how many samples have no step of the target; where names
        of steps no longer fit, their number under `"step_ids_left_out"`.

    Raises:
        DataError: if labels one a step are not one a step of the target.
    """
    wanted = split.sequences[target].lengths
    lacking = wanted == 0
    if isinstance(split.labels, Sequences):
        _refuse_labels(split, target, wanted)
        # Labels stay where there is nothing to predict them from.
        wanted = split.labels.lengths
    told = {"steps": {}, "masked": {}, "lacking": int(lacking.sum())}
    sequences = dict(split.sequences)
    for name in names:
        rows = split.sequences[name]
        sequences[name] = _aligned(rows, wanted, lacking)
        after = sequences[name]
        told["steps"][name] = [int(rows.lengths.sum()), int(after.lengths.sum())]
        told["masked"][name] = int((~after.present).sum())
    step_ids = split.step_ids
    if step_ids is not None and [len(row) for row in step_ids] != wanted.tolist():
        # They name steps that are no longer there.
        told["step_ids_left_out"] = sum(map(len, step_ids))
        step_ids = None
    return dataclasses.replace(split, sequences=sequences, step_ids=step_ids), told


def _refuse_labels(split, target, wanted):
    lengths = split.labels.lengths
    wrong = np.flatnonzero((lengths != wanted) & (wanted > 0))
    if len(wrong):
        first = wrong[0]
        fault = (
            f"sample {split.ids[first]!r} has {lengths[first]} labels, but "
            f"{wanted[first]} steps of {target}"
        )
        raise DataError("align_to", fault, REMEDY)


def _aligned(rows, wanted, lacking):
    """Sequences of the wanted lengths; those that have no step stay as they are."""
    lengths = np.where(rows.lengths > 0, wanted, 0)
    starts = np.cumsum(lengths) - lengths
    frames = np.zeros((lengths.sum(), rows.features), "float32")
    present = np.zeros(len(frames), bool)
    for index in np.flatnonzero((lengths > 0) & ~lacking):
        place = slice(starts[index], starts[index] + lengths[index])
        ((given, observed),) = rows.select([index]).blocks(raw=True)
        frames[place], present[place] = _span_means(given, observed, lengths[index])
    return Sequences(frames, starts, lengths, present, rows.fill)


def _span_means(frames, present, steps):
    """The mean of the frames in each of some even spans.

    Span `t` begins at step `floor(t * timesteps / steps)` and ends before the next one,
    so that each frame is in one span; where there are fewer frames than spans, frames
    are repeated.

    Args:
        frames: array `(timesteps, features)`, of at least one step. A value that is not
            finite takes no part in the mean of its feature.
        present: bool array `(timesteps,)`, False at steps that take no part.
        steps: int. How many spans.

    Returns:
        Means `(steps, features)`, float32, and which spans have any finite value of a
        step that takes part, `(steps,)`. A feature without such a value in a span that
        has others is NaN.

    Example:
    ```python
    frames = np.array([[1.0], [3.0], [5.0], [7.0], [9.0]])
    means, _ = mmzoo.data.alignment._span_means(frames, np.ones(5, bool), 2)
    means[:, 0].tolist()  # [2.0, 7.0]
    ```
    """
    starts = np.arange(steps) * len(frames) // steps
    counted = np.isfinite(frames) & present[:, None]
    values = np.where(counted, frames, 0.0).astype("float64")
    # Where two spans begin at one step, `reduceat` gives that step to both.
    total = np.add.reduceat(values, starts, axis=0)
    count = np.add.reduceat(counted.astype("int64"), starts, axis=0)
    observed = count.any(axis=1)
    with np.errstate(invalid="ignore"):
        means = (total / np.where(count, count, np.nan)).astype("float32")
    means[~observed] = 0.0
    return means, observed
