from functools import partial

import numpy as np
import pytest

from mmzoo.layers import RawAudioFrames
from tests.checks import arrays, assert_close, check_layer


def test_checks(rng, tmp_path):
    wave = rng.normal(size=(2, 25)).astype("float32")
    mask = np.arange(25) < np.array([25, 11])[:, None]
    check_layer(partial(RawAudioFrames, 10), wave, mask=mask, tmp_path=tmp_path)


@pytest.mark.parametrize("length", [21, 30])
def test_steps_are_slices_with_zeros_behind(length, rng):
    wave = rng.normal(size=(2, length)).astype("float32")
    wave[0, 3] = np.nan
    mask = np.arange(length) < np.array([length, 11])[:, None]
    wide = np.zeros((2, 30), "float32")
    wide[:, :length] = np.where(mask, np.nan_to_num(wave), 0.0)
    frames, there = arrays(RawAudioFrames(10)(wave, mask=mask))
    assert_close(frames, wide.reshape(2, 3, 10))
    assert there.tolist() == [[True] * 3, [True, True, False]]
    assert arrays(RawAudioFrames(10)(wave[..., None])[1]).all()
    assert RawAudioFrames(10, time_dim=2)(wave)[0].shape == (2, 2, 10)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"samples": 0}, "`samples` is at least 1, not 0"),
        ({"time_dim": 0}, "`time_dim` is at least 1 or None, not 0"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        RawAudioFrames(**options)
