"""What is read in the place of features that are not finite: their training mean."""

import dataclasses

import numpy as np

from mmzoo.data.sequences import Sequences


def filled(splits: dict, modality: str) -> dict:
    """Let what is not finite be read as the mean of its column in training.

    Args:
        splits: Dict from the name of a split to its `Split`; without `"train"`, zero
            is read.
        modality: Whose frames are meant.

    Returns:
        The splits, whose sequences of the modality hold that mean as `fill`.
    """
    rows = next(iter(splits.values())).sequences[modality]
    fill = np.zeros(rows.features, "float32")
    if "train" in splits:
        fill = _means(splits["train"].sequences[modality])
    return {
        name: split.with_modality(
            modality, dataclasses.replace(split.sequences[modality], fill=fill)
        )
        for name, split in splits.items()
    }


def refilled(splits: dict) -> dict:
    """Splits of another cut with the means of their own training split.

    The means that they came with know samples which are held out here.

    Args:
        splits: Dict from the name of a split to its `Split`.

    Returns:
        The splits; what had no `fill` has none.
    """
    for modality in next(iter(splits.values())).sequences:
        if any(part.sequences[modality].fill is not None for part in splits.values()):
            splits = filled(splits, modality)
    return splits


def _means(rows: Sequences) -> np.ndarray:
    """The mean of each feature over what was observed, 0 where nothing was."""
    total, count = np.zeros(rows.features), np.zeros(rows.features)
    for frames, present in rows.blocks(raw=True):
        finite = np.isfinite(frames) & present[:, None]
        total += np.where(finite, frames, 0.0).sum(axis=0, dtype="float64")
        count += finite.sum(axis=0)
    return (total / np.maximum(count, 1)).astype("float32")
