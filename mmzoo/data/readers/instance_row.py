"""One instance of MISA, MMIM or MAG-BERT: its parts, or why it cannot be read."""

from collections import Counter

import numpy as np

from mmzoo.data.readers.pickled_splits import text_of
from mmzoo.reading import PickledArray

# Where the parts of an instance stand.
VIDEO, AUDIO, WORDS, STEPS = 1, 2, (3, 0), 4
# Why an instance is left out.
NO_INSTANCE = "it is no (parts, label, segment)"
NO_ARRAYS = "its video or its audio is no array (steps, features) of numbers"
OTHER_WIDTHS = "its video or its audio has other features than those of most instances"
NO_LABEL = "its label is no single number"


def widths_of(parts: dict[str, list]) -> tuple[int, int]:
    """The features of a step of video and audio that most instances have.

    Args:
        parts: For each split a list of instances.

    Returns:
        Features of video and of audio, 0 where no instance has any.
    """
    counts = Counter(
        (each[0][VIDEO].shape[-1], each[0][AUDIO].shape[-1])
        for part in parts.values()
        for each in part
        if _is_instance(each) and _has_arrays(each)
    )
    return counts.most_common(1)[0][0] if counts else (0, 0)


def _is_instance(each) -> bool:
    if type(each) not in (tuple, list) or len(each) != 3:
        return False
    return type(each[0]) in (tuple, list) and len(each[0]) >= 3


def _has_arrays(each) -> bool:
    return all(
        isinstance(array, PickledArray)
        and array.ndim == 2
        and array.dtype.kind in "fiu"
        for array in (each[0][VIDEO], each[0][AUDIO])
    )


def row_of(each, widths: tuple[int, int], answering: bool):
    """Read an instance.

    Args:
        each: The instance.
        widths: The features of video and audio that it has to have.
        answering: Whether it may lack a label, which is NaN then.

    Returns:
        Video, audio, words, label and the name of its segment; or, in words, why it
        cannot be read.
    """
    if not _is_instance(each):
        return NO_INSTANCE
    if not _has_arrays(each):
        return NO_ARRAYS
    parts, label, _ = each
    found = [parts[place].read() for place in (VIDEO, AUDIO)]
    # MMIM says how many steps of each there are.
    for place, steps in enumerate(parts[STEPS : STEPS + 2]):
        if type(steps) is int and steps >= 0:
            found[place] = found[place][:steps]
    if tuple(array.shape[1] for array in found) != widths:
        return OTHER_WIDTHS
    label = _number(label)
    if label is None and not answering:
        return NO_LABEL
    label = np.nan if label is None else label
    return *found, _words(parts), label, name_of(each)


def _number(label) -> float | None:
    while isinstance(label, list | tuple) and len(label) == 1:
        label = label[0]
    label = label.read() if isinstance(label, PickledArray) else label
    if not isinstance(label, np.ndarray | int | float) or np.size(label) != 1:
        return None
    label = np.asarray(label)
    return float(label.item()) if label.dtype.kind in "fiu" else None


def _words(parts) -> str:
    """The words, from the first part that has texts."""
    for place in WORDS:
        words = parts[place] if len(parts) > place else None
        if isinstance(words, PickledArray) and words.dtype.kind in "USO":
            words = words.read().ravel().tolist()
        if isinstance(words, list | tuple) and words:
            if all(isinstance(word, str | bytes) for word in words):
                return " ".join(map(text_of, words))
    return ""


def name_of(each) -> str:
    """The name of the segment of an instance.

    Args:
        each: The instance.

    Returns:
        The name, empty where it has none.
    """
    if type(each) not in (tuple, list) or len(each) != 3:
        return ""
    segment = each[2]
    if isinstance(segment, PickledArray):
        segment = segment.read().item() if segment.shape == () else ""
    return text_of(segment)
