"""The labels of a folder in MFN's layout, `y_{train,valid,test}.h5`.

A file has one label of each sample, or several: traits, intensities of emotions, or
classes as 0 and 1. Attributes of its array may say more: `names`, one a label, and
`label_range`, lowest and highest (a pair, or a pair a label).

* One label, or that named `sentiment`, is recentred to a range that is symmetric about
  0 (1..5 becomes -2..2). Of others the range is what is found, and nothing is shifted.
* A label that is 0 or 1 throughout has two classes.
* Where each sample has one 1 among zeros, `label="classes"` takes its place as class.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.data.label_choice import chosen_label, range_or_classes, target_named, told
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.readers.mfn_file import array_of
from mmzoo.data.split import EMOTION

# Labels as they are stored, and what is taken off them.
LABEL_SCALES = {(-3.0, 3.0): 0.0, (1.0, 5.0): 3.0}
SENTIMENT = "sentiment"
ONE_HOT = "classes"
# What the provenance calls a shift of the labels.
LABELS = "labels"
HINT = f" Each sample has one 1 among zeros: {ONE_HOT!r} takes its place as the class."


@dataclass(frozen=True, eq=False)
class MfnLabels:
    """The labels of all splits.

    Args:
        by_split: Label of each sample, `(samples,)`, of each split.
        label_range: Lowest and highest label that can occur.
        provenance: What the corpus tells of them.
        target: What they say.
        classes: Names of the classes, `None` where they are scores.
        names: Names of all labels of the files; none where they have one.
        chosen: The one of them that these are.
        other: Function from the name of another to its labels and their meaning.
    """

    by_split: dict[str, np.ndarray]
    label_range: tuple[float, float]
    provenance: dict = field(default_factory=dict)
    target: str = SENTIMENT
    classes: tuple[str, ...] | None = None
    names: tuple[str, ...] = ()
    chosen: str = SENTIMENT
    other: Callable | None = None

    @property
    def meaning(self) -> LabelMeaning:
        """What they say; what the provenance tells of them alone belongs to it."""
        own = {key: self.provenance[key] for key in self.provenance if key == LABELS}
        return LabelMeaning(self.target, self.label_range, self.classes, own)


@dataclass(frozen=True, eq=False)
class _Stored:
    """A file: labels `(samples, labels)`, their names and ranges."""

    file: Path
    values: np.ndarray
    names: tuple[str, ...]
    ranges: np.ndarray | None


def read_labels(
    path: Path,
    counts: dict[str, int],
    label: str | int | None = None,
    answering: bool = False,
    warnings: list[str] | None = None,
) -> MfnLabels:
    """Read the labels of some splits.

    Args:
        path: The folder.
        counts: Samples of each split.
        label: Name or number of the label, where there are several.
        answering: Whether labels that cannot be used become NaN, with a warning.
        warnings: What is added to.

    Returns:
        The labels.

    Raises:
        DataError: If they cannot be used; of several, if it is not said which.
    """
    stored, read_from = {}, []
    warnings = [] if warnings is None else warnings
    for name, count in counts.items():
        try:
            found = _stored(path / f"y_{name}.h5", count if answering else None)
            read_from.append(found.file)
            if answering:
                _chosen(path, {name: found}, label, answering)
            stored[name] = found
        except DataError as error:
            # A label that no file has is refused for all of them.
            if not answering or (label is not None and error.place in read_from):
                raise
            warnings.append(f"{name} is without labels: {error}")
    if stored:
        found = _chosen(path, stored, label, answering)
    else:
        found = MfnLabels({}, next(iter(LABEL_SCALES)))

    def completed(by_split):
        missing = {name: np.full(count, np.nan) for name, count in counts.items()}
        return {**missing, **by_split}

    def other(name):
        labels = _chosen(path, stored, name, answering)
        return completed(labels.by_split), labels.meaning

    return dataclasses.replace(found, by_split=completed(found.by_split), other=other)


def _stored(file: Path, count: int | None) -> _Stored:
    array, attributes = array_of(file)
    values = array.reshape(len(array), -1) if array.size else array.reshape(-1, 1)
    if count is not None and len(values) != count:
        fault = f"{len(values)} labels of {count} samples"
        raise DataError(file, fault, "Give each sample one")
    size = values.shape[1]
    names = tuple(_text(name) for name in np.ravel(attributes.get("names", ())))
    if names and (len(names) != size or len(set(names)) != size):
        fault = f"its attribute names has {len(set(names))} names of {size} labels"
        raise DataError(file, fault, "Give each label a name of its own")
    ranges = attributes.get("label_range")
    if ranges is not None:
        ranges = np.asarray(ranges, "float64")
        if ranges.size not in (2, 2 * size):
            fault = f"its attribute label_range has shape {ranges.shape}"
            raise DataError(file, fault, "Give lowest and highest of each label")
        ranges = np.broadcast_to(ranges.reshape(-1, 2), (size, 2))
    unnamed = tuple(map(str, range(size))) if size > 1 else (SENTIMENT,)
    return _Stored(file, values, names or unnamed, ranges)


def _text(name) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)


def _chosen(path, stored: dict[str, _Stored], label, answering: bool) -> MfnLabels:
    """The label that is meant, of the splits that have any."""
    first, *others = stored.values()
    for other in others:
        if other.names != first.names:
            count = len(other.names)
            fault = f"it has {count} labels a sample: {', '.join(other.names)}"
            remedy = f"{first.file.name} has {', '.join(first.names)}: write the same"
            raise DataError(other.file, fault, remedy)
    joint = np.concatenate([each.values for each in stored.values()])
    one_hot = _is_one_hot(joint)
    extra = ((ONE_HOT,), HINT) if one_hot else ((), "")
    chosen = chosen_label(first.names, label, first.file, *extra)
    if one_hot and chosen not in first.names:
        values = {name: each.values.argmax(axis=1) for name, each in stored.items()}
        label_range = (0, len(first.names) - 1)
        choice = told(chosen, first.names)
        names = (*first.names, chosen)
        says = EMOTION, first.names, names, chosen
        return MfnLabels(values, label_range, choice, *says)
    place, names = first.names.index(chosen), (*first.names, *extra[0])
    values = {name: each.values[:, place] for name, each in stored.items()}
    known = None if first.ranges is None else tuple(map(float, first.ranges[place]))
    if len(first.names) == 1 or chosen.casefold() == SENTIMENT:
        choice = told(chosen, first.names) if len(first.names) > 1 else {}
        found = _recentred(values, known, choice, path)
        return dataclasses.replace(found, names=names, chosen=chosen)
    target, classes = target_named(chosen), None
    found = joint[:, place]
    if known is None:
        known, classes = range_or_classes(found, target, first.file, answering)
    choice = told(chosen, first.names)
    return MfnLabels(values, known, choice, target, classes, names, chosen)


def _is_one_hot(values: np.ndarray) -> bool:
    """Whether each row of `(samples, labels)` has one 1 among zeros."""
    several = values.shape[1] > 1 and len(values)
    return bool(
        several and np.isin(values, (0, 1)).all() and (values.sum(axis=1) == 1).all()
    )


def _recentred(values: dict, known, choice: dict, path: Path) -> MfnLabels:
    joint = np.concatenate(list(values.values()))
    if known is None:
        (low, high), shift = _label_scale(joint, path)
    else:
        (low, high), shift = known, sum(known) / 2
    stored = {"stored_range": [low, high], "recentred_by": -shift}
    by_split = {name: each - shift for name, each in values.items()}
    provenance = {**choice, LABELS: stored}
    return MfnLabels(by_split, (low - shift, high - shift), provenance)


def _label_scale(labels: np.ndarray, path: Path):
    for (low, high), shift in LABEL_SCALES.items():
        if labels.size and labels.min() >= low and labels.max() <= high:
            return (low, high), shift
    known = " and ".join(f"[{low:g}, {high:g}]" for low, high in LABEL_SCALES)
    found = f"{labels.min():g} to {labels.max():g}" if labels.size else "absent"
    shares = [
        f"{np.count_nonzero(~((low <= labels) & (labels <= high)))} of {labels.size}"
        for low, high in LABEL_SCALES
    ]
    raise DataError(
        path,
        f"its labels are {found}, outside both ranges that are known, {known}: "
        f"{' and '.join(shares)} labels are beyond them",
        "Correct these if they are errors. If the scale is another, give the arrays of "
        "the y files the attribute `label_range`, its lowest and highest label, or "
        "divide all labels so that they fit [-3, 3], with neutral at 0",
    )
