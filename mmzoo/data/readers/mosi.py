"""CMU-MOSI, one file of utterance features (`mosi_utterances.npz`).

Three protocols, never to be mixed:

* `dialogue` (default): the split of bc-LSTM; a sequence is a video, its utterances
  the steps, with text, audio and video features and a label a step. The last ten
  training videos, by name, are the validation split.
* `paper`: the same sequences and test videos, with the share of the training videos
  that Pham et al., 2018, hold out, drawn by a seed (`mmzoo.data.readers.mosi_splits`).
* `utterance`: the official split; a sequence is one utterance, with its raw words
  and its audio features. The file's text and video features are refused here:
  the networks that made them were trained on the labels of videos that the
  official split tests on.

`label=` names another array of labels than `label`, such as `label_binary`.
"""

from pathlib import Path

import numpy as np

from mmzoo.data.cells import natural_order
from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.label_choice import (
    PREFIX,
    chosen_label,
    range_or_classes,
    target_named,
    told,
)
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.other_labels import carrying
from mmzoo.data.readers.file_table import UNNAMED
from mmzoo.data.readers.mosi_splits import OF_VIDEOS, rows_by_split, told_of_splits
from mmzoo.data.readers.npz_file import read_npz
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import Split
from mmzoo.reading import array_names

FORMAT = "CMU-MOSI utterances (.npz)"
PROTOCOLS = ("dialogue", "utterance", "paper")
MODALITIES = ("audio", "text", "video")
LABEL = "label"
KEYS = ("id", "video_id", "clip", "text", "split", "bclstm_split", LABEL)
# What is needed to answer; the rest is to compare the answers with.
ALWAYS = ("id", "video_id")
LABEL_RANGE = (-3.0, 3.0)
SEVERAL_LABELS = True
# Arrays of class indices, and what their classes are called.
CLASSES = {"label_binary": ("negative", "not negative")}


def matches(path: Path) -> bool:
    """Whether the path looks like this format."""
    return path.is_file() and path.suffix == ".npz"


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
    label: str | int | None = None,
) -> Corpus:
    """Read the file by one of its protocols."""
    features = [f"{name}_feat" for name in MODALITIES]
    keys = (*(ALWAYS if answering else KEYS), *features)
    chosen, choice, names = LABEL, {}, _labels_in(path)
    if label is not None:
        chosen = chosen_label(names, label, path)
        choice = told(chosen, names)
    own = tuple(chosen if key == LABEL else key for key in keys)
    table = read_npz(path, own, (*KEYS, chosen) if answering else ())
    if chosen in table:
        table[LABEL] = table.pop(chosen)
    table = _completed({key: _flat(path, key, table[key]) for key in table})
    leaking = sorted({"text", "video"}.intersection(modalities or ()))
    if protocol == "utterance" and leaking:
        raise DataError(
            path,
            f"the {' and '.join(leaking)} features leak test labels in the utterance "
            "protocol: they come from networks trained on the labels of videos that "
            "its test split contains",
            'Embed the words (`split.words`) instead, or ask for protocol "dialogue"',
        )
    make = _dialogues if protocol in OF_VIDEOS else _utterances
    if protocol in OF_VIDEOS:
        _check_order(table, path)
    rows = rows_by_split(table, protocol, path, answering)
    if answering:
        rows[UNNAMED] = _others(rows, len(table["id"]))
        rows = {name: each for name, each in rows.items() if len(each)}
    target, label_range, classes = _meaning(chosen, table[LABEL], path, answering)
    splits = {name: make(table, each, target) for name, each in rows.items()}
    provenance = {**choice, "warnings": told_of_splits(table, rows, protocol)}
    corpus = Corpus("CMU-MOSI", splits, label_range, provenance, classes)

    def other(name):
        array = _flat(path, LABEL, read_npz(path, ("id", name))[name])
        meaning = _meaning(name, array, path, answering)
        labels = {
            split: make(table | {LABEL: array}, each, meaning[0]).labels
            for split, each in rows.items()
        }
        return labels, LabelMeaning(*meaning)

    return carrying(corpus, names, chosen, other)


def _labels_in(path: Path) -> list[str]:
    """Names of the arrays that are labels."""
    names = array_names(path)
    return [name for name in names if name == LABEL or name.startswith(PREFIX)]


def _meaning(name: str, labels: np.ndarray, path: Path, answering: bool):
    """What a label says: the target, its range, and the classes where it has any."""
    if name == LABEL:
        return "sentiment", LABEL_RANGE, None
    if name in CLASSES:
        return "sentiment", (0, len(CLASSES[name]) - 1), CLASSES[name]
    target = target_named(name)
    return target, *range_or_classes(labels, target, path, answering)


def _flat(path: Path, key: str, rows: np.ndarray) -> np.ndarray:
    """What each utterance has one of, without further axes of length 1."""
    if key not in KEYS:
        return rows
    if rows.size != len(rows):
        fault = f"its array {key} has shape {rows.shape}"
        raise DataError(path, fault, "Give every utterance one")
    return rows.reshape(-1)


def _completed(table: dict) -> dict:
    """The arrays, with what says nothing in place of those that are not there."""
    count = len(table["id"])
    nothing = {"label": np.full(count, np.nan), "clip": np.arange(count)}
    return {key: np.full(count, "") for key in KEYS} | nothing | table


def _others(rows: dict[str, np.ndarray], count: int) -> np.ndarray:
    """The utterances that are in no split."""
    return np.setdiff1d(np.arange(count), np.concatenate(list(rows.values())))


def _utterances(table, rows, target) -> Split:
    frames = table["audio_feat"][rows].astype("float32")
    ids, groups, words = (
        tuple(map(str, table[key][rows])) for key in ("id", "video_id", "text")
    )
    steps = np.arange(len(rows)), np.ones(len(rows), "int64")
    return Split(
        {"audio": Sequences(frames, *steps)},
        table["label"][rows],
        ids,
        groups,
        words=words,
        target=target,
    )


def _check_order(table, path) -> None:
    """Refuse clips of which nobody knows where they stand in their video."""
    clips = table["clip"]
    lost = int((~np.isfinite(clips)).sum()) if clips.dtype.kind == "f" else 0
    if clips.dtype.kind not in "fiu" or lost:
        fault = f"`clip` is {clips.dtype}" + f" with {lost} values not finite" * bool(
            lost
        )
        raise DataError(path, fault, "Number the clips of each video, 0, 1, 2, ...")


def _dialogues(table, rows, target) -> Split:
    # Clips that are text count as the numbers that they are.
    clips = sorted(set(table["clip"][rows]), key=lambda clip: natural_order(str(clip)))
    place = {clip: number for number, clip in enumerate(clips)}
    clips = [place[clip] for clip in table["clip"][rows]]
    rows = rows[np.lexsort((clips, table["video_id"][rows]))]
    videos, starts, lengths = np.unique(
        table["video_id"][rows], return_index=True, return_counts=True
    )

    def sequences(values):
        return Sequences(values.astype("float32"), starts, lengths)

    names = [str(name) for name in table["id"][rows]]
    ids = tuple(map(str, videos))
    return Split(
        {name: sequences(table[f"{name}_feat"][rows]) for name in MODALITIES},
        sequences(table["label"][rows][:, None]),
        ids,
        groups=ids,
        step_ids=tuple(
            tuple(names[start : start + length])
            for start, length in zip(starts, lengths, strict=True)
        ),
        target=target,
    )
