"""A folder of HDF5 files as MFN, MARN and MFM read them.

Either `X_{train,valid,test}.h5` (text 300 | audio 5 | video 20 in one array, or
300 | 74 | 35 as in the old CMU-MOSEI), or one file a modality, such as
`audio_train.h5` and `text_train_emb.h5`; with them
`y_{train,valid,test}.h5`. Every file has one array, `data` or `d1`. Sequences are
aligned and padded with zeros on the left.

* Padding goes to the right: a sequence is what stands between the first and the last
  step at which any modality is not zero. A step in it that is zero in one modality
  was not observed there (no face was found, the word has no vector).
* Labels are recentred to a range that is symmetric about 0 (1..5 becomes -2..2).
* A modality may lack the file of some splits, as text does for ICT-MMMO's training
  split. Protocol `original` (default) has the modalities that all splits have;
  `trimodal` has all, samples without one having a sequence of length 0 there:
  `Corpus.folds` cross-validates on the complete samples.
"""

import collections
import re
from pathlib import Path

import numpy as np

from mmzoo.data.corpus import SPLITS, Corpus, Split
from mmzoo.data.errors import DataError
from mmzoo.data.readers.hdf5_file import FAULT, numbers_in, open_hdf5
from mmzoo.data.sequences import Sequences
from mmzoo.reading import check_regular, parsing

FORMAT = "MFN folder (X_train.h5 or audio_train.h5, ..., y_train.h5)"
PROTOCOLS = ("original", "trimodal")
KEYS = ("data", "d1")
# By all features of a step: those of CMU-MOSI, and those of the old CMU-MOSEI.
WIDTHS = {
    325: {"text": 300, "audio": 5, "video": 20},
    409: {"text": 300, "audio": 74, "video": 35},
}
FILE = re.compile(r"(text|audio|video)_(train|valid|test)(_emb)?\.h5")
FOLDS = 5
# Labels as they are stored, and what is taken off them.
LABEL_SCALES = {(-3.0, 3.0): 0.0, (1.0, 5.0): 3.0}


def matches(path: Path) -> bool:
    """Whether the path looks like this format."""
    return path.is_dir() and any(
        file.name.startswith(("X_", "y_")) or FILE.fullmatch(file.name)
        for file in path.glob("*.h5")
    )


def files(path: Path) -> list[Path]:
    """The files of the folder that are read."""
    kinds = [file for file in path.glob("*.h5") if FILE.fullmatch(file.name)]
    joint = [path / f"X_{name}.h5" for name in SPLITS]
    labels = [path / f"y_{name}.h5" for name in SPLITS]
    return sorted([*labels, *(kinds or joint)])


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
) -> Corpus:
    """Read the folder by one of its protocols."""
    arrays, left_out = _arrays_by_split(path, answering)
    warnings = []
    read_labels = _labels_in_part if answering else _labels
    stored, (low, high), shift = read_labels(path, arrays, warnings)
    if protocol == "original":
        arrays = _everywhere(arrays, warnings)
    widths = {
        key: array.shape[2] for each in arrays.values() for key, array in each.items()
    }
    if not widths:
        raise DataError(
            path,
            "no modality has a file for each of train, valid and test",
            'Complete the folder, or ask for protocol "trimodal"',
        )
    splits = {
        name: _split(name, arrays[name], widths, stored[name] - shift, path)
        for name in arrays
    }
    labels = {"stored_range": [low, high], "recentred_by": -shift}
    provenance = {"labels": labels, "warnings": warnings}
    if answering:
        provenance["left_out"] = left_out
    if protocol == "trimodal":
        # Its own split leaves no complete sample to train on.
        provenance["folds_advised"] = FOLDS
    return Corpus(path.resolve().name, splits, (low - shift, high - shift), provenance)


def _arrays_by_split(path: Path, answering: bool):
    """Frames of each split by modality; to be answered, of the splits that are there.

    A split whose file is broken is then listed as left out.
    """
    singly = any(FILE.fullmatch(file.name) for file in path.glob("*.h5"))
    arrays, left_out = {}, []
    for name in SPLITS:
        try:
            arrays[name] = (_by_modality if singly else _joint)(path, name)
        except DataError as error:
            if not answering:
                raise
            if any(path.glob(f"*_{name}*.h5")):
                left_out.append({"id": name, "split": name, "reason": str(error)})
    if answering:
        arrays = {name: found for name, found in arrays.items() if found}
    if not arrays and left_out:
        raise DataError(path, left_out[0]["reason"], "Copy or download it again")
    return arrays, left_out


def _labels(path: Path, arrays: dict, warnings: list[str]):
    """Labels of each split as stored, their range and what is taken off them."""
    stored = {name: _one_each(path / f"y_{name}.h5") for name in arrays}
    return stored, *_label_scale(np.concatenate(list(stored.values())), path)


def _one_each(path: Path) -> np.ndarray:
    """The one label of each sample."""
    labels = _array(path)
    if labels.size != len(labels):
        fault = f"it has {labels.size // len(labels)} labels a sample"
        fault += f", of shape {labels.shape}: traits, or classes as 0 and 1"
        raise DataError(path, fault, "Write the one label of each that is meant")
    return labels.reshape(-1)


def _labels_in_part(path: Path, arrays: dict, warnings: list[str]):
    """As `_labels`; NaN, with a warning, where there are none that can be used."""
    stored = {
        name: np.full(len(next(iter(found.values()))), np.nan)
        for name, found in arrays.items()
    }
    for name, missing in stored.items():
        try:
            labels, _, shift = _labels(path, {name: arrays[name]}, warnings)
            if labels[name].shape != missing.shape:
                fault = f"{len(labels[name])} labels of {len(missing)} samples"
                raise DataError(path / f"y_{name}.h5", fault, "Give each sample one")
            stored[name] = labels[name]
        except DataError as error:
            warnings.append(f"{name} is without labels: {error}")
    known = np.concatenate(list(stored.values()))
    known = known[np.isfinite(known)]
    scale = next(iter(LABEL_SCALES.items()))
    return stored, *(_label_scale(known, path) if len(known) else scale)


def _everywhere(arrays: dict, warnings: list[str]) -> dict:
    """Only the modalities that every split has, and a warning for each other one."""
    counts = collections.Counter(key for each in arrays.values() for key in each)
    kept = sorted(key for key, count in counts.items() if count == len(arrays))
    warnings += [
        f"{key} is left out: it has no file for "
        f"{' and '.join(name for name in arrays if key not in arrays[name])} "
        '(protocol "trimodal" keeps it).'
        for key in sorted(set(counts) - set(kept))
    ]
    return {name: {key: each[key] for key in kept} for name, each in arrays.items()}


def _array(path: Path) -> np.ndarray:
    check_regular(path, path.parent)
    with open_hdf5(path) as file, parsing(path, FAULT):
        names = [key for key in KEYS if key in file]
        if not names:
            fault = f"it has {sorted(file)} in place of 'data' or 'd1'"
            raise DataError(path, fault, "Name its one array 'data'")
        return numbers_in(file, names[0])[()]


def _by_modality(path: Path, split: str) -> dict[str, np.ndarray]:
    found = [(file, FILE.fullmatch(file.name)) for file in sorted(path.glob("*.h5"))]
    return {told[1]: _frames(file) for file, told in found if told and told[2] == split}


def _joint(path: Path, split: str) -> dict[str, np.ndarray]:
    file = path / f"X_{split}.h5"
    frames = _frames(file)
    if frames.shape[2] not in WIDTHS:
        fault = f"it has {frames.shape[2]} features a step, not 300 + 5 + 20"
        fault += " or 300 + 74 + 35"
        raise DataError(file, fault, "Write text, audio and video side by side")
    widths = WIDTHS[frames.shape[2]]
    ends = np.cumsum(list(widths.values()))
    return dict(zip(widths, np.split(frames, ends[:-1], axis=2), strict=True))


def _frames(path: Path) -> np.ndarray:
    frames = _array(path)
    if frames.ndim != 3 or 0 in frames.shape[1:]:
        fault = f"its array has shape {frames.shape}, not (samples, steps, features)"
        raise DataError(path, fault, "Write one array of aligned sequences")
    return frames


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
        "Correct these if they are errors. If the scale is another, divide all labels "
        "of the y files so that they fit [-3, 3], with neutral at 0",
    )


def _split(name, arrays, widths, labels, path) -> Split:
    shapes = {key: array.shape[:2] for key, array in arrays.items()}
    if len(set(shapes.values())) > 1 or any(
        shape[0] != len(labels) for shape in shapes.values()
    ):
        listed = ", ".join(f"{key} {shape}" for key, shape in shapes.items())
        raise DataError(
            path,
            f"samples and steps of {name} differ: {listed}, labels ({len(labels)},)",
            "Every file of a split needs the same samples in the same order",
        )
    # (samples, steps) a modality: whether there is anything but zeros
    shown = {key: np.any(array != 0, axis=2) for key, array in arrays.items()}
    real = np.any(list(shown.values()), axis=0) if shown else np.zeros((len(labels), 0))
    first, last = real.argmax(axis=1), real.shape[1] - real[:, ::-1].argmax(axis=1)
    lengths = np.where(real.any(axis=1), last - first, 0)
    step = np.arange(real.shape[1])
    inside = (step >= first[:, None]) & (step < (first + lengths)[:, None])
    starts = np.cumsum(lengths) - lengths
    sequences = {
        key: Sequences(
            arrays[key][inside].astype("float32"), starts, lengths, shown[key][inside]
        )
        if key in arrays
        else Sequences.missing(len(labels), width)
        for key, width in widths.items()
    }
    ids = tuple(f"{name}_{row}" for row in range(len(labels)))
    return Split(sequences, labels, ids, groups=ids)
