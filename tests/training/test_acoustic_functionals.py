import numpy as np
import pytest
from scipy.fft import dct

from mmzoo.training.acoustic_functionals import acoustic_functionals

BINS = 16


def of(decibels):
    """Mean, deviation and percentiles by contour, `(5, contours)`."""
    return acoustic_functionals(decibels)[:-1].reshape(5, -1)


def test_statistics_of_each_bin_and_of_the_cepstrum(rng):
    decibels = rng.normal(-40, 10, (30, BINS))
    found = of(decibels)
    cepstrum = dct(decibels, norm="ortho", axis=1)[:, :13]
    for place, contours in ((0, decibels), (BINS, cepstrum)):
        part = found[:, place : place + contours.shape[1]]
        np.testing.assert_allclose(part[0], contours.mean(axis=0))
        np.testing.assert_allclose(part[1], contours.std(axis=0))
        expected = np.percentile(contours, [10, 50, 90], axis=0)
        np.testing.assert_allclose(part[2:], expected)


def test_slopes_of_a_steady_rise():
    rise = np.arange(40.0)[:, None] * np.ones(BINS)
    found = of(rise)
    # Cepstrum 0 rises by 4 a frame, the root of 16 bins; at either end by less.
    assert found[3, BINS + 13] == pytest.approx(4.0)
    assert found[3, BINS + 26] == pytest.approx(0.0)
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
    assert acoustic_functionals(decibels)[-1] == pytest.approx(np.log(20))
    mixed = acoustic_functionals(rng.permutation(decibels))
    assert np.abs(mixed - acoustic_functionals(decibels)).max() > 0.01
    nothing = acoustic_functionals(decibels[:0])
    assert nothing.shape == mixed.shape and not nothing.any()
    assert np.isfinite(acoustic_functionals(decibels[:1])).all()
    assert np.isfinite(acoustic_functionals(decibels[:, :4])).all()
