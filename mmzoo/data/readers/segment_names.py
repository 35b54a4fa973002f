"""Names of segments in the field's files, and the video that each is cut from."""

import re
from collections import Counter
from collections.abc import Sequence

# MMSA; MultiBench and the SDK; MulT, IEMOCAP and others.
CUTS = (r"(.+)\$_\$.*", r"(.+)\[\d+\]", r"(.+)_[FM]?\d+")


def video_of(name: str) -> str:
    """The video of a segment.

    Args:
        name: Such as `"abc$_$3"`, `"abc[3]"` or `"abc_3"`.

    Returns:
        What stands before the number; the name itself where there is none.
    """
    found = (re.fullmatch(cut, name, re.DOTALL) for cut in CUTS)
    return next((each[1] for each in found if each), name)


def segment_names(
    rows: Sequence[Sequence[str]] | None, split: str, count: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and videos of the samples of a split.

    Args:
        rows: What the file has for each sample: its name, or a video with start and
            end. `None` where it has nothing.
        split: Name of the split.
        count: Its samples, which are numbered where they have no names.

    Returns:
        Names and videos.
    """
    if rows is None or any(not row or not row[0] for row in rows):
        names = tuple(f"{split}_{row}" for row in range(count))
        return names, names
    first = [row[0] for row in rows]
    if (
        max(Counter(first).values(), default=0) == 1
        or max(map(len, rows), default=1) == 1
    ):
        return tuple(first), tuple(map(video_of, first))
    # A video stands there once for each of its segments.
    return tuple("_".join(row) for row in rows), tuple(first)
