"""A pickle of MulT, such as `mosi_data.pkl` or `mosei_senti_data_noalign.pkl`.

train | valid | test, each with `text`, `audio`, `vision` `(samples, steps, features)`,
padded with zeros at the end, and

* `labels`: `(samples, 1, 1)`, sentiment from -3 to 3; or `(samples, 4, 2)` of IEMOCAP,
  one task an emotion, neutral, happy, sad and angry, each not or so. `label=` chooses.
* `id`: `(samples, 3)`, the segment or the video, its start and its end; bytes in some.

Modalities with the same number of steps are aligned, and are cut together.
"""

from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.label_choice import chosen_label, told
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.other_labels import carrying
from mmzoo.data.readers.padded_frames import (
    joint_sequences,
    own_sequences,
    padded_at_front,
)
from mmzoo.data.readers.pickled_splits import (
    MODALITIES,
    content_of,
    frames_in,
    names_of_features,
    numbers_in,
    one_hot,
    removed_padding,
    shown,
    splits_in,
    text_of,
)
from mmzoo.data.readers.segment_names import segment_names
from mmzoo.data.split import Split
from mmzoo.reading import PickledArray

FORMAT = "MulT pickle (mosi_data.pkl, mosei_senti_data_noalign.pkl, iemocap_data.pkl)"
PROTOCOLS = ("official",)
SEVERAL_LABELS = True
EMOTIONS = ("neutral", "happy", "sad", "angry")
SENTIMENT, LABEL_RANGE = "sentiment", (-3.0, 3.0)


def matches(path: Path) -> bool:
    """Whether the path looks like this format."""
    parts = splits_in(content_of(path))
    if parts is None or not all(map(has_labels, parts.values())):
        return False
    if all(map(_of_emotions, parts.values())):
        return True
    ids = {_axes(part.get("id")) for part in parts.values()}
    return ids == {2} or ids == {0} and front_of(parts) is not True


def has_labels(part: dict) -> bool:
    """Whether a split has labels, and a modality that has any."""
    return "labels" in part and bool(set(MODALITIES) & set(part))


def _of_emotions(part: dict) -> bool:
    return getattr(part["labels"], "shape", ())[1:] == (len(EMOTIONS), 2)


def _axes(ids) -> int:
    return 1 if isinstance(ids, list) else getattr(ids, "ndim", 0)


def front_of(parts: dict) -> bool | None:
    """Whether the texts of all splits are padded at the front.

    Args:
        parts: The splits.

    Returns:
        Whether they are; `None` where nothing shows it.
    """
    arrays = [part.get("text") for part in parts.values()]
    arrays = [array for array in arrays if getattr(array, "ndim", 0) == 3]
    ends = {padded_at_front({"text": array}) for array in arrays} - {None}
    return ends.pop() if len(ends) == 1 else None


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
    label: str | int | None = None,
) -> Corpus:
    """Read the file with one of its labels."""
    parts = splits_in(content_of(path))
    stored = {name: numbers_in(part, "labels", path) for name, part in parts.items()}
    emotions = {array.shape[1:] for array in stored.values()} == {(len(EMOTIONS), 2)}
    target = chosen_label(EMOTIONS if emotions else (SENTIMENT,), label, path)
    labels, choice, meaning = stored, {}, LabelMeaning(target, LABEL_RANGE)
    if emotions:
        choice = told(target, EMOTIONS)
        labels, meaning = _emotion(stored, target, path, answering)
    padding = {}
    splits = {
        name: split_of(part, name, labels[name], path, padding, meaning.target)
        for name, part in parts.items()
    }
    data = "IEMOCAP" if emotions else None
    provenance = {**choice, "padding": padding, **names_of_features(splits, data)}
    says = meaning.label_range, provenance, meaning.classes
    corpus = Corpus(path.stem, splits, *says)
    if not emotions:
        return corpus
    return carrying(
        corpus, EMOTIONS, target, lambda name: _emotion(stored, name, path, answering)
    )


def _emotion(stored: dict, name: str, path: Path, answering: bool):
    """Whether each sample has an emotion, by split, and the meaning of it."""
    place = EMOTIONS.index(name)
    labels = {
        key: one_hot(rows[:, place], path, answering) for key, rows in stored.items()
    }
    return labels, LabelMeaning(name, (0, 1), (f"not {name}", name))


def split_of(part, name, labels, path, padding, target) -> Split:
    """A split whose sequences are padded at the one end or the other.

    Args:
        part: The split in the file.
        name: Its name.
        labels: Label of each sample.
        path: The file, for errors.
        padding: Dict which takes the number of steps that were padding.
        target: What the labels say.

    Returns:
        The split.
    """
    arrays = frames_in(part, path, name)
    if len({array.shape[1] for array in arrays.values()}) == 1:
        sequences = joint_sequences(arrays)
    else:
        sequences = {
            key: own_sequences(array, front=bool(padded_at_front({key: array})))
            for key, array in arrays.items()
        }
    padding[name] = removed_padding(arrays, sequences)
    ids = _names_in(part, path, name)
    names = segment_names(ids, name, len(labels))
    return Split(sequences, labels, *names, target=target)


def _names_in(part: dict, path: Path, split: str) -> list[list[str]] | None:
    """For each sample its name, or a video with start and end."""
    ids = part.get("id")
    if isinstance(ids, PickledArray) and ids.ndim in (1, 2):
        ids = ids.read().tolist()
    if ids is not None and not isinstance(ids, list | tuple):
        fault = f"id of {split} is {shown(ids)}"
        raise DataError(path, fault, "Give each sample a name")
    if ids is None:
        return None
    rows = [row if isinstance(row, list | tuple) else [row] for row in ids]
    return [[text_of(each) for each in row] for row in rows]
