"""Sequences that were padded with zeros to one length: what was padding goes.

A step that is zero in all features says that nothing was observed. At an end of a
sequence it is padding and is taken off; inside it stays, and is marked.
"""

from collections.abc import Callable, Mapping

import numpy as np

from mmzoo.data.sequences import Sequences


def joint_sequences(
    arrays: Mapping, observed: Mapping[str, np.ndarray] | None = None
) -> dict[str, Sequences]:
    """Aligned modalities, whose steps belong together.

    A sequence is what stands between the first and the last step at which any modality
    is observed, whichever side was padded.

    Args:
        arrays: Dict from modality to an array `(samples, steps, features)`, or to what
            has it by `read()`, which keeps one at a time in memory.
        observed: Dict from a modality to `(samples, steps)`, where a file says which
            steps it has; those of others are what is not zero.

    Returns:
        Dict from modality to its sequences, all of the same lengths.
    """
    shown = {key: _shown(array) for key, array in arrays.items()}
    shown |= {key: np.asarray(each, bool) for key, each in (observed or {}).items()}
    # (samples, steps)
    real = np.any(list(shown.values()), axis=0)
    first, last = real.argmax(axis=1), real.shape[1] - real[:, ::-1].argmax(axis=1)
    lengths = np.where(real.any(axis=1), last - first, 0)
    return {
        key: _packed(array, first, lengths, shown[key]) for key, array in arrays.items()
    }


def own_sequences(array, lengths: np.ndarray | None = None, front=False) -> Sequences:
    """One modality with steps of its own.

    Args:
        array: `(samples, steps, features)`, or what has it by `read()`.
        lengths: Steps of each sample, where a file says them; those beyond are
            padding, whatever they hold. Zeros at the padded end are, where it does not.
        front: Whether padding stands before a sequence. Defaults to `False`.

    Returns:
        The sequences.
    """
    shown = _shown(array)
    steps = shown.shape[1]
    if lengths is not None:
        # Clipped first: a number that no whole number holds would become another.
        lengths = np.clip(lengths, 0, steps).astype("int64")
    else:
        outer = shown if front else shown[:, ::-1]
        lengths = np.where(shown.any(axis=1), steps - outer.argmax(axis=1), 0)
    first = steps - lengths if front else np.zeros_like(lengths)
    return _packed(array, first, lengths, shown)


def padded_at_front(arrays: Mapping) -> bool | None:
    """Which end of the sequences was padded, by the zeros that stand there.

    Args:
        arrays: As for `joint_sequences`.

    Returns:
        Whether it is the front; `None` where zeros stand at neither end, or where as
        many sequences have them at one end as at the other.
    """
    shown = np.any([_shown(array) for array in arrays.values()], axis=0)
    filled = shown[shown.any(axis=1)]
    front, end = int((~filled[:, 0]).sum()), int((~filled[:, -1]).sum())
    return None if front == end else front > end


def _read(array) -> np.ndarray:
    return array.read() if isinstance(getattr(array, "read", None), Callable) else array


def _shown(array) -> np.ndarray:
    """Which steps have anything but zeros, `(samples, steps)`."""
    return np.any(_read(array) != 0, axis=2)


def _packed(array, first, lengths, shown) -> Sequences:
    step = np.arange(shown.shape[1])
    inside = (step >= first[:, None]) & (step < (first + lengths)[:, None])
    # What is too large is infinite, and counted as such.
    with np.errstate(over="ignore"):
        frames = _read(array)[inside].astype("float32")
    return Sequences(frames, np.cumsum(lengths) - lengths, lengths, shown[inside])
