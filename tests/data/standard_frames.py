"""Frames of a split on one scale."""

import numpy as np


def standardized(corpus, split, modality):
    """Frames of a split in deviations of the training split, unobserved ones zero."""
    ((frames, present),) = corpus.train.sequences[modality].blocks(steps=10**9)
    mean, deviation = frames[present].mean(axis=0), frames[present].std(axis=0)
    ((frames, present),) = corpus.splits[split].sequences[modality].blocks(10**9)
    return np.where(present[:, None], (frames - mean) / deviation, 0.0), present
