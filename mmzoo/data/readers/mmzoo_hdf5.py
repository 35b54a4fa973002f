"""mmzoo's own file: HDF5 that is read while it is used, so it may exceed the memory.

attributes          format, name, label_range, group_kind, classes (JSON, optional)
<split> attributes  target
provenance          JSON text
given_folds         JSON, optional: for each fold of the data's own the split by id
meanings            JSON text, optional: a row a label that the samples have, its name
                    and the fields of its LabelMeaning
<split>/ids, groups, words, step_ids      text, a row a sample (step_ids: JSON)
<split>/labels      as one of the modalities, or (samples,)
<split>/other_labels/<row of meanings>    likewise, of each that is not read by default
<split>/modalities/<modality>/frames      (total_steps, features) float32
                              starts, lengths      (samples,)
                              present              (total_steps,) bool, optional
"""

import dataclasses
import json
import zlib
from pathlib import Path

import h5py
import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.feature_names import check_all_names
from mmzoo.data.hdf5_output import new_hdf5
from mmzoo.data.joining import join_by_id
from mmzoo.data.label_choice import told
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.other_labels import exchanged
from mmzoo.data.readers.hdf5_file import (
    FAULT,
    group_in,
    is_hdf5,
    numbers_in,
    open_hdf5,
    stored_texts_in,
    texts_in,
)
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import SPLITS, Split
from mmzoo.reading import parsing

FORMAT = "mmzoo corpus (.h5, .hdf5, written by Corpus.save)"
PROTOCOLS = ("saved",)
SEVERAL_LABELS = True
ORIGIN = ("format", "protocol", "other_protocols", "files")
VERSION = "mmzoo.corpus/1"
# A chunk is the least that is read and decompressed for one sequence: so many steps,
# or so many values where a step has few.
CHUNK_STEPS = 64
CHUNK_VALUES = 16384
# What HDF5 may keep of the index and the names of a file that is read in order, once:
# by default up to 32 MB, which grow with the rows.
INDEX_BYTES = 2**20
# Levels of gzip. Packed frames take five times as long to read as stored ones, so they
# have to be a fifth smaller.
PACKED, STORED, WORTH = 4, 0, 0.8


def matches(path: Path) -> bool:
    """Whether the path looks like this format."""
    return path.is_file() and is_hdf5(path)


def save(corpus: Corpus, path) -> None:
    """Write a corpus; the file appears under its name when it is complete."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with new_hdf5(path) as file:
        file.attrs["format"] = VERSION
        file.attrs["name"] = corpus.name
        file.attrs["label_range"] = corpus.label_range
        file.attrs["group_kind"] = corpus.group_kind
        if corpus.classes is not None:
            file.attrs["classes"] = json.dumps(corpus.classes)
        if corpus.given_folds:
            file["given_folds"] = json.dumps(corpus.given_folds)
        file["provenance"] = json.dumps(corpus.provenance)
        if corpus.meanings:
            rows = [(n, *dataclasses.astuple(m)) for n, m in corpus.meanings.items()]
            file["meanings"] = json.dumps(rows)
        for name, split in corpus.splits.items():
            _write_split(file.create_group(name), split)
            others = file.create_group(f"{name}/other_labels")
            for place, label in enumerate(corpus.meanings):
                if label in split.other_labels:
                    _write_labels(others, str(place), split.other_labels[label])


def _write_labels(group: h5py.Group, name: str, labels) -> None:
    if isinstance(labels, Sequences):
        _write_sequences(group.create_group(name), labels)
    else:
        group[name] = labels


def _write_split(group: h5py.Group, split: Split) -> None:
    text = h5py.string_dtype()
    group.attrs["target"] = split.target
    for name in ("ids", "groups", "words"):
        if getattr(split, name) is not None:
            group.create_dataset(name, data=list(getattr(split, name)), dtype=text)
    if split.step_ids is not None:
        rows = [json.dumps(steps) for steps in split.step_ids]
        group.create_dataset("step_ids", data=rows, dtype=text)
    _write_labels(group, "labels", split.labels)
    modalities = group.create_group("modalities")
    for modality, rows in split.sequences.items():
        _write_sequences(modalities.create_group(modality), rows)


def _write_sequences(group: h5py.Group, rows: Sequences) -> None:
    total = int(rows.lengths.sum())
    group["lengths"] = rows.lengths
    group["starts"] = np.cumsum(rows.lengths) - rows.lengths
    shape = total, rows.features
    frames = group.create_dataset("frames", shape, "float32", **_settings(rows))
    partly = rows.present is not None
    present = group.create_dataset("present", (total,), bool) if partly else None
    done = 0
    # Reading cleans and counts: what is not finite stays that.
    for values, observed in rows.blocks(raw=True):
        frames[done : done + len(values)] = values
        if partly:
            present[done : done + len(values)] = observed
        done += len(values)


def _settings(rows: Sequences) -> dict:
    """How the frames are stored: in chunks with a checksum, which may be packed."""
    steps = max(CHUNK_STEPS, CHUNK_VALUES // max(1, rows.features))
    steps = min(steps, int(rows.lengths.sum()))
    first = next((frames for frames, _ in rows.blocks(raw=True) if frames.size), None)
    if first is None:
        return {}
    # As HDF5 shuffles them: the first bytes of all numbers, then the second ones.
    chunk = (
        np.ascontiguousarray(first[:steps])
        .view("uint8")
        .reshape(-1, first.itemsize)
        .T.tobytes()
    )
    worth = len(zlib.compress(chunk, PACKED)) < WORTH * len(chunk)
    packing = {"compression_opts": PACKED if worth else STORED, "shuffle": worth}
    return {"chunks": (steps, rows.features), "compression": "gzip", **packing}


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
    label: str | int | None = None,
) -> Corpus:
    """Open the file; frames are read when a batch asks for them."""
    file = open_hdf5(path)
    try:
        with parsing(path, FAULT):
            if answering:
                _keep_little(file)
            corpus = _corpus(file, path, answering)
            return corpus if label is None else exchanged(corpus, label, answering)
    except DataError:
        file.close()
        raise


def _keep_little(file: h5py.File) -> None:
    cache = file.id.get_mdc_config()
    cache.set_initial_size = True
    cache.min_size, cache.initial_size, cache.max_size = (INDEX_BYTES,) * 3
    file.id.set_mdc_config(cache)


def _corpus(file: h5py.File, path: Path, answering: bool) -> Corpus:
    found = file.attrs.get("format", "none")
    if not isinstance(found, str) or found != VERSION:
        raise DataError(
            path,
            f"its format is {found!r}, not {VERSION!r}",
            "Read it with the version of mmzoo that wrote it, or give a file that "
            "Corpus.save wrote",
        )
    provenance = json.loads(file["provenance"].asstr()[()])
    low, high = map(float, file.attrs["label_range"])
    classes = json.loads(file.attrs.get("classes", "null"))
    classes = None if classes is None else tuple(map(str, classes))
    group_kind = str(file.attrs.get("group_kind", "video"))
    meanings = _read_meanings(file)
    splits, left_out = _read_splits(file, path, answering, meanings)
    origin = {
        key: provenance.pop(key)
        for key in (*ORIGIN, "cleaned", "suspect")
        if key in provenance
    }
    provenance.pop("warnings", None)
    name = str(file.attrs["name"])
    provenance["origin"] = origin
    if answering:
        provenance["left_out"] = left_out
    corpus = Corpus(
        name,
        splits,
        (low, high),
        provenance,
        classes,
        group_kind,
        meanings,
        _folds(file),
    )
    check_all_names(corpus, path)
    # What could not be carried is not there to be chosen.
    provenance.pop("other_labels", None)
    provenance.update(told(corpus.label, corpus.label_names))
    return corpus


def _folds(file: h5py.File) -> tuple[dict[str, str], ...]:
    """The folds that the data define, which most data do not."""
    if "given_folds" not in file:
        return ()
    folds = json.loads(file["given_folds"].asstr()[()])
    return tuple({str(id): str(name) for id, name in fold.items()} for fold in folds)


def _read_meanings(file: h5py.File) -> dict[str, LabelMeaning]:
    found = {}
    rows = json.loads(file["meanings"].asstr()[()]) if "meanings" in file else ()
    for name, target, (low, high), classes, provenance in rows:
        classes = None if classes is None else tuple(map(str, classes))
        label_range = float(low), float(high)
        meaning = LabelMeaning(str(target), label_range, classes, dict(provenance))
        found[str(name)] = meaning
    return found


def _read_splits(file: h5py.File, path: Path, answering: bool, meanings: dict):
    """The splits; to be answered, those that can be read, and why not the others."""
    splits, left_out = {}, []
    for name in SPLITS:
        try:
            with parsing(path, FAULT):
                if name in file:
                    group = group_in(file, name)
                    splits[name] = _read_split(group, meanings, answering)
        except DataError as error:
            if not answering:
                raise
            reason = " ".join(str(error).split())
            left_out.append({"id": name, "split": name, "reason": reason})
    if answering and not splits:
        fault = left_out[0]["reason"] if left_out else "it has no split"
        raise DataError(path, fault, "Write it again with Corpus.save")
    return splits, left_out


def _read_split(group: h5py.Group, meanings: dict, answering: bool = False) -> Split:
    # A training needs the names again and again, an answer once.
    texts = stored_texts_in if answering else texts_in
    text = {
        name: texts(group, name)
        for name in ("ids", "groups", "words", "step_ids")
        if name in group or name in ("ids", "groups")
    }
    if "step_ids" in text:
        text["step_ids"] = tuple(tuple(json.loads(row)) for row in text["step_ids"])
    labels = np.full(len(text["ids"]), np.nan)
    if "labels" in group or not answering:
        labels = _read_labels(group, "labels")
    others = group_in(group, "other_labels") if meanings else ()
    other_labels = {
        name: _read_labels(others, str(place))
        for place, name in enumerate(meanings)
        if str(place) in others
    }
    modalities, sequences = group_in(group, "modalities"), {}
    for name in modalities:
        stored = group_in(modalities, name)
        rows = _read_sequences(stored)
        if "ids" in stored:
            place = f"{name} of {group.name.strip('/')}"
            rows = join_by_id(rows, texts_in(stored, "ids"), text["ids"], place)
        sequences[name] = _sharing(rows, sequences.values())
    target = str(group.attrs.get("target", "sentiment"))
    return Split(sequences, labels, **text, target=target, other_labels=other_labels)


def _sharing(rows: Sequences, others) -> Sequences:
    """The same sequences; of aligned modalities one array of places is kept."""
    for other in others:
        starts, lengths = other.starts, other.lengths
        same = np.array_equal(rows.starts, starts)
        if same and np.array_equal(rows.lengths, lengths):
            return dataclasses.replace(rows, starts=starts, lengths=lengths)
    return rows


def _read_labels(group: h5py.Group, name: str):
    if isinstance(group.get(name), h5py.Group):
        return _read_sequences(group[name]).in_memory()
    return numbers_in(group, name)[()]


def _read_sequences(group: h5py.Group) -> Sequences:
    present = None
    if "present" in group:
        present = numbers_in(group, "present", kinds="biu")[()]
    starts = numbers_in(group, "starts", kinds="iu")[()]
    lengths = numbers_in(group, "lengths", kinds="iu")[()]
    return Sequences(numbers_in(group, "frames"), starts, lengths, present)
