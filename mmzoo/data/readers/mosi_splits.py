"""How the protocols of CMU-MOSI's file divide its utterances.

`paper` follows section 5 of Pham et al., 2018, "Seq2Seq2Sentiment": two thirds of the
data train, 15.15 % of these are held out for validation, a third tests. It leaves open:

* whether videos, speakers or utterances are counted, which are which, and any seed.
  Section 6.5 counts 1289, 230 and 269 utterances; 230 of 1519 is 15.14 %, but 1519 is
  69 % of the 2199, and 269 leave 411 of them out.
* what a sample is: section 3 has words as steps, and a label a video and a step.

Here whole videos are counted, so that no speaker's video is cut in two. The third that
tests is bc-LSTM's, 31 of 93 videos: of any other, networks that made the file's text
and video features have seen labels. What validates is drawn by a seed.
"""

from pathlib import Path

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.data.readers.labels_csv import SEED, cut_by_seed
from mmzoo.data.split import SPLITS

# The protocols in which a sequence is a video.
OF_VIDEOS = ("dialogue", "paper")
VALIDATION_VIDEOS = 10
VALIDATION_SHARE = 0.1515
SEEN_LABELS = (
    "The networks that made the text and video features were trained on the labels of "
    "the training videos, the validation ones among them: the validation split can "
    "stop a training, it cannot rank models."
)


def rows_by_split(
    table: dict, protocol: str, path: Path, answering: bool
) -> dict[str, np.ndarray]:
    """The utterances of each split.

    Args:
        table: The arrays of the file.
        protocol: `"dialogue"`, `"paper"` or `"utterance"`.
        path: The file, for errors.
        answering: Whether splits may be empty.

    Returns:
        Dict from the name of a split to the indices of its utterances.

    Raises:
        DataError: If there are too few training videos for validation.
    """
    if protocol not in OF_VIDEOS:
        return {name: np.flatnonzero(table["split"] == name) for name in SPLITS}
    videos, trains = table["video_id"], table["bclstm_split"] == "train"
    names = sorted(set(videos[trains]))
    held = _last(names) if protocol == "dialogue" else _drawn(names)
    if not held and not answering:
        least = VALIDATION_VIDEOS if protocol == "dialogue" else 1
        fault = f"{len(names)} training videos, of which {least} validate"
        raise DataError(path, fault, "Give a file with more videos")
    validates = np.isin(videos, held) & trains
    return {
        "train": np.flatnonzero(trains & ~validates),
        "valid": np.flatnonzero(validates),
        "test": np.flatnonzero(table["bclstm_split"] == "test"),
    }


def told_of_splits(table: dict, rows: dict, protocol: str) -> list[str]:
    """What a reader of a report must know of the splits, in sentences.

    Args:
        table: The arrays of the file.
        rows: What `rows_by_split` returned.
        protocol: Name of the protocol.

    Returns:
        List of str.
    """
    if protocol not in OF_VIDEOS:
        return []
    if protocol == "dialogue":
        return [SEEN_LABELS]
    counts = [
        f"{len(set(table['video_id'][rows[name]]))} videos ({len(rows[name])} "
        f"utterances) {does}"
        for name, does in zip(SPLITS, ("train", "validate", "test"), strict=True)
        if name in rows
    ]
    drawn = (
        f"The protocol paper: {', '.join(counts)}. Those that test are bc-LSTM's; "
        f"{VALIDATION_SHARE:.2%} of the other videos, drawn by the seed {SEED}, "
        "validate."
    )
    return [drawn, SEEN_LABELS]


def _last(names: list[str]) -> list[str]:
    """The last ten videos, none where no other would be left."""
    return names[-VALIDATION_VIDEOS:] if len(names) > VALIDATION_VIDEOS else []


def _drawn(names: list[str]) -> list[str]:
    """The paper's share of the videos, none where no other would be left."""
    if len(names) < 2:
        return []
    splits = cut_by_seed(names, {"valid": VALIDATION_SHARE})
    return [name for name, split in zip(names, splits, strict=True) if split == "valid"]
