"""Which label is meant, where a file has several of each sample."""

import re
from collections.abc import Sequence

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.data.sequences import real_numbers
from mmzoo.spelling import did_you_mean

PREFIX = "label_"
# Names that an error has room for.
NAMED = 20


def chosen_label(
    names: Sequence[str],
    label: str | int | None,
    place,
    others: Sequence[str] = (),
    hint: str = "",
) -> str:
    """The name of the label that is meant.

    Args:
        names: Names of the labels that each sample has, in their order.
        label: What was asked for: a name, with or without `label_` before it, or the
            place of one, counted from 0. `None` where nothing was.
        place: What has the labels, for the error.
        others: Names that may be asked for as well, but are not counted.
        hint: Sentence that the error ends with.

    Returns:
        One of `names` or `others`.

    Raises:
        DataError: If nothing was asked for and there are several, or what was asked for
            is not there; it lists what is.

    Example:
    ```python
    from mmzoo.data.label_choice import chosen_label

    chosen_label(("label_valence", "label_arousal"), "arousal", "labels.csv")
    # "label_arousal"
    ```
    """
    if label is None and len(names) == 1:
        return names[0]
    found = _matching([*names, *others], str(label).strip())
    if label is not None and found is not None:
        return found
    if label is not None and re.fullmatch(r"\s*\d+\s*", str(label)):
        if int(label) < len(names):
            return names[int(label)]
    fault = f"it has {len(names)} labels a sample"
    if label is not None:
        fault = f"label={label!r} is none of its {len(names)} labels"
    raise DataError(
        place,
        f"{fault}: {_listed(names)}",
        "Choose one by its name or by its number, counted from 0: `label=` (--label)."
        + did_you_mean(label, [*names, *others])
        + hint,
    )


def _matching(names: Sequence[str], label: str) -> str | None:
    label = label.casefold()
    wanted = (label, PREFIX + label, label.removeprefix(PREFIX))
    spelt = {name.casefold(): name for name in reversed(names)}
    return next((spelt[each] for each in wanted if each in spelt), None)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def target_named(name: str) -> str:
    """The target that a label of this name says: a name that batches can have.

    Args:
        name: Name of a label, such as a column of a table.

    Returns:
        The name in small letters, without `label_` before it; a label that has only a
        number is called by it, such as `"label_3"`.

    Example:
    ```python
    from mmzoo.data.label_choice import target_named

    target_named("label_Arousal (mean)")  # "arousal_mean"
    ```
    """
    words = re.sub(r"\W+", "_", name.casefold()).strip("_")
    short = words.removeprefix(PREFIX)
    return short if short and not short[0].isdigit() else f"{PREFIX}{short}".strip("_")


def told(name: str | list[str], names: Sequence[str]) -> dict:
    """What the provenance says of the choice.

    Args:
        name: The label that was chosen, or several.
        names: All labels that each sample has.

    Returns:
        Dict with `label` and, where there are any, `other_labels`.

    Example:
    ```python
    from mmzoo.data.label_choice import told

    told("a", ("a", "b"))  # {"label": "a", "other_labels": ["b"]}
    ```
    """
    chosen = [name] if isinstance(name, str) else name
    others = [each for each in names if each not in chosen]
    return {"label": name} | ({"other_labels": others} if others else {})


def range_or_classes(
    labels: np.ndarray, target: str, place, answering: bool = False
) -> tuple[tuple[float, float], tuple[str, str] | None]:
    """The range of labels of which the format says none.

    Args:
        labels: All labels of a file.
        target: What they say.
        place: What has them, for the error.
        answering: Whether samples are to be answered: then any labels will do.
            Defaults to `False`.

    Returns:
        Their lowest and highest, and `None`; of labels that are all 0 or 1, which say
        that something is so or not, `(0, 1)` and the names of the two classes.

    Raises:
        DataError: If none is finite, or all are the same.

    Example:
    ```python
    from mmzoo.data.label_choice import range_or_classes

    range_or_classes(np.array([1.0, 6.5]), "passion", "y.h5")  # ((1.0, 6.5), None)
    range_or_classes(np.array([0.0, 1.0]), "happy", "y.h5")
    # ((0, 1), ("not happy", "happy"))
    ```
    """
    labels = real_numbers(place, labels)
    values = np.unique(labels[np.isfinite(labels)])
    if answering and not len(values):
        return (0.0, 0.0), None
    if len(values) < 2 and not answering:
        held = f"{values[0]:g}" if len(values) else "absent"
        fault = f"all its labels of {target} are {held}"
        raise DataError(place, fault, "There is nothing to learn from them")
    if np.isin(values, (0, 1)).all():
        return (0, 1), (f"not {target}", target)
    return (float(values[0]), float(values[-1])), None
