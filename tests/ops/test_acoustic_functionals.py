import numpy as np
import pytest
from scipy.fft import dct

from mmzoo.ops import acoustic_functionals
from tests.checks import arrays

BINS = 16


def row(decibels):
    """The functionals of one clip."""
    return arrays(acoustic_functionals(np.asarray(decibels, "float32")[None]))[0]


def of(decibels):
    """Mean, deviation and percentiles by contour, `(5, contours)`."""
    return row(decibels)[:-1].reshape(5, -1)


def slope(contours):
    """The slope of a regression over five frames, the ends repeated."""
    padded = np.pad(contours, [(2, 2), (0, 0)], mode="edge")
    rises = [by * (padded[2 + by :][: len(contours)]) for by in (-2, -1, 1, 2)]
    return sum(rises) / 10


def transcribed(decibels):
    """The contours of one clip, by NumPy and SciPy."""
    cepstrum = dct(decibels, norm="ortho", axis=1)[:, :13]
    power, places = 10 ** (decibels / 10), np.arange(decibels.shape[1])
    total = power.sum(axis=1, keepdims=True)
    centroid = (power * places).sum(axis=1, keepdims=True) / total
    spread = (power * (places - centroid) ** 2).sum(axis=1, keepdims=True) / total
    flux = np.abs(np.diff(decibels, axis=0, prepend=decibels[:1])).mean(axis=1)
    parts = [decibels, cepstrum, slope(cepstrum), slope(slope(cepstrum))]
    parts += [10 * np.log10(total), centroid, np.sqrt(spread), flux[:, None]]
    return np.concatenate(parts, axis=1)


def test_equals_its_transcription_whatever_stands_behind_a_clip(rng):
    decibels = rng.normal(-40, 10, (3, 30, BINS)).astype("float32")
    lengths = [30, 7, 1]
    mask = np.arange(30) < np.array(lengths)[:, None]
    found = arrays(acoustic_functionals(decibels, mask))
    assert found.shape == (3, 5 * (BINS + 43) + 1)
    for index, length in enumerate(lengths):
        contours = transcribed(decibels[index, :length].astype("float64"))
        expected = [contours.mean(axis=0), contours.std(axis=0)]
        expected += [*np.percentile(contours, [10, 50, 90], axis=0), [np.log(length)]]
        np.testing.assert_allclose(
            found[index], np.concatenate(expected), atol=2e-3, rtol=1e-4
        )


def test_slopes_of_a_steady_rise():
    rise = np.arange(40.0)[:, None] * np.ones(BINS)
    found = of(rise)
    # Cepstrum 0 rises by 4 a frame, the root of 16 bins; at either end by less.
    assert found[3, BINS + 13] == pytest.approx(4.0, abs=1e-4)
    assert found[3, BINS + 26] == pytest.approx(0.0, abs=1e-4)
    # The flux is the last: every bin moves by 1 a frame.
    assert found[3, -1] == pytest.approx(1.0)


def test_loudness_centroid_and_spread_of_a_tone():
    tone = np.full((5, BINS), -300.0)
    tone[:, 6] = -20.0
    loudness, centroid, spread, flux = of(tone)[0, -4:]
    assert (loudness, centroid, flux) == pytest.approx((-20, 6, 0))
    assert spread < 1e-5


def test_length_and_order_tell_and_nothing_is_zeros(rng):
    decibels = rng.normal(size=(20, BINS))
    assert row(decibels)[-1] == pytest.approx(np.log(20))
    assert np.abs(row(rng.permutation(decibels)) - row(decibels)).max() > 0.01
    nothing = acoustic_functionals(decibels[None], np.zeros((1, 20), bool))
    assert not arrays(nothing).any()
    assert np.isfinite(row(decibels[:1])).all()
    assert np.isfinite(row(decibels[:, :4])).all()
