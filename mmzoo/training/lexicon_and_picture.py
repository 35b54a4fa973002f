"""What a lexicon says of the words, and plain statistics of the picture beside them."""

import math

import numpy as np
from matplotlib.colors import rgb_to_hsv

from mmzoo.data.image_file import PIXELS

# Shares of the pixels in equal parts of hue, of saturation and of brightness.
BINS = 8
# Brightness of neighbours, from 0 to 1, differs by more on an edge.
EDGE = 0.1
SCORES = ("pos", "neu", "neg", "compound")


def lexicon_and_picture(split):
    """What the floor of pictures with words reads of each sample.

    It stands in for SentiBank & SentiStrength, of which neither can be shipped: VADER
    has a lexicon under a free licence, and counted colours need no detectors of
    adjective-noun pairs.

    Args:
        split: `Split` with words and pixels.

    Returns:
        Array `(N, 31)`: VADER's scores of the words, then the picture's histogram,
        brightness, contrast and edges. What a sample lacks is zeros.

    Raises:
        ValueError: the package vaderSentiment is not there.
    """
    scores = _scorer()
    words = np.array([[scores(text)[name] for name in SCORES] for text in split.words])
    rows = (split.sequences[PIXELS][index] for index in range(len(split)))
    return np.concatenate([words, [_statistics(*row) for row in rows]], axis=1)


def _scorer():
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError as error:
        raise ValueError(
            'the lexicon is in the package vaderSentiment: pip install "mmzoo[lexicon]"'
        ) from error
    return SentimentIntensityAnalyzer().polarity_scores


def _statistics(pixels, present):
    """Colours, light and edges of a picture.

    Args:
        pixels: array `(side * side, 3)` from 0 to 255, row by row.
        present: bool array `(side * side,)`, False on bars.

    Returns:
        Array `(27,)`: of hue, saturation and brightness the share of the pixels in each
        of 8 equal parts; then mean and deviation of the brightness, and the share of
        neighbours that differ in it.
    """
    if not present.any():
        return np.zeros(3 * BINS + 3)
    # (side * side, 3), each from 0 to 1
    colours = rgb_to_hsv(np.clip(pixels, 0, 255) / 255)
    parts = np.minimum((colours[present] * BINS).astype(int), BINS - 1)
    shares = [np.bincount(part, minlength=BINS) / len(parts) for part in parts.T]
    light = colours[present, 2]
    further = light.mean(), light.std(), _edges(colours[:, 2], present)
    return np.concatenate([*shares, further])


def _edges(light, present):
    """The share of neighbours, beside and below each other, that differ in light."""
    side = math.isqrt(len(light))
    light, present = (each.reshape(side, side) for each in (light, present))
    differ = [
        (np.abs(np.diff(light, axis=axis)) > EDGE)[both]
        for axis, both in (
            (0, present[1:] & present[:-1]),
            (1, present[:, 1:] & present[:, :-1]),
        )
    ]
    found = np.concatenate(differ)
    return found.mean() if len(found) else 0.0
