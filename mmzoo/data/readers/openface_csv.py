"""A csv of OpenFace: `frame, face_id, timestamp, confidence, success, ...`.

A frame in which the face was lost has `success` 0, and numbers that mean nothing. Of
several faces, the one that was tracked in the most frames is the clip.
"""

from pathlib import Path

import numpy as np

from mmzoo.data.readers.feature_file import FeatureFile
from mmzoo.data.readers.number_csv import head_of, rows_of

MARK = ","
# The columns before the features; version 1 has no faces.
BEFORE = ("frame", "face_id", "timestamp", "confidence", "success")
NEEDED = {"frame", "timestamp", "confidence", "success"}
OTHER_FACES = "rows of other faces"


def columns(file: Path) -> tuple[str, ...]:
    """Names of the features.

    Args:
        file: Any file.

    Returns:
        The names; none where the file is no csv of OpenFace.
    """
    head = head_of(file, MARK)
    fits = head[0] == "frame" and set(head) >= NEEDED
    return tuple(name for name in head if name not in BEFORE) if fits else ()


def read_openface(file: Path) -> FeatureFile:
    """Read the clip of a file.

    Args:
        file: The csv.

    Returns:
        The clip, which has no name there.

    Raises:
        DataError: If it is damaged.
    """
    head = head_of(file, MARK)
    _, numbers = rows_of(file, MARK)
    told = {name: numbers[:, head.index(name)] for name in BEFORE if name in head}
    success = told["success"] == 1
    faces = told.get("face_id", np.zeros(len(numbers)))
    own = faces == _main_face(faces, success, told["confidence"])
    places = [place for place, name in enumerate(head) if name not in BEFORE]
    with np.errstate(over="ignore"):
        frames = numbers[own][:, places].astype("float32")
    found = FeatureFile({"": (frames, success[own])})
    found.counts[OTHER_FACES] = int((~own).sum())
    return found


def _main_face(faces: np.ndarray, success: np.ndarray, confidence: np.ndarray) -> float:
    """The face of the most frames; of several, the one with the most confidence."""
    sure = np.where(success, np.nan_to_num(confidence), 0.0)
    found = np.unique(faces[~np.isnan(faces)])
    if not len(found):
        return np.nan
    return max(
        found,
        key=lambda face: (success[faces == face].sum(), sure[faces == face].sum()),
    )
