"""A pickle of MMSA or MMSA-FET, aligned or not, of several videos or of one.

`aligned_50.pkl`, `unaligned_50.pkl` and others of CMU-MOSI, CMU-MOSEI, CH-SIMS:
train | valid | test, each with

* `text`, `audio`, `vision`, any of them `(samples, steps, features)`, padded at the
  end; `text_bert` `(samples, 3, steps)`: ids, mask and types of word pieces. Its mask
  says which steps of `text` there are, `audio_lengths` and `vision_lengths` say it of
  the others; where these are missing, zeros at the end are padding.
* `raw_text`, the words; `id`, `video$_$clip`.
* `regression_labels`, the default, and in CH-SIMS those of each modality alone,
  `regression_labels_T`, `_A`, `_V`; `classification_labels`. `label=` names another.

Modalities with the same number of steps are aligned: they are cut together. A pickle
of one video has its arrays `(steps, features)` without splits, and is answered only.
"""

from pathlib import Path

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.label_choice import chosen_label, told
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.other_labels import carrying
from mmzoo.data.readers.file_table import UNNAMED
from mmzoo.data.readers.mmsa_scale import CHOSEN, OFFICIAL, is_open, scale_of
from mmzoo.data.readers.padded_frames import joint_sequences, own_sequences
from mmzoo.data.readers.pickled_splits import (
    MODALITIES,
    content_of,
    frames_in,
    names_of_features,
    numbers_in,
    removed_padding,
    splits_in,
    text_of,
    texts_in,
)
from mmzoo.data.readers.segment_names import segment_names
from mmzoo.data.split import Split
from mmzoo.reading import PickledArray

FORMAT = "MMSA or MMSA-FET pickle (aligned_50.pkl, unaligned_50.pkl, ...)"
PROTOCOLS = (OFFICIAL, *CHOSEN)
SEVERAL_LABELS = True
TARGET = "sentiment"
LABEL, CLASSES = "regression_labels", "classification_labels"
# Keys that no other project's files have.
OWN = {LABEL, CLASSES, "raw_text", "text_bert", "audio_lengths", "vision_lengths"}
NAMES = ("negative", "neutral", "positive")
BERT_MASK = 1
# Only CH-SIMS has labels by modality.
SIMS, BY_MODALITY = "CH-SIMS", {f"{LABEL}_{key}" for key in "TAV"}


def matches(path: Path) -> bool:
    """Whether the path looks like this format."""
    content = content_of(path)
    parts = splits_in(content)
    if parts is None:
        return _is_one_video(content)
    return all(
        OWN & set(part) and set(MODALITIES) & set(part) for part in parts.values()
    )


def protocols(path: Path) -> tuple[str, ...]:
    """Those that say the scale are there where the labels leave it open."""
    parts = splits_in(content_of(path)) or {}
    labels = {name: _numbers(part, LABEL, path) for name, part in parts.items()}
    return PROTOCOLS if is_open(labels) else PROTOCOLS[:1]


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
    parts = splits_in(content)
    if parts is None:
        parts = {UNNAMED: _batch_of_one(content, path, answering)}
    names = _labels_of(parts, path, answering)
    chosen = LABEL if label is None else chosen_label(names, label, path)
    warnings, padding, assumed = [], {}, []

    def label_of(name):
        labels = {split: _numbers(part, name, path) for split, part in parts.items()}
        if name == CLASSES:
            return labels, LabelMeaning(TARGET, (0, len(NAMES) - 1), NAMES)
        scale, told_so = scale_of(parts, labels, protocol, path, answering)
        assumed.extend(told_so)
        return labels, LabelMeaning(TARGET, scale)

    labels, meaning = label_of(chosen)
    splits = {
        name: _split(part, name, labels[name], path, warnings, padding)
        for name, part in parts.items()
    }
    choice = told(chosen, names) if len(names) > 1 else {}
    data = SIMS if all(BY_MODALITY <= set(part) for part in parts.values()) else None
    provenance = {**choice, "warnings": warnings, "padding": padding}
    provenance |= names_of_features(splits, data)
    says = meaning.label_range, provenance, meaning.classes
    corpus = carrying(Corpus(path.stem, splits, *says), names, chosen, label_of)
    told_of = corpus.provenance
    told_of["warnings"] = [*dict.fromkeys(assumed), *told_of["warnings"]]
    return corpus


def _is_one_video(content) -> bool:
    arrays = (
        [content[key] for key in MODALITIES if key in content]
        if _is_dict(content)
        else []
    )
    return bool(arrays) and all(
        isinstance(array, PickledArray) and array.ndim == 2 for array in arrays
    )


def _is_dict(content) -> bool:
    return type(content) is dict


def _batch_of_one(content: dict, path: Path, answering: bool) -> dict:
    if not answering:
        fault = "it has the features of one video, without a label or a split"
        raise DataError(path, fault, "Let a model answer it: mmzoo predict MODEL FILE")
    part = {key: content[key].read()[None] for key in MODALITIES if key in content}
    words = content.get("raw_text")
    return part | ({"raw_text": [text_of(words)]} if words is not None else {})


def _labels_of(parts: dict, path: Path, answering: bool) -> list[str]:
    """Names of the labels that every split has."""
    first = next(iter(parts.values()))
    names = [
        key for key in first if key in (LABEL, CLASSES) or key.startswith(f"{LABEL}_")
    ]
    names = [key for key in names if all(key in part for part in parts.values())]
    if LABEL not in names and not answering:
        fault = f"a split has no {LABEL}; labels that all have: {names or 'none'}"
        raise DataError(path, fault, "Complete it, or choose one of these (`label=`)")
    return names


def _numbers(part: dict, label: str, path: Path) -> np.ndarray:
    if label in part:
        return numbers_in(part, label, path).astype("float32")
    count = len(next(part[key] for key in MODALITIES if key in part))
    return np.full(count, np.nan, "float32")


def _split(part: dict, name: str, labels, path: Path, warnings, padding) -> Split:
    arrays = frames_in(part, path, name)
    count = len(next(iter(arrays.values())))
    steps = {array.shape[1] for array in arrays.values()}
    lengths = _lengths(part, arrays, path, name, warnings)
    if len(steps) == 1 and len(arrays) > 1 and not set(lengths) - {"text"}:
        step = np.arange(*steps)
        observed = {key: step < each[:, None] for key, each in lengths.items()}
        sequences = joint_sequences(arrays, observed)
    else:
        sequences = {
            key: own_sequences(array, lengths.get(key)) for key, array in arrays.items()
        }
    padding[name] = removed_padding(arrays, sequences)
    ids = texts_in(part, "id")
    names = segment_names(ids and [[each] for each in ids], name, count)
    return Split(sequences, labels, *names, words=texts_in(part, "raw_text"))


def _lengths(part, arrays, path, name, warnings) -> dict[str, np.ndarray]:
    """How many steps each sample has, of the modalities for which the file says it."""
    found = {}
    for key, modality in MODALITIES.items():
        if modality in arrays and f"{key}_lengths" in part:
            found[modality] = numbers_in(part, f"{key}_lengths", path).reshape(-1)
    bert = part.get("text_bert")
    if "text" in arrays and isinstance(bert, PickledArray) and bert.ndim == 3:
        if bert.shape[1:] == (3, arrays["text"].shape[1]):
            found["text"] = (bert.read()[:, BERT_MASK] > 0).sum(axis=1)
    for modality, lengths in found.items():
        count, steps = arrays[modality].shape[:2]
        if lengths.shape != (count,) or not np.isfinite(lengths).all():
            fault = (
                f"{lengths.shape} lengths of {modality} for {count} samples of {name}"
            )
            raise DataError(path, fault, "Give each sample one")
        beyond = int(((lengths > steps) | (lengths < 0)).sum())
        if beyond:
            warnings.append(
                f"{beyond} lengths of {modality} of {name} are outside 0 to {steps}, "
                "the steps that it has: they were read as the nearest of these."
            )
    return found
