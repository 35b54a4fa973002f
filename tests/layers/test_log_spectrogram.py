from functools import partial

import numpy as np
import pytest

from mmzoo.layers import LogSpectrogram
from tests.checks import (
    arrays,
    assert_close,
    assert_finite,
    check_batching,
    check_layer,
    check_masking,
)

RATE = 1000
# Windows of 32 samples, steps of 10, transforms of 32 bins (mel: finer where needed).
SMALL = {
    "num_bins": 5,
    "sample_rate": RATE,
    "window_seconds": 0.032,
    "step_seconds": 0.010,
}


def mel_filters(layer):
    """Triangles between points that are evenly spaced in mel, as HTK's."""
    mel = partial(np.interp, fp=[0, 1])
    low, high = 1127 * np.log1p(
        np.array([layer.min_frequency, layer.top_frequency]) / 700
    )
    edges = np.linspace(low, high, layer.num_bins + 2)
    bins = np.linspace(0, layer.sample_rate / 2, layer.fft_length // 2 + 1)
    mels = 1127 * np.log1p(bins / 700)
    filters = np.zeros((len(bins), layer.num_bins))
    for index in range(layer.num_bins):
        left, peak, right = edges[index : index + 3]
        rise = mel(mels, [left, peak])
        filters[:, index] = np.minimum(rise, 1 - mel(mels, [peak, right]))
    filters[0] = 0
    return filters


def reference(clip, layer):
    """Decibels (frames, bins) of one clip without padding, frame by frame."""
    window = np.hanning(layer.window + 1)[:-1]
    powers = []
    for begin in range(0, len(clip), layer.step):
        frame = np.zeros(layer.window)
        piece = clip[begin : begin + layer.window]
        frame[: len(piece)] = piece
        powers.append(np.abs(np.fft.rfft(frame * window, layer.fft_length)) ** 2)
    power = np.stack(powers)
    power = power @ mel_filters(layer) if layer.kind == "mel" else power
    decibels = 10 * np.log10(np.maximum(power[:, : layer.bins], 1e-10))
    return np.maximum(decibels, decibels.max() - 80)


@pytest.fixture
def clips(rng):
    """Three clips of 205, 96 and 7 samples; a tone in noise."""
    mask = np.arange(205) < np.array([205, 96, 7])[:, None]
    waves = np.sin(np.arange(205) * 0.7) + 0.1 * rng.normal(size=(3, 205))
    return {"x": (0.3 * waves * mask).astype("float32"), "x_mask": mask}


def listen(layer):
    return lambda batch: layer(batch["x"], mask=batch["x_mask"])


def spoilt(batch, value):
    """The batch with `value` in its masked samples."""
    return {**batch, "x": np.where(batch["x_mask"], batch["x"], np.float32(value))}


@pytest.mark.parametrize(
    "settings",
    [{}, {"kind": "linear", "max_frequency": 300.0}, {"trim_decibels": 3.0}],
)
def test_checks(settings, clips, tmp_path):
    make = partial(LogSpectrogram, **SMALL, **settings)
    layer = check_layer(make, clips["x"], mask=clips["x_mask"], tmp_path=tmp_path)
    check_masking(listen(layer), clips)
    check_batching(listen(layer), clips)
    for value in (99.0, np.nan):
        assert_close(listen(layer)(spoilt(clips, value)), listen(layer)(clips))


@pytest.mark.parametrize("kind", ["mel", "linear"])
def test_matches_reference(kind, clips):
    layer = LogSpectrogram(kind, **SMALL)
    frames, mask = arrays(listen(layer)(clips))
    assert frames.shape == (3, 21, layer.bins)
    assert mask.sum(axis=1).tolist() == [21, 10, 1]
    for row, samples in enumerate([205, 96, 7]):
        expected = reference(clips["x"][row, :samples], layer)
        assert_close(frames[row, : len(expected)], expected, 1e-4)
        assert np.all(frames[row, len(expected) :] == 0)


@pytest.mark.parametrize("more", [1, 9, 10, 333])
def test_padding_changes_nothing(more, clips):
    layer = LogSpectrogram(**SMALL)
    expected, _ = arrays(listen(layer)(clips))
    wave = np.pad(clips["x"], [(0, 0), (0, more)], constant_values=5.0)
    mask = np.pad(clips["x_mask"], [(0, 0), (0, more)])
    frames, frame_mask = arrays(layer(wave, mask=mask))
    assert_close(frames[:, :21], expected, 1e-4)
    assert np.all(frames[:, 21:] == 0)
    assert frame_mask.sum(axis=1).tolist() == [21, 10, 1]


def test_no_mask_and_a_last_axis(clips):
    layer = LogSpectrogram(**SMALL)
    frames, mask = arrays(layer(clips["x"][:1]))
    assert mask.all()
    assert_close(arrays(listen(layer)(clips))[0][:1], frames)
    assert_close(layer(clips["x"][:1, :, None])[0], frames)


def test_loudest_value_is_that_of_the_clip(clips):
    layer = LogSpectrogram(**SMALL)
    loud = np.concatenate([clips["x"], 1e6 * clips["x"][:1]])
    mask = np.concatenate([clips["x_mask"], clips["x_mask"][:1]])
    assert_close(layer(loud, mask=mask)[0][:3], layer(clips["x"], clips["x_mask"])[0])


def test_floor_is_80_decibels_down():
    wave = np.zeros((1, 200), "float32")
    wave[0, :100] = np.sin(np.arange(100))
    frames = arrays(LogSpectrogram(**SMALL)(wave)[0])
    assert frames.max() - frames.min() == pytest.approx(80)


def test_silence_and_nothing_stay_finite():
    layer = LogSpectrogram(**SMALL, trim_decibels=20.0)
    observed = np.array([[True], [False]]) * np.ones((2, 50), bool)
    frames, mask = arrays(layer(np.zeros((2, 50), "float32"), mask=observed))
    assert_finite(frames)
    assert_close(frames[0], np.full((5, 5), -100.0))
    assert mask.tolist() == [[True] * 5, [False] * 5]


def test_values_that_are_not_finite_are_zeros(clips):
    layer, broken, zeroed = LogSpectrogram(**SMALL), clips["x"], clips["x"].copy()
    zeroed[0, 50:53] = 0
    expected = layer(zeroed)
    broken[0, 50:53] = [np.nan, np.inf, -np.inf]
    assert_close(layer(broken), expected)


@pytest.mark.parametrize("kind", ["mel", "linear"])
def test_a_tone_is_in_its_bin(kind):
    layer = LogSpectrogram(kind, num_bins=64)
    tone = np.sin(2 * np.pi * 1000 * np.arange(8000) / 16000).astype("float32")
    loudest = arrays(layer(tone[None])[0])[0, 10].argmax()
    mel = 1127 * np.log1p(np.array([20, 1000, 8000]) / 700)
    filters = np.round((mel[1] - mel[0]) / (mel[2] - mel[0]) * 65 - 1)
    assert loudest == {"mel": filters, "linear": 1000 * 512 / 16000}[kind]


def test_time_dim_crops(clips):
    short, whole = LogSpectrogram(**SMALL, time_dim=6), LogSpectrogram(**SMALL)
    frames, mask = arrays(listen(short)(clips))
    assert_close(frames, arrays(listen(whole)(clips)[0])[:, :6])
    assert mask.sum(axis=1).tolist() == [6, 6, 1]
    endless = LogSpectrogram(**SMALL, time_dim=None)
    assert endless(np.zeros((1, 9000), "float32"))[0].shape == (1, 900, 5)
    assert whole(np.zeros((1, 9000), "float32"))[0].shape == (1, 750, 5)


def test_trim_moves_the_loud_frames_to_the_front(rng):
    loud = rng.normal(size=(1, 100)).astype("float32")
    quiet = 1e-3 * rng.normal(size=(1, 100)).astype("float32")
    clip = np.concatenate([quiet, loud, quiet, loud, quiet], axis=1)
    layer = LogSpectrogram(**SMALL, trim_decibels=30.0)
    frames, mask = arrays(layer(clip))
    whole, _ = arrays(LogSpectrogram(**SMALL)(clip))
    energy = 10 * np.log10(np.sum(10 ** (whole[0] / 10), axis=-1))
    (kept,) = np.nonzero(energy >= energy.max() - 30)
    # Frames before and behind the loud parts, samples 100 to 400, are cut.
    assert 0 < kept[0] <= 10 and 36 <= kept[-1] < 40
    length = kept[-1] - kept[0] + 1
    assert mask[0].tolist() == [True] * length + [False] * (50 - length)
    assert_close(frames[0, :length], whole[0, kept[0] : kept[-1] + 1])
    assert np.all(frames[0, length:] == 0)


def test_attributes():
    layer = LogSpectrogram()
    assert layer.raw == LogSpectrogram.raw == "waveform"
    assert layer.bins == 64 and layer.seconds_per_frame == 0.01
    linear = LogSpectrogram("linear", max_frequency=4000.0)
    assert linear.bins == 129 and linear.fft_length == 512


@pytest.mark.parametrize("num_bins", [8, 64, 200])
def test_no_mel_filter_is_empty(num_bins):
    layer = LogSpectrogram(num_bins=num_bins)
    assert np.all(arrays(layer._mel_filters()).sum(axis=0) > 0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "cqt"}, r"`kind` is one of \['linear', 'mel'\], not 'cqt'"),
        ({"step_seconds": 0.0}, "`step_seconds`.*not 0.0"),
        ({"window_seconds": 1e-9}, "`window_seconds`.*not 1e-09"),
        ({"max_frequency": 9000.0}, "`max_frequency`.*9000"),
        ({"min_frequency": 8000.0}, "`min_frequency`.*8000"),
        ({"time_dim": 0}, "`time_dim`.*not 0"),
    ],
)
def test_errors(settings, message):
    with pytest.raises(ValueError, match=message):
        LogSpectrogram(**settings)


def test_stereo_is_refused():
    with pytest.raises(ValueError, match=r"`waveform` has shape \(1, 50, 2\)"):
        LogSpectrogram()(np.zeros((1, 50, 2), "float32"))


@pytest.mark.parametrize("kind", ["mel", "linear"])
def test_a_tone_is_loudest_in_the_bin_of_its_frequency(kind):
    layer = LogSpectrogram(kind, **SMALL)
    assert len(layer.frequencies) == layer.bins
    for place, hertz in list(enumerate(layer.frequencies))[1:-1]:
        tone = np.sin(2 * np.pi * hertz * np.arange(200) / RATE)[None]
        frames, _ = arrays(layer(tone.astype("float32")))
        assert frames[0, 5].argmax() == place
