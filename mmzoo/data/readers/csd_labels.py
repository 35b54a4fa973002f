"""The labels of computational sequences, and the segments that they are given to."""

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.data.label_choice import chosen_label, range_or_classes, target_named, told
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.readers.csd_alignment import EPSILON
from mmzoo.data.readers.csd_choice import Choice
from mmzoo.data.readers.csd_root import Root, video_in
from mmzoo.data.readers.csd_tally import Tally

SENTIMENT = "sentiment"
SENTIMENT_RANGE = (-3.0, 3.0)
EMOTIONS = ("happy", "sad", "anger", "surprise", "disgust", "fear")
# What CMU-MOSEI's columns say, by their number, where the file has no names.
COLUMNS = {6: EMOTIONS, 7: (SENTIMENT, *EMOTIONS)}
UNUSABLE = "a label that cannot be used"
WITHOUT_LABEL = "without a label"
WITHOUT_LENGTH = "its interval has no length"
ALL_TIME = np.array([-np.inf, np.inf])


@dataclass(frozen=True, eq=False)
class Segment:
    """A part of a video that has a label.

    Args:
        id: Its name, `video[number]`.
        video: Its video.
        label: The label.
        span: `(2,)`, start and end in seconds; `None` where entries are segments.
    """

    id: str
    video: str
    label: float
    span: np.ndarray | None = None


def label_names(roots: list[Root]) -> dict[str, tuple[Root, int]]:
    """Where each label stands.

    Args:
        roots: Roots of labels.

    Returns:
        Dict from the name of a label to its root and column.
    """
    found = {}
    for root in roots:
        for place, name in enumerate(_columns(root, alone=len(roots) == 1)):
            name = name if name not in found else f"{root.name} {name}"
            found.setdefault(name, (root, place))
    return found


def _columns(root: Root, alone: bool) -> list[str]:
    width = root.shape[1]
    if root.dimensions is not None and len(set(root.dimensions)) == width > 1:
        return root.dimensions
    if width in COLUMNS:
        return list(COLUMNS[width])
    if width == 1:
        names = root.name.casefold()
        known = alone or SENTIMENT in names or "opinion" in names
        return [SENTIMENT if known else root.name]
    return [f"{root.name} {place}" for place in range(width)]


@dataclass(frozen=True, eq=False)
class CsdLabels:
    """The label that is read.

    Args:
        segments: What has it.
        target: What it says.
        label_range: Lowest and highest that can occur.
        classes: Names of the classes, `None` where it is a score.
        provenance: What the corpus tells of it.
        names: Names of all labels that there are.
        chosen: The one that is read.
        other: Function from the name of another to the label of each segment, by its
            id, and their meaning.
    """

    segments: list[Segment]
    target: str = SENTIMENT
    label_range: tuple[float, float] = SENTIMENT_RANGE
    classes: tuple[str, ...] | None = None
    provenance: dict = dataclasses.field(default_factory=dict)
    names: tuple[str, ...] = ()
    chosen: str = SENTIMENT
    other: Callable | None = None


def read_labels(choice: Choice, label, path, tally: Tally) -> CsdLabels:
    """Read one label of all segments.

    Args:
        choice: The roots; to be answered, those of labels may be missing.
        label: Name or number of the label; `None` for sentiment, or the only one.
        path: The file or folder, for errors.
        tally: What notes segments that are left out.

    Returns:
        The labels. Without any root of them each entry of the reference is a segment.

    Raises:
        DataError: If it is not said which of several labels is meant.
    """
    names = label_names(choice.labels)
    if not names:
        return CsdLabels(_whole_entries(choice))
    if label is None and SENTIMENT in names:
        label = SENTIMENT
    name = chosen_label(list(names), label, path)
    root, place = names[name]
    segments = _segments(root, place, not choice.segmented, tally)
    provenance = told(name, list(names)) if len(names) > 1 else {}
    values = np.array([each.label for each in segments], "float32")
    meaning = _meaning(values, name, path, tally.answering)

    # The columns of a root are read once for all of its labels.
    read = functools.cache(Root.read)

    def other(label):
        values = _of_same_segments(*names[label], segments, read)
        known = np.array(list(values.values()), "float32")
        return values, _meaning(known, label, path, tally.answering)

    says = meaning.target, meaning.label_range, meaning.classes, provenance
    return CsdLabels(segments, *says, tuple(names), name, other)


def _meaning(values: np.ndarray, name: str, path, answering: bool) -> LabelMeaning:
    target, (low, high) = target_named(name), SENTIMENT_RANGE
    known = values[np.isfinite(values)]
    if target == SENTIMENT and ((known >= low) & (known <= high)).all():
        return LabelMeaning(target, SENTIMENT_RANGE)
    return LabelMeaning(target, *range_or_classes(values, target, path, answering))


def _of_same_segments(root: Root, place: int, segments: list[Segment], read) -> dict:
    """Another label of each segment, NaN where it has none for the same time."""
    timed = any(each.span is not None for each in segments)
    # What cannot be used is noted for the label that is read alone.
    found = _segments(root, place, timed, Tally(answering=True), read)
    by_id = {each.id: each for each in found}

    def label_of(segment):
        other = by_id.get(segment.id)
        if other is None or (timed and not np.allclose(other.span, segment.span)):
            return np.nan
        return other.label

    return {segment.id: label_of(segment) for segment in segments}


def _segments(
    root: Root, place: int, timed: bool, tally: Tally, read=Root.read
) -> list[Segment]:
    found = []
    for key in root.keys:
        try:
            spans, values = read(root, key, timed)
            if video_in(key) != key and len(values) != 1:
                fault = f"its {root.name}/{key} has {len(values)} labels of a segment"
                raise DataError(root.file, fault, "Give each segment one")
        except DataError as error:
            tally.refuse(error, UNUSABLE, key, video_in(key))
            continue
        for number, row in enumerate(values):
            segmented = video_in(key) != key
            name = key if segmented else f"{key}[{number}]"
            span = None if spans is None else spans[number]
            segment = Segment(name, video_in(key), float(row[place]), span)
            if not (np.isfinite(segment.label) or tally.answering):
                tally.leave_out(WITHOUT_LABEL, name, segment.video)
            elif span is not None and not span[1] - span[0] > EPSILON:
                tally.leave_out(WITHOUT_LENGTH, name, segment.video)
            else:
                found.append(segment)
    return found


def _whole_entries(choice: Choice) -> list[Segment]:
    """Each entry that any modality has, to be answered."""
    roots = [*choice.features.values(), *([choice.words] if choice.words else [])]
    if choice.segmented:
        keys = dict.fromkeys(key for root in roots for key in root.keys)
        return [Segment(key, video_in(key), np.nan) for key in keys]
    videos = dict.fromkeys(video for root in roots for video in root.by_video)
    return [Segment(video, video, np.nan, ALL_TIME) for video in videos]
