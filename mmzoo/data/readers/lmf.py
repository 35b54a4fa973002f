"""A pickle of LMF or TFN: `mosi.pkl`, `pom.pkl`, `iemocap.pkl`.

train | valid | test, each with `glove` `(samples, words, features)`, `covarep` and
`facet` `(samples, features)`, which are means over all steps and become sequences of
one step, and `label` `(samples, labels)`; the keys are bytes. In `iemocap.pkl` these
stand below the name of an emotion, the label to choose; its two columns say that it is
not so, or so.
"""

from pathlib import Path

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.feature_names import KEY
from mmzoo.data.feature_sets import features_of_root
from mmzoo.data.label_choice import (
    chosen_label,
    range_or_classes,
    target_named,
    told,
)
from mmzoo.data.readers.padded_frames import own_sequences, padded_at_front
from mmzoo.data.readers.pickled_splits import (
    REMEDY,
    content_of,
    numbers_in,
    one_hot,
    removed_padding,
    splits_in,
)
from mmzoo.data.readers.segment_names import segment_names
from mmzoo.data.split import Split

FORMAT = "LMF or TFN pickle (mosi.pkl, pom.pkl, iemocap.pkl)"
PROTOCOLS = ("official",)
SEVERAL_LABELS = True
MODALITIES = {"glove": "text", "covarep": "audio", "facet": "video"}
LABEL_RANGE = (-3.0, 3.0)


def matches(path: Path) -> bool:
    """Whether the path looks like this format."""
    content = content_of(path)
    if type(content) is not dict or not content:
        return False
    return _fits(content) or all(map(_fits, content.values()))


def _fits(content) -> bool:
    parts = splits_in(content)
    return parts is not None and all(
        set(MODALITIES) <= set(part) for part in parts.values()
    )


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
    label: str | int | None = None,
) -> Corpus:
    """Read the file with one of its labels."""
    content, emotion = content_of(path), None
    choice = {}
    if not _fits(content):
        names = [str(key) for key in content]
        emotion = chosen_label(names, label, path)
        choice, content = told(emotion, names), content[emotion]
    parts = splits_in(content)
    labels = {name: _labels(part, path, answering) for name, part in parts.items()}
    target, label_range, classes = "sentiment", LABEL_RANGE, None
    if emotion is not None:
        target, classes = emotion, (f"not {emotion}", emotion)
        label_range = (0, 1)
        labels = {name: one_hot(each, path, answering) for name, each in labels.items()}
    elif any(each.shape[1] > 1 for each in labels.values()):
        count = min(each.shape[1] for each in labels.values())
        names = [str(number) for number in range(count)]
        chosen = chosen_label(names, label, path)
        choice, target = told(chosen, names), target_named(chosen)
        labels = {name: each[:, int(chosen)] for name, each in labels.items()}
        joint = np.concatenate(list(labels.values()))
        label_range, classes = range_or_classes(joint, target, path, answering)
    padding = {}
    splits = {
        name: _split(part, name, labels[name], path, padding, target)
        for name, part in parts.items()
    }
    provenance = {**choice, "padding": padding}
    width = next(iter(splits.values())).sequences["audio"].features
    if names := features_of_root("covarep", width):
        provenance[KEY] = {"audio": names}
    return Corpus(path.stem, splits, label_range, provenance, classes)


def _labels(part: dict, path: Path, answering: bool) -> np.ndarray:
    if "label" not in part:
        if answering:
            return np.full((len(part["glove"]), 1), np.nan)
        fault = "a split of it has no label"
        raise DataError(path, fault, "Let a model answer it: mmzoo predict MODEL FILE")
    labels = numbers_in(part, "label", path)
    labels = labels.reshape(len(labels), -1) if labels.size else labels.reshape(-1, 1)
    return np.asarray(labels, "float32")


def _split(part, name, labels, path, padding, target) -> Split:
    arrays = {}
    for key, modality in MODALITIES.items():
        array = numbers_in(part, key, path)
        # A mean over all steps is one step.
        array = array[:, None] if array.ndim == 2 else array
        if array.ndim != 3 or 0 in array.shape[1:]:
            fault = f"{key} of {name} has the shape {array.shape}"
            raise DataError(path, fault, REMEDY)
        arrays[modality] = array
    sequences = {
        key: own_sequences(array, front=bool(padded_at_front({key: array})))
        for key, array in arrays.items()
    }
    padding[name] = removed_padding(arrays, sequences)
    return Split(
        sequences, labels, *segment_names(None, name, len(labels)), target=target
    )
