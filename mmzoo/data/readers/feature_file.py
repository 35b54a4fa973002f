"""What a program that extracts features has written for some clips."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

# Endings of recordings, which the names of clips may have.
ENDINGS = (".csv", ".wav", ".flac", ".mp3", ".ogg", ".m4a", ".aiff", ".mp4", ".avi")
ENDINGS += (".mov", ".mkv", ".webm", ".mpg")

# Frames `(steps, features)`, float32, and whether each was observed, `(steps,)`.
Clip = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class FeatureFile:
    """The content of one file.

    Args:
        clips: The clips by the name that the file gives them, `""` where it gives none.
        counts: What of it is not in the clips, by kind.
    """

    clips: dict[str, Clip]
    counts: Counter = field(default_factory=Counter)


def clip_name(path: str | Path) -> str:
    """The name of a clip, whatever the ending of its file.

    Args:
        path: Its file, or what another file calls it.

    Returns:
        The path with `/` and without the endings of recordings and tables.

    Example:
    ```python
    from mmzoo.data.readers.feature_file import clip_name

    clip_name("anna/01.wav.csv")  # "anna/01"
    ```
    """
    name = str(path).replace("\\", "/")
    while PurePosixPath(name).suffix.lower() in ENDINGS:
        name = name[: -len(PurePosixPath(name).suffix)]
    return str(PurePosixPath(name))
