"""Computational sequences of the CMU-MultimodalSDK.

They are a folder of `.csd` files, or one HDF5 file with several roots.

* `words` (default): each step is a word; audio and video are the means of the frames
  that overlap it. A word without frames has zeros there, which were not observed.
* `unaligned`: each modality has its own frames.

Both are cut by the intervals of the labels, and keep the segments that all modalities
have. Entries that are called `video[segment]` are aligned already, and read as they
are. `sp`, silence, is a step as any word, as in the SDK, and no part of `words`.
"""

import contextlib
from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.readers.csd_alignment import EPSILON
from mmzoo.data.readers.csd_choice import Choice, choose, nothing_found
from mmzoo.data.readers.csd_corpus import csd_corpus
from mmzoo.data.readers.csd_file import SUFFIX, csd_files, open_roots
from mmzoo.data.readers.csd_labels import CsdLabels, read_labels
from mmzoo.data.readers.csd_samples import Samples
from mmzoo.data.readers.csd_tally import Tally
from mmzoo.reading import open_regular, parsing

FORMAT = "CMU-MultimodalSDK (a folder of .csd files, or one HDF5 file of several roots)"
PROTOCOLS = ("words", "unaligned")
SEVERAL_LABELS = True
HDF5_SUFFIXES = (".h5", ".hdf5")
# What mmzoo's own files have at their beginning, so that none is opened to tell.
OWN, OWN_WITHIN = b"mmzoo.corpus/", 2**16


def matches(path: Path) -> bool:
    """Whether the path looks like this format."""
    if path.is_dir():
        return bool(csd_files(path))
    if path.suffix == SUFFIX:
        return path.is_file()
    if path.suffix not in HDF5_SUFFIXES or not path.is_file():
        return False
    with open_regular(path) as file:
        if OWN in file.read(OWN_WITHIN):
            return False
    with contextlib.ExitStack() as opened, contextlib.suppress(DataError):
        return bool(open_roots(path, opened))
    return False


def files(path: Path) -> list[Path]:
    """The files that are read."""
    return csd_files(path)


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
    label: str | int | None = None,
) -> Corpus:
    """Read the files by one of the protocols."""
    tally = Tally(strict, answering)
    with contextlib.ExitStack() as opened, parsing(path):
        roots = open_roots(path, opened)
        choice = choose(roots)
        if not (choice.labels or answering):
            raise nothing_found(path, roots, "labels")
        if modalities is not None:
            _keep(choice, modalities)
        if not choice.features and (modalities or choice.words is None):
            raise nothing_found(
                path, roots, "words, text, audio or video that are asked for"
            )
        labels = read_labels(choice, label, path, tally)
        samples, told = _samples(choice, labels, protocol, path, tally)
        return csd_corpus(path, choice, labels, samples, told, tally)


def _keep(choice: Choice, modalities: list[str]) -> None:
    """Leave out the modalities that are not asked for; words are aligned to anyway."""
    for name in [name for name in choice.features if name not in modalities]:
        root = choice.features.pop(name)
        del choice.taken[name]
        choice.left_aside[root.told] = "its modality is not asked for"


def _samples(choice: Choice, labels: CsdLabels, protocol, path, tally: Tally):
    """The samples, and what the provenance tells of their alignment."""
    segments, reference = labels.segments, choice.reference
    if choice.segmented:
        if protocol != PROTOCOLS[0]:
            fault = f"its entries are segments, which protocol {protocol!r} cannot undo"
            raise DataError(path, fault, "Leave out the protocol")
        found = Samples(choice, True, tally).stored(segments)
        return found, {"steps": "as they are stored"}
    aligned = protocol == PROTOCOLS[0]
    if aligned and reference is None:
        fault = "it has neither words nor word vectors to align to"
        raise DataError(path, fault, 'Ask for protocol "unaligned"')
    told = {"tolerance_seconds": EPSILON}
    if aligned:
        told |= {"steps": reference.told, "frames": "mean of those that overlap a step"}
    return Samples(choice, aligned, tally).cut(segments), told
