"""What decides the numbers of a training, as text that can be compared."""

import dataclasses
import hashlib
import json
import math
import os
import pathlib

import numpy as np

from mmzoo.data import Sequences

# So many bytes are hashed at once.
BLOCK = 2**24
# Raw input, and the modality that a front end makes from it.
MADE_FROM = {"pixels": "image", "tokens": "text", "waveform": "audio"}


def identity(row):
    """Everything that tells a planned row from others: fields, options, control.

    Args:
        row: `PlannedRow`. Where an option names a file or a folder, its content counts.

    Returns:
        Dict that holds JSON only.
    """
    pretraining = getattr(row, "pretraining", None)
    if pretraining is not None:
        # Its content is told, not its frames.
        row = dataclasses.replace(row, pretraining=None)
    fields = dataclasses.asdict(row) if dataclasses.is_dataclass(row) else vars(row)
    fields = dict(fields)
    told = {name: getattr(row, name) for name in ("name", "training", "control")}
    if pretraining is not None:
        fields["pretraining"] = pretraining.identity(row.modalities)
    kinds = {"row": type(row).__name__}
    contents = {
        str(value): _content(value)
        for part in (row.options, row.front_ends)
        for name, value in getattr(part, "__dict__", {}).items()
        # Another option's value may be the name of something that is there.
        if name.endswith("_encoder") and value and os.path.exists(value)
    }
    return json.loads(
        json.dumps(
            {**fields, **told, "kinds": kinds, "contents": contents}, default=_plain
        )
    )


def digest(value):
    """The SHA-256 of anything that JSON holds.

    Args:
        value: what JSON holds; the order of keys does not matter.

    Returns:
        str of 64 hexadecimal digits.
    """
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def fingerprint(corpora):
    """The SHA-256 of what corpora hold, apart for each modality.

    Args:
        corpora: list of `Corpus`.

    Returns:
        Dict from `"samples"`, which are names, labels and words, and from each modality
        to 64 hexadecimal digits. Raw input counts for the modality made from it, where
        that was made.
    """
    hashed, known = {"samples": hashlib.sha256()}, {}

    def add(name, parts, made=()):
        key = MADE_FROM.get(name)
        kept = hashed.setdefault(key if key in made else name, hashlib.sha256())
        kept.update(json.dumps([name, parts], default=_plain).encode())

    for corpus in corpora:
        made = corpus.provenance.get("made_by", {})
        add("samples", [corpus.label_range, corpus.classes, corpus.group_kind])
        for split_name, split in corpus.splits.items():
            parts = [split_name, split.ids, split.groups, split.words, split.step_ids]
            add("samples", [*parts, split.target, _labels(split.labels, known)])
            for name, rows in sorted(split.sequences.items()):
                told = _about(rows) if name in made else _exact(rows, known)
                add(name, [split_name, made.get(name), told], made)
    return {name: each.hexdigest() for name, each in hashed.items()}


def column_names(corpus):
    """The SHA-256 of the names of a corpus' columns, by modality.

    Args:
        corpus: `Corpus`.

    Returns:
        Dict of the modalities whose columns have names.
    """
    names = corpus.feature_names
    return {modality: digest([*told]) for modality, told in names.items() if told}


def _labels(labels, known):
    return _exact(labels, known) if isinstance(labels, Sequences) else labels.tolist()


def _exact(rows, known):
    """Every stored number; splits that share an array have it read once."""
    if id(rows.frames) not in known:
        known[id(rows.frames)] = _of_array(rows.frames)
    present = None if rows.present is None else _of_array(rows.present)
    return [known[id(rows.frames)], rows.starts, rows.lengths, present]


def _of_array(array):
    hashed = hashlib.sha256(f"{array.dtype} {array.shape}".encode())
    row = array.dtype.itemsize * math.prod(array.shape[1:])
    steps = max(1, BLOCK // max(1, row))
    for start in range(0, len(array), steps):
        hashed.update(np.asarray(array[start : start + steps]).tobytes())
    return hashed.hexdigest()


def _about(rows):
    """The lengths, mean and deviation of frames that a front end computed.

    Their last bits may differ from process to process, and a run must still resume.
    """
    count, total, squares = 0, 0.0, 0.0
    for frames, _ in rows.blocks():
        frames = frames.astype("float64")
        count += frames.size
        total, squares = total + frames.sum(), squares + (frames**2).sum()
    mean = total / max(count, 1)
    deviation = max(squares / max(count, 1) - mean**2, 0.0) ** 0.5
    return [rows.lengths, f"{mean:.3g}", f"{deviation:.3g}"]


def _content(path):
    """The SHA-256 of a file, or of all files of a folder."""
    path = pathlib.Path(path)
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    hashed = hashlib.sha256()
    for file in files:
        if file.is_file():
            hashed.update(str(file.relative_to(path)).encode())
            with open(file, "rb") as opened:
                hashed.update(hashlib.file_digest(opened, "sha256").digest())
    return hashed.hexdigest()


def _plain(value):
    """What JSON does not hold, as something that it does."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    return str(value)
