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
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.other_labels import carrying
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
SENTIMENT, LABEL_RANGE = "sentiment", (-3.0, 3.0)


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
    content = content_of(path)
    names, read_one = _labels_of(content, path, answering)
    chosen = chosen_label(names, label, path)
    parts, (labels, meaning) = _parts(content, chosen), read_one(chosen)
    padding = {}
    splits = {
        name: _split(part, name, labels[name], path, padding, meaning.target)
        for name, part in parts.items()
    }
    choice = told(chosen, names) if len(names) > 1 else {}
    provenance = {**choice, "padding": padding}
    width = next(iter(splits.values())).sequences["audio"].features
    if columns := features_of_root("covarep", width):
        provenance[KEY] = {"audio": columns}
    says = meaning.label_range, provenance, meaning.classes

    def read_other(name):
        _check_same(parts, _parts(content, name), path)
        return read_one(name)

    return carrying(Corpus(path.stem, splits, *says), names, chosen, read_other)


def _parts(content: dict, name: str) -> dict:
    """The splits of a file, or those below the name of an emotion."""
    return splits_in(content if _fits(content) else content[name])


def _check_same(parts: dict, others: dict, path: Path) -> None:
    """Refuse other samples, which tell nothing of these."""
    for split in parts if parts is not others else ():
        for key in ("covarep", "facet"):
            found = [numbers_in(each[split], key, path) for each in (parts, others)]
            if not np.array_equal(*found):
                fault = f"its {key} of {split} are those of other samples"
                raise DataError(path, fault, REMEDY)


def _labels_of(content: dict, path: Path, answering: bool):
    """Names of the labels, and a function from one to what it is and says."""
    if not _fits(content):
        # An emotion is what its key says, and the labels below it are one-hot.
        def emotion(name):
            labels = {
                key: one_hot(_labels(part, path, answering), path, answering)
                for key, part in _parts(content, name).items()
            }
            return labels, LabelMeaning(name, (0, 1), (f"not {name}", name))

        return [str(key) for key in content], emotion
    stored = {
        key: _labels(part, path, answering) for key, part in splits_in(content).items()
    }
    count = max(each.shape[1] for each in stored.values())
    if count == 1:
        return [SENTIMENT], lambda name: (stored, LabelMeaning(name, LABEL_RANGE))

    def column(name):
        labels = {key: each[:, int(name)] for key, each in stored.items()}
        joint, target = np.concatenate(list(labels.values())), target_named(name)
        says = range_or_classes(joint, target, path, answering)
        return labels, LabelMeaning(target, *says)

    count = min(each.shape[1] for each in stored.values())
    return [str(number) for number in range(count)], column


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
