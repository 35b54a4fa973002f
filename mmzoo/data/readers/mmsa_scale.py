"""The scale of an MMSA pickle's labels: CH-SIMS' or CMU-MOSI's and CMU-MOSEI's.

A file does not name its data set. Labels beyond 1 are on the wider scale. Of others the
names of the videos, the widths of the features and labels of single modalities tell
more than the values: a part of CMU-MOSI may hold nothing beyond 1.
"""

import re
from pathlib import Path

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.data.readers.pickled_splits import texts_in
from mmzoo.data.readers.segment_names import video_of

OFFICIAL = "official"
CH_SIMS, CMU = "CH-SIMS", "CMU-MOSI or CMU-MOSEI"
SCALES = {CH_SIMS: (-1.0, 1.0), CMU: (-3.0, 3.0)}
# Protocols that say the scale.
CHOSEN = {"scale_1": CH_SIMS, "scale_3": CMU}
# CH-SIMS numbers its videos; the others have names of YouTube, and some numbers.
VIDEOS = {CH_SIMS: r"video_\d{4}", CMU: r"(?=.*[A-Z])(?=.*[a-z])[\w-]{11}|\d{5,6}"}
# MMSA-FET's own 25 and 177 are no evidence: people extract them from any videos.
WIDTHS = {
    CH_SIMS: {"audio": (33,), "vision": (709,)},
    CMU: {"audio": (5, 74), "vision": (20, 35)},
}
ALONE = ("regression_labels_T", "regression_labels_A", "regression_labels_V")


def is_open(labels: dict) -> bool:
    """Whether the values of the labels leave open which scale they are on.

    Args:
        labels: Array of the labels of each split; `None` where it has none.

    Returns:
        Whether there are any, and none is beyond the narrower scale.
    """
    return _most(labels) <= SCALES[CH_SIMS][1]


def scale_of(
    parts: dict, labels: dict, protocol: str, path: Path, answering: bool
) -> tuple[tuple[float, float], list[str]]:
    """The range of the labels, by what a file says of its data set.

    Args:
        parts: The splits of the file.
        labels: Array of the labels of each split; `None` where it has none.
        protocol: One of `CHOSEN` to say which scale it is, else `"official"`.
        path: The file, for errors.
        answering: Whether the samples are to be answered: then any labels will do.

    Returns:
        Lowest and highest label, and a warning where the scale was assumed.

    Raises:
        DataError: If the labels go beyond both scales.
    """
    if protocol in CHOSEN:
        return SCALES[CHOSEN[protocol]], []
    most = _most(labels)
    if most > SCALES[CMU][1] and not answering:
        fault = f"its labels go up to {most:g} in size, beyond [-3, 3] of CMU-MOSI"
        raise DataError(path, fault, "Correct them, or divide them so that they fit")
    if most > SCALES[CH_SIMS][1]:
        return SCALES[CMU], []
    found = _evidence(parts)
    if len(found) == 1:
        return SCALES[next(iter(found))], []
    if np.isnan(most):
        return SCALES[CMU], []
    return SCALES[CH_SIMS], [_assumed(found)]


def _most(labels: dict) -> float:
    """The size of the largest label, NaN where there is none."""
    known = [np.ravel(each) for each in labels.values() if each is not None]
    known = np.abs(np.concatenate([*known, np.zeros(0)]))
    known = known[np.isfinite(known)]
    return known.max() if len(known) else np.nan


def _evidence(parts: dict) -> dict[str, list[str]]:
    """What speaks for each data set; one that nothing speaks for is left out."""
    ids = [name for part in parts.values() for name in texts_in(part, "id") or ()]
    widths = {
        key: {getattr(part.get(key), "shape", (0,))[-1] for part in parts.values()}
        for key in ("audio", "vision")
    }
    alone = all(set(ALONE) & set(part) for part in parts.values())
    found = {}
    for name in SCALES:
        named = sum(bool(re.fullmatch(VIDEOS[name], video_of(each))) for each in ids)
        said = {
            "labels of single modalities": name == CH_SIMS and alone,
            "names of videos": 2 * named > len(ids),
            "widths": any(widths[key] & set(WIDTHS[name][key]) for key in widths),
        }
        found[name] = [what for what, so in said.items() if so]
    return {name: said for name, said in found.items() if said}


def _assumed(found: dict[str, list[str]]) -> str:
    told = "nothing else in the file says whether they are CH-SIMS' or a part of " + CMU
    if found:
        spoken = (
            f"its {' and '.join(said)} for {name}" for name, said in found.items()
        )
        told = f"what else the file says is at odds ({', '.join(spoken)})"
    return (
        f"All labels lie within [-1, 1], and {told}: the scale [-1, 1] of CH-SIMS was "
        "assumed. The protocol scale_3 (--protocol scale_3) reads them on [-3, 3], "
        "scale_1 on [-1, 1], both without this warning."
    )
