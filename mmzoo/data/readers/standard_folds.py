"""The splits of videos that the CMU-MultimodalSDK publishes for its data sets.

`standard_folds.json` holds the names of the videos and where they are from. Those of
SocialIQ have no test.
"""

import json
from collections.abc import Iterable
from functools import cache
from importlib import resources

# Of a data set that is not whole, so large a share of its videos has to be known.
LEAST = 0.5


@cache
def _folds() -> dict[str, dict[str, str]]:
    """Split of each video, by data set."""
    file = resources.files("mmzoo.data.readers") / "standard_folds.json"
    stored = json.loads(file.read_text("utf-8"))["folds"]
    return {
        name: {video: split for split, videos in splits.items() for video in videos}
        for name, splits in stored.items()
    }


def standard_folds(videos: Iterable[str]) -> tuple[str, dict[str, str]] | None:
    """The published splits that videos belong to.

    Args:
        videos: Names of the videos.

    Returns:
        Name of the data set, and the split of each video of it; `None` where more than
        half of the videos belong to none.

    Example:
    ```python
    from mmzoo.data.readers.standard_folds import standard_folds

    name, splits = standard_folds(["2iD-tVS8NPw", "tmZoasNr4rU"])
    name  # "CMU-MOSI"
    splits["tmZoasNr4rU"]  # "test"
    ```
    """
    videos = set(videos)
    name, splits = max(
        _folds().items(), key=lambda each: len(videos.intersection(each[1]))
    )
    known = len(videos.intersection(splits))
    return (name, splits) if known and known >= LEAST * len(videos) else None
