"""One reader a file format, and `read`, which finds the right one.

A reader is a module or an object with `FORMAT` (how errors call it), `PROTOCOLS` (the
first is the default), `matches(path)`, `read(path, protocol, modalities, strict,
answering)`, which returns the corpus as it stands in the file, and, where it reads more
than the file `path`, `files(path)`. Readers of many files leave out those that are
broken, and count them; `strict` asks them not to. A reader of files with several labels
a sample has `SEVERAL_LABELS = True`, and `read` takes `label`, too; one whose protocols
depend on the files has `protocols(path)`; one that reads lists of splits from another
folder has `SPLIT_LISTS = True`, and its `read`, `files` and `protocols` take `splits`.
Cleaning, checks and hashes are the same for all and happen here.
"""

import dataclasses
import hashlib
from pathlib import Path

from mmzoo.data.cleaning import clean
from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.other_labels import exchanged
from mmzoo.data.readers import (
    bclstm,
    clips_csv,
    csd,
    frames_csv,
    iemocap,
    instances,
    lmf,
    meld,
    mfn,
    mmsa,
    mmzoo_hdf5,
    mosi,
    mult,
    multibench,
    mustard,
    mvsa,
    openface,
    opensmile,
    pictures_csv,
    senticap,
)
from mmzoo.data.readers.acted_speech import ActedSpeech
from mmzoo.data.readers.speech_names import SPEECH_NAMES
from mmzoo.data.readers.unknown import only_file, unknown
from mmzoo.data.sample_clips import sample_clips
from mmzoo.data.sample_pictures import sample_pictures
from mmzoo.data.synthetic import sample_corpus
from mmzoo.reading import is_pickle, open_regular, parsing
from mmzoo.spelling import did_you_mean, path_that_was_meant

# They are known by the names of files alone, so none may be taken for another.
SPEECH = {name: ActedSpeech(names) for name, names in SPEECH_NAMES.items()}
READERS = {
    "mosi": mosi,
    "mfn": mfn,
    **SPEECH,
    "iemocap": iemocap,
    "opensmile": opensmile,
    "openface": openface,
    "meld": meld,
    "mustard": mustard,
    "clips": clips_csv,
    "pictures": pictures_csv,
    "frames": frames_csv,
    "senticap": senticap,
    "mvsa": mvsa,
    "csd": csd,
    "mmzoo": mmzoo_hdf5,
    "mmsa": mmsa,
    "mult": mult,
    "multibench": multibench,
    "instances": instances,
    "lmf": lmf,
    "bclstm": bclstm,
}
# Samples that have none of the labels are left out by its reader itself.
OWN = "mmzoo"
BUILT_IN = {
    "sample": sample_corpus,
    "sample-clips": sample_clips,
    "sample-pictures": sample_pictures,
}
# More files than these have one hash together.
MOST_HASHES = 20


def read(
    path: str | Path,
    protocol: str | None = None,
    strict: bool = False,
    modalities: list[str] | None = None,
    answering: bool = False,
    label: str | int | list | None = None,
    format: str | None = None,
    align_to: str | None = None,
    splits: str | Path | None = None,
) -> Corpus:
    """Read a corpus, whatever its format.

    Args:
        path: A file or folder, or a built-in sample: `"sample"` (sentiment from text,
            audio and video), `"sample-clips"` (emotion from recordings and words) or
            `"sample-pictures"` (sentiment from pictures and words).
        protocol: How to split and cut the data, where the format knows several;
            its first one where not given.
        strict: Whether to refuse features that are NaN or infinite, and recordings or
            pictures that cannot be read. The former are read as the mean of their
            column, the latter left out, and both counted otherwise. Defaults to
            `False`.
        modalities: The modalities to keep; all where not given.
        answering: Whether a model is to answer the rows, not to be trained on them.
            Every row that can be read is kept then: splits may be missing, a label is
            NaN where there is none, there may be one class. `provenance["left_out"]`
            lists the other rows with the reason. `rows_to_answer` chooses among them.
            Defaults to `False`.
        label: Which label to read of a file with several of each sample: its name, or
            its number, counted from 0; or a list of these, which says of each whether a
            sample has it, the first one also which samples there are.
            `provenance["label"]` tells what was read and
            `provenance["other_labels"]` what else is there; `Corpus.with_label` takes
            another without reading the file again.
        format: Name of the format, such as `"mmsa"`, where the files fit several; found
            by what they hold where not given.
        align_to: The modality whose steps all others are brought to, see
            `Corpus.align_to`; none where not given.
        splits: Folder of published lists of splits (`train.txt`, `valid.txt` and
            `test.txt`, an id a line, or folders of these), which become protocols, the
            first of them the default. Only for MVSA, which looks for them in its folder
            `splits` where not given.

    Returns:
        The corpus, checked and cleaned.

    Raises:
        DataError: If the data cannot be used; it names the file, the fault and the
            remedy.
    """
    if str(path) in BUILT_IN:
        _check_protocol(path, protocol, ("generated",))
        corpus, found = BUILT_IN[str(path)](), {}
    else:
        path, name = _format(Path(path), format)
        reader = READERS[name]
        lists = _lists(path, reader, splits)
        known = reader.PROTOCOLS
        with parsing(path):
            if hasattr(reader, "protocols"):
                known = reader.protocols(path, **lists)
            protocol = _check_protocol(path, protocol, known)
            several = getattr(reader, "SEVERAL_LABELS", False)
            # Of several at once the first says which samples there are.
            joint = isinstance(label, list | tuple) and len(label)
            one = label[0] if joint and name != OWN else label
            chosen = {"label": one} if several and label is not None else {}
            found = path, protocol, modalities, strict, answering
            corpus = reader.read(*found, **chosen, **lists)
            if joint and several:
                corpus = exchanged(corpus, label, answering)
        sources = []
        if not answering:
            sources = (
                reader.files(path, **lists) if hasattr(reader, "files") else [path]
            )
        found = {
            "format": name,
            "protocol": protocol,
            "other_protocols": [each for each in known if each != protocol],
            "files": _files(sources, path),
        }
    provenance = {**found, "label": corpus.target, **corpus.provenance}
    corpus = dataclasses.replace(corpus, provenance=provenance)
    _check_label(path, label, corpus)
    # A streamed file is decompressed for the first time here.
    with parsing(path):
        corpus = clean(corpus, path, strict, modalities, answering)
    return corpus if align_to is None else corpus.align_to(align_to)


def _lists(path: Path, reader, splits) -> dict[str, Path]:
    """The folder of lists as an argument of a reader that takes one."""
    if splits is None:
        return {}
    if not getattr(reader, "SPLIT_LISTS", False):
        fault = f"splits={str(splits)!r} of a format that takes no lists of splits"
        raise DataError(path, fault, "Leave it out")
    return {"splits": Path(splits)}


def formats_of(path, named: str | None = None) -> tuple[Path, str, list[str]]:
    """What `read` takes a path for, and what else it might be.

    Args:
        path: A file or folder, no built-in sample.
        named: Name of the format, where it was said.

    Returns:
        The file or folder that is read, the name of its format, and the names of the
        other formats that it fits.

    Raises:
        DataError: As `read` does, if it is of no format, or of several that may not
            be taken for another.
    """
    file, name = _format(Path(path), named)
    others = [each for each in READERS if each != name and _fits(each, file)]
    return file, name, others


def _fits(name: str, path: Path) -> bool:
    """Whether a reader takes the path for its own; one that fails on it does not."""
    try:
        with parsing(path):
            return bool(READERS[name].matches(path))
    except DataError:
        return False


def _format(path: Path, named: str | None = None) -> tuple[Path, str]:
    """What is read, which may be the one file of a folder, and its format."""
    if named is not None and named not in READERS:
        fault = f"there is no format {named!r}"
        remedy = f"Use one of {list(READERS)}.{did_you_mean(named, READERS)}"
        raise DataError(path, fault, remedy)
    if not path.exists():
        raise DataError(
            path,
            "there is no such file or folder",
            f"Correct the path, or use {' or '.join(map(repr, BUILT_IN))}."
            + path_that_was_meant(path, BUILT_IN),
        )
    with parsing(path):
        if named is not None:
            _check_format(path, named)
            return path, named
        name = _matching(path)
        file = path if name else only_file(path, _matching)
        if file is None:
            raise unknown(path, [reader.FORMAT for reader in READERS.values()])
        return file, name or _matching(file)


def _check_format(path: Path, name: str) -> None:
    if not READERS[name].matches(path):
        fault = f"it does not look like the format {name}, {READERS[name].FORMAT}"
        raise DataError(path, fault, "Leave out `format=`, or name another")


def _matching(path: Path) -> str | None:
    """The format that a path looks like, `None` where it looks like none."""
    fitting = (name for name, reader in READERS.items() if reader.matches(path))
    first = next(fitting, None)
    # Projects use the same keys for other things, so none may be taken for another.
    if first is None or not (first in SPEECH or is_pickle(path)):
        return first
    names = [first, *fitting]
    if len(names) > 1:
        formats = " and ".join(f"{name} ({READERS[name].FORMAT})" for name in names)
        remedy = f"Say which: `format=` (--format {names[0]})"
        raise DataError(path, f"it fits {formats}", remedy)
    return first


def _check_protocol(path, protocol, known) -> str:
    if protocol is None or protocol in known:
        return protocol or known[0]
    raise DataError(
        path,
        f"there is no protocol {protocol!r} for it",
        f"Use one of {list(known)}.{did_you_mean(protocol, known)}",
    )


def _check_label(path, label, corpus: Corpus) -> None:
    """Refuse to ignore a label that was asked for, where there is one alone."""
    provenance = corpus.provenance
    if label in (None, corpus.target, provenance["label"]):
        return
    if provenance.get("format") in READERS:
        if getattr(READERS[provenance["format"]], "SEVERAL_LABELS", False):
            return
    fault = f"label={label!r} of data that have one label a sample, {corpus.target!r}"
    others = provenance.get("other_protocols")
    remedy = f"Leave it out{', or use another protocol' if others else ''}"
    told = f" ({', '.join(others)})" if others else ""
    raise DataError(path, fault, remedy + told)


def _files(paths: list[Path], place: Path) -> list[dict]:
    """Name and hash of each file, or of all together where they are many."""
    found, root = [], place if place.is_dir() else place.parent
    for path in paths:
        inside = path.is_relative_to(place) and path != place
        name = path.relative_to(place).as_posix() if inside else path.name
        found.append({"name": name, "sha256": _hash(path, root)})
    if len(found) <= MOST_HASHES:
        return found
    listing = "\n".join(f"{file['sha256']}  {file['name']}" for file in found)
    digest = hashlib.sha256(listing.encode(errors="surrogateescape")).hexdigest()
    return [{"name": f"{len(found)} files of {place.name}", "sha256": digest}]


def _hash(path: Path, root: Path) -> str:
    try:
        with open_regular(path, root) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (DataError, OSError):
        # A broken clip, which its reader has counted.
        return "unreadable"
