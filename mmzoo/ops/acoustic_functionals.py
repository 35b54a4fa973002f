"""What a clip's spectrogram says as one row of numbers, without a network."""

import numpy as np
from keras import ops

from mmzoo.ops.masking import extents, masked_mean, zero_masked

CEPSTRA = 13
PERCENTILES = (10, 50, 90)
# Half the width of the regression that gives a slope, in frames.
REACH = 2
# Beside the bins: the cepstrum, its slope and curvature, and four of the spectrum.
OTHER_CONTOURS = 3 * CEPSTRA + 4


def acoustic_functionals(decibels, mask=None):
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
        decibels: float tensor `(batch, frames, bins)`.
        mask: optional boolean tensor `(batch, frames)`, True = observed, where all
            frames before the last observed one are, too.

    Returns:
        Float32 tensor `(batch, 5 * (bins + 43) + 1)`; zeros where no frame is observed.

    Example:
    ```python
    from mmzoo.ops.acoustic_functionals import acoustic_functionals

    acoustic_functionals(keras.ops.ones((1, 50, 64))).shape  # (1, 536)
    ```

    Reference:
        - Eyben et al., [GeMAPS](https://doi.org/10.1109/TAFFC.2015.2457417), 2016:
          functionals of contours, for voices and emotions.
    """
    decibels = ops.cast(decibels, "float32")
    if mask is None:
        mask = ops.ones(ops.shape(decibels)[:2], dtype="bool")
    mask = ops.cast(mask, "bool")
    # (batch, 1)
    count = extents(mask)[:, None]
    contours = _contours(zero_masked(decibels, mask), count)
    mean = masked_mean(contours, mask)
    variance = masked_mean(ops.square(contours - mean[:, None]), mask)
    length = ops.log(ops.cast(ops.maximum(count, 1), "float32"))
    found = [mean, ops.sqrt(variance), *_percentiles(contours, mask, count), length]
    found = ops.concatenate(found, axis=-1)
    return ops.where(count > 0, found, ops.zeros_like(found))


def _contours(decibels, count):
    """`(batch, frames, bins + 43)`."""
    bins = decibels.shape[-1]
    cepstrum = ops.matmul(decibels, _cosines(bins))
    slope = _slope(cepstrum, count)
    # Relative to the loudest, so that no power overflows.
    loudest = ops.max(decibels, axis=-1, keepdims=True)
    power = ops.power(10.0, (decibels - loudest) / 10)
    total = ops.sum(power, axis=-1, keepdims=True)
    places = ops.arange(bins, dtype="float32")
    centroid = ops.sum(power * places, axis=-1, keepdims=True) / total
    spread = ops.sum(power * ops.square(places - centroid), axis=-1, keepdims=True)
    before = ops.concatenate([decibels[:, :1], decibels[:, :-1]], axis=1)
    return ops.concatenate(
        [
            decibels,
            cepstrum,
            slope,
            _slope(slope, count),
            loudest + 10 * ops.log10(total),
            centroid,
            ops.sqrt(spread / total),
            ops.mean(ops.abs(decibels - before), axis=-1, keepdims=True),
        ],
        axis=-1,
    )


def _cosines(bins):
    """The cosine transform (DCT-II, orthonormal) `(bins, 13)`, zeros beyond `bins`."""
    places, orders = np.arange(bins)[:, None], np.arange(CEPSTRA)
    cosines = np.cos(np.pi / bins * (places + 0.5) * orders) * np.sqrt(2 / bins)
    cosines[:, 0] /= np.sqrt(2)
    return ops.convert_to_tensor(np.where(orders < bins, cosines, 0.0), "float32")


def _slope(contours, count):
    """Slope of a regression over five frames; the ends go on as they are."""
    places = ops.arange(ops.shape(contours)[1], dtype="int32")[None, :]

    def moved(by):
        index = ops.minimum(ops.maximum(places + by, 0), ops.maximum(count - 1, 0))
        return ops.take_along_axis(contours, index[..., None], axis=1)

    reach = range(1, REACH + 1)
    rises = [by * (moved(by) - moved(-by)) for by in reach]
    return sum(rises) / (2 * sum(by * by for by in reach))


def _percentiles(contours, mask, count):
    """Percentiles over the observed frames, between two of them linearly."""
    ranked = ops.where(mask[..., None], contours, np.inf)
    ranked = ops.sort(ranked, axis=1)
    last = ops.maximum(count - 1, 0)

    def at(place):
        # (batch, 1, 1)
        place = ops.minimum(place, last)[..., None]
        return ops.take_along_axis(ranked, place, axis=1)[:, 0]

    for percent in PERCENTILES:
        place = ops.cast(last, "float32") * (percent / 100)
        below = ops.cast(ops.floor(place), "int32")
        share = place - ops.floor(place)
        yield at(below) * (1 - share) + at(below + 1) * share
