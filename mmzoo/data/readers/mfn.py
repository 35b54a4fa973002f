"""A folder of HDF5 files as MFN, MARN and MFM read them.

Either `X_{train,valid,test}.h5` (text 300 | audio 5 | video 20 in one array, or
300 | 74 | 35 as in the old CMU-MOSEI), or one file a modality, such as
`audio_train.h5` and `text_train_emb.h5`; with them
`y_{train,valid,test}.h5`. Every file has one array, `data` or `d1`. Sequences are
aligned and padded with zeros on the left.

* Padding goes to the right: a sequence is what stands between the first and the last
  step at which any modality is not zero. A step in it that is zero in one modality
  was not observed there (no face was found, the word has no vector).
* Labels, of which there may be several: see `mmzoo.data.readers.mfn_labels`.
* A modality may lack the file of some splits, as text does for ICT-MMMO's training
  split. Protocol `original` (default) has the modalities that all splits have;
  `trimodal` has all, samples without one having a sequence of length 0 there:
  `Corpus.k_fold` cross-validates on the complete samples.
"""

import collections
import re
from pathlib import Path

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.feature_names import KEY
from mmzoo.data.feature_sets import published_features
from mmzoo.data.other_labels import carrying
from mmzoo.data.readers.mfn_file import array_of
from mmzoo.data.readers.mfn_labels import MfnLabels, read_labels
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import SPLITS, Split

FORMAT = "MFN folder (X_train.h5 or audio_train.h5, ..., y_train.h5)"
PROTOCOLS = ("original", "trimodal")
# By all features of a step: those of CMU-MOSI, and those of the old CMU-MOSEI.
WIDTHS = {
    325: {"text": 300, "audio": 5, "video": 20},
    409: {"text": 300, "audio": 74, "video": 35},
}
DATA = {325: "CMU-MOSI", 409: "CMU-MOSEI"}
FILE = re.compile(r"(text|audio|video)_(train|valid|test)(_emb)?\.h5")
FOLDS = 5
SEVERAL_LABELS = True


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
    label: str | int | None = None,
) -> Corpus:
    """Read the folder by one of its protocols."""
    arrays, left_out = _arrays_by_split(path, answering)
    warnings = []
    counts = {
        name: max((len(array) for array in each.values()), default=0)
        for name, each in arrays.items()
    }
    labels = read_labels(path, counts, label, answering, warnings)
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
    splits = {name: _split(name, arrays[name], widths, labels, path) for name in arrays}
    provenance = {**labels.provenance, "warnings": warnings}
    if not _singly(path):
        # Files of one modality may hold anything of these widths.
        names = published_features(DATA[sum(widths.values())], widths)
        provenance[KEY] = names
    if answering:
        provenance["left_out"] = left_out
    if protocol == "trimodal":
        # Its own split leaves no complete sample to train on.
        provenance["folds_advised"] = FOLDS
    says = labels.label_range, provenance, labels.classes
    corpus = Corpus(path.resolve().name, splits, *says)
    own = labels.meaning.provenance
    return carrying(corpus, labels.names, labels.chosen, labels.other, own)


def _arrays_by_split(path: Path, answering: bool):
    """Frames of each split by modality; to be answered, of the splits that are there.

    A split whose file is broken is then listed as left out.
    """
    read_split = _by_modality if _singly(path) else _joint
    arrays, left_out = {}, []
    for name in SPLITS:
        try:
            arrays[name] = read_split(path, name)
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


def _singly(path: Path) -> bool:
    """Whether each modality has files of its own."""
    return any(FILE.fullmatch(file.name) for file in path.glob("*.h5"))


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
    frames, _ = array_of(path)
    if frames.ndim != 3 or 0 in frames.shape[1:]:
        fault = f"its array has shape {frames.shape}, not (samples, steps, features)"
        raise DataError(path, fault, "Write one array of aligned sequences")
    return frames


def _split(name, arrays, widths, labels: MfnLabels, path) -> Split:
    target, labels = labels.target, labels.by_split[name]
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
    return Split(sequences, labels, ids, groups=ids, target=target)
