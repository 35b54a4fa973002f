"""One reader a file format, and `read`, which finds the right one.

A reader is a module with `FORMAT` (how errors call it), `PROTOCOLS` (the first is
the default), `matches(path)`, `read(path, protocol, modalities)`, which returns the
corpus as it stands in the file, and, where the path is a folder, `files(path)`.
Cleaning, checks and hashes are the same for all and happen here.
"""

import dataclasses
import hashlib
from pathlib import Path

from mmzoo.data.cleaning import clean
from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.readers import mfn, mmzoo_hdf5, mosi
from mmzoo.data.readers.hdf5_file import unreadable
from mmzoo.data.synthetic import sample_corpus

READERS = {"mosi": mosi, "mfn": mfn, "mmzoo": mmzoo_hdf5}


def read(
    path: str | Path,
    protocol: str | None = None,
    strict: bool = False,
    modalities: list[str] | None = None,
) -> Corpus:
    """Read a corpus, whatever its format.

    Args:
        path: A file or folder, or `"sample"` for the built-in sample.
        protocol: How to split and cut the data, where the format knows several;
            its first one where not given.
        strict: Whether to refuse features that are NaN or infinite. They are
            set to 0 and counted otherwise. Defaults to `False`.
        modalities: The modalities to keep; all where not given.

    Returns:
        The corpus, checked and cleaned.

    Raises:
        DataError: If the data cannot be used; it names the file, the fault and the
            remedy.
    """
    if str(path) == "sample":
        _check_protocol(path, protocol, ("generated",))
        corpus, found = sample_corpus(), {}
    else:
        path = Path(path)
        name = _format(path)
        reader = READERS[name]
        protocol = _check_protocol(path, protocol, reader.PROTOCOLS)
        corpus = _read(reader, path, protocol, modalities)
        sources = reader.files(path) if path.is_dir() else [path]
        found = {
            "format": name,
            "protocol": protocol,
            "other_protocols": [each for each in reader.PROTOCOLS if each != protocol],
            "files": _files(sources),
        }
    corpus = dataclasses.replace(corpus, provenance={**found, **corpus.provenance})
    try:
        return clean(corpus, path, strict, modalities)
    except OSError as error:
        # A streamed file is decompressed for the first time here.
        raise unreadable(path, error) from error


def _read(reader, path: Path, protocol: str, modalities) -> Corpus:
    try:
        return reader.read(path, protocol, modalities)
    except DataError as error:
        if isinstance(error.place, Path):
            raise
        # A part of the corpus could not be put together: say from which file.
        fault = f"{error.place}: {error.fault}"
        raise DataError(path, fault, error.remedy) from error


def _format(path: Path) -> str:
    if not path.exists():
        raise DataError(
            path, "there is no such file or folder", 'Correct the path, or use "sample"'
        )
    for name, reader in READERS.items():
        if reader.matches(path):
            return name
    formats = "; ".join(reader.FORMAT for reader in READERS.values())
    raise DataError(
        path, "it is of no format that mmzoo reads", f"Those are: {formats}"
    )


def _check_protocol(path, protocol, known) -> str:
    if protocol is None or protocol in known:
        return protocol or known[0]
    raise DataError(
        path, f"there is no protocol {protocol!r} for it", f"Use one of {list(known)}"
    )


def _files(paths: list[Path]) -> list[dict]:
    found = []
    for path in paths:
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found.append({"name": path.name, "sha256": digest})
    return found
