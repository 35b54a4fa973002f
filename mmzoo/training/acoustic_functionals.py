"""What a clip's spectrogram says as one row of numbers, without a network."""

import numpy as np

CEPSTRA = 13
PERCENTILES = (10, 50, 90)
# Half the width of the regression that gives a slope, in frames.
REACH = 2


def acoustic_functionals(decibels):
    """Statistics over time of how loud a clip is at each pitch, and of what follows.

    The contours are the spectrogram itself, its cepstrum (13 coefficients of the
    cosine transform; MFCC where the bins are mel), slope and curvature of the cepstrum,
    loudness, centroid and spread of the spectrum, and its flux, the mean change of a
    bin since the frame before. Of each the mean, the deviation and the percentiles 10,
    50 and 90 over time are taken; the logarithm of the number of frames is the last.

    They take the place of openSMILE's functionals, whose licence forbids commerce. Zero
    crossings and the pitch of the voice need the waveform, which is not kept beside its
    spectrogram; the centroid follows the former.

    Args:
        decibels: array `(frames, bins)`, observed frames only.

    Returns:
        Array `(5 * (bins + 43) + 1,)`; zeros where there is no frame.

    Example:
    ```python
    from mmzoo.training.acoustic_functionals import acoustic_functionals

    acoustic_functionals(np.ones((50, 64))).shape  # (536,)
    ```

    Reference:
        - Eyben et al., [GeMAPS](https://doi.org/10.1109/TAFFC.2015.2457417), 2016:
          functionals of contours, for voices and emotions.
    """
    decibels = np.asarray(decibels, "float64")
    if not len(decibels):
        return np.zeros(5 * (decibels.shape[1] + 3 * CEPSTRA + 4) + 1)
    contours = _contours(decibels)
    found = [
        contours.mean(axis=0),
        contours.std(axis=0),
        *np.percentile(contours, PERCENTILES, axis=0),
        [np.log(len(decibels))],
    ]
    return np.concatenate(found)


def _contours(decibels):
    """`(frames, bins + 43)`."""
    cepstrum = decibels @ _cosines(decibels.shape[1])
    slope = _slope(cepstrum)
    places = np.arange(decibels.shape[1])
    # Relative to the loudest, so that no power overflows.
    loudest = decibels.max(axis=1, keepdims=True)
    power = 10 ** ((decibels - loudest) / 10)
    total = power.sum(axis=1, keepdims=True)
    centroid = power @ places[:, None] / total
    spread = np.sqrt((power * (places - centroid) ** 2).sum(axis=1)[:, None] / total)
    change = np.abs(np.diff(decibels, axis=0, prepend=decibels[:1]))
    return np.concatenate(
        [
            decibels,
            cepstrum,
            slope,
            _slope(slope),
            loudest + 10 * np.log10(total),
            centroid,
            spread,
            change.mean(axis=1, keepdims=True),
        ],
        axis=1,
    )


def _cosines(bins):
    """The cosine transform (DCT-II, orthonormal) `(bins, 13)`, zeros beyond `bins`."""
    places, orders = np.arange(bins)[:, None], np.arange(CEPSTRA)
    cosines = np.cos(np.pi / bins * (places + 0.5) * orders) * np.sqrt(2 / bins)
    cosines[:, 0] /= np.sqrt(2)
    return np.where(orders < bins, cosines, 0.0)


def _slope(contours):
    """Slope of a regression over five frames; the ends go on as they are."""
    steps = len(contours)
    around = np.pad(contours, [(REACH, REACH), (0, 0)], mode="edge")
    rises = [
        by * (around[REACH + by :][:steps] - around[REACH - by :][:steps])
        for by in range(1, REACH + 1)
    ]
    return sum(rises) / (2 * sum(by * by for by in range(1, REACH + 1)))
