"""Features of OpenFace: see `feature_folder`.

Where openSMILE's are in the folder too, the reader `opensmile` reads both. Each csv,
`frame, face_id, timestamp, confidence, success, ...`, is a clip, a row a step. Steps
with `success` 0 were not observed. Of several faces, the one that was tracked in the
most frames is read, and rows of the others are counted.
"""

from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.readers.feature_folder import feature_files as files
from mmzoo.data.readers.feature_folder import holds, read_features
from mmzoo.data.readers.labels_csv import PROTOCOLS

__all__ = ["FORMAT", "PROTOCOLS", "SEVERAL_LABELS", "files", "matches", "read"]

FORMAT = "OpenFace features (csv with frame, face_id, timestamp, ..., and labels.csv)"
SEVERAL_LABELS = True


def matches(path: Path) -> bool:
    """Whether the path is such a csv, or a folder with one and none of openSMILE."""
    return holds(path, "video") and not holds(path, "audio")


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
    label: str | int | None = None,
) -> Corpus:
    """Read the features and the labels beside them."""
    return read_features(path, protocol, strict, answering, label)
