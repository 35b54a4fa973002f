import numpy as np
import pytest
import soundfile

from mmzoo.data import AudioFile, DataError, audio_file, read_audio
from tests.data.small_clips import (
    claim_bytes,
    claim_flac_samples,
    claim_rate,
    tone,
    write_clip,
)


@pytest.mark.parametrize(
    ("subtype", "step"),
    [("PCM_U8", 2**-7), ("PCM_16", 2**-15), ("PCM_24", 2**-23), ("FLOAT", 0.0)],
)
def test_every_sample_type_is_read(tmp_path, subtype, step):
    path = write_clip(tmp_path / "a.wav", tone(), subtype=subtype)
    samples, found = read_audio(path)
    assert samples.dtype == np.float32
    np.testing.assert_allclose(samples, tone(), rtol=0, atol=step)
    assert found == AudioFile(sample_rate=16000, channels=1)


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 48000, 96000, 44101])
def test_other_rates_are_resampled(tmp_path, rate):
    path = write_clip(tmp_path / "a.wav", tone(rate=rate), rate)
    samples, found = read_audio(str(path))
    assert found.sample_rate == rate
    assert samples.dtype == np.float32
    assert abs(len(samples) - 4800) <= 2
    # The ends of a cut tone ring.
    inner = slice(500, 4000)
    np.testing.assert_allclose(samples[inner], tone()[inner], atol=0.02)


def test_rate_of_the_result_can_be_chosen(tmp_path):
    samples, _ = read_audio(write_clip(tmp_path / "a.wav"), sample_rate=8000)
    assert len(samples) == 2400


def test_channels_are_averaged(tmp_path, rng):
    channels = rng.uniform(-1, 1, (900, 6)).astype("float32")
    path = write_clip(tmp_path / "a.wav", channels, subtype="FLOAT")
    samples, found = read_audio(path)
    np.testing.assert_allclose(samples, channels.mean(axis=1), atol=1e-6)
    assert found.channels == 6


@pytest.mark.parametrize("kind", ["AIFF", "FLAC", "OGG"])
def test_content_counts_not_the_name(tmp_path, kind):
    write_clip(tmp_path / "a.wav", format=kind)
    samples, _ = read_audio(tmp_path / "a.wav")
    assert len(samples) == 4800
    np.testing.assert_allclose(samples[500:4000], tone()[500:4000], atol=0.05)


def test_one_sample_is_enough(tmp_path):
    path = write_clip(tmp_path / "a.wav", np.array([0.25]))
    np.testing.assert_array_equal(read_audio(path)[0], [0.25])


def test_what_is_not_finite_becomes_zero_and_is_counted(tmp_path):
    samples = np.tile(tone(), 2)
    samples[:3], samples[5], samples[9] = np.nan, -np.inf, 1e30
    path = write_clip(tmp_path / "a.wav", samples, subtype="FLOAT")
    read, found = read_audio(path)
    assert (found.nan, found.inf, found.clipped) == (3, 1, 1)
    np.testing.assert_array_equal(read[[0, 1, 2, 5, 9]], [0, 0, 0, 0, 1])
    np.testing.assert_array_equal(read[10:], samples[10:])


def test_a_long_recording_is_read_in_blocks(tmp_path, monkeypatch, rng):
    monkeypatch.setattr("mmzoo.data.audio_file.BLOCK", 64)
    samples = rng.uniform(-1, 1, (1000, 2)).astype("float32")
    for kind in ("wav", "flac"):
        path = write_clip(tmp_path / f"a.{kind}", samples, subtype="PCM_24")
        read, _ = read_audio(path)
        np.testing.assert_allclose(read, samples.mean(axis=1), atol=1e-6)


def test_max_seconds_cuts(tmp_path):
    path = write_clip(tmp_path / "a.wav", tone(rate=48000), 48000)
    assert abs(len(read_audio(path, max_seconds=0.1)[0]) - 1600) <= 1
    with pytest.raises(ValueError, match="`max_seconds` is above 0, not 0"):
        read_audio(path, max_seconds=0)


def test_samples_that_were_never_scaled_are_refused(tmp_path):
    path = write_clip(tmp_path / "a.wav", 32767 * tone(), subtype="FLOAT")
    with pytest.raises(DataError, match=r"a\.wav: \d+% of its samples are outside"):
        read_audio(path)


def test_missing_file_is_refused(tmp_path):
    for place in (tmp_path, tmp_path / "a.wav", tmp_path / ("a" * 300)):
        with pytest.raises(DataError, match="no such file|a folder|File name too long"):
            read_audio(place)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b"To be or not to be. " * 40, "cannot be read as audio .Format not recog"),
        (bytes(4000), "it cannot be read as audio"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path, content, message):
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(DataError, match=rf"a\.wav: .*{message}"):
        read_audio(tmp_path / "a.wav")


@pytest.mark.parametrize(
    ("kind", "left", "message"),
    [
        ("wav", 30, "it cannot be read as audio"),
        ("wav", 44, "it holds no sample"),
        ("wav", 5000, r"it is cut short: it holds 0\.15 of 0\.30 seconds"),
        ("flac", 30, "it cannot be read as audio"),
        ("flac", 1200, "it cannot be read as audio|it is cut short"),
    ],
)
def test_truncated_file_is_refused(tmp_path, kind, left, message):
    path = write_clip(tmp_path / f"a.{kind}")
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(DataError, match=rf"a\.{kind}: ({message})"):
        read_audio(path)


def test_header_that_claims_hours_is_refused_or_cut(tmp_path):
    wav, flac = write_clip(tmp_path / "a.wav"), write_clip(tmp_path / "a.flac")
    wav.write_bytes(claim_bytes(wav.read_bytes(), 0x70000000))
    flac.write_bytes(claim_flac_samples(flac.read_bytes(), 2**35))
    for path in (wav, flac):
        with pytest.raises(DataError, match=r"its header promises [\d.]+ hours"):
            read_audio(path)
        assert len(read_audio(path, max_seconds=0.1)[0]) == 1600


@pytest.mark.parametrize("claimed", [0xFFFFFFFF, 0x7FFFFFFF])
def test_wav_from_a_pipe_is_read(tmp_path, claimed):
    path = write_clip(tmp_path / "a.wav")
    path.write_bytes(claim_bytes(path.read_bytes(), claimed))
    assert len(read_audio(path)[0]) == 4800


def test_flac_from_a_pipe_is_refused(tmp_path):
    path = write_clip(tmp_path / "a.flac")
    path.write_bytes(claim_flac_samples(path.read_bytes(), 0))
    with pytest.raises(DataError, match="its header does not say how long it is"):
        read_audio(path)


def test_recording_without_samples_is_refused(tmp_path):
    path = write_clip(tmp_path / "a.wav", np.zeros(0))
    with pytest.raises(DataError, match="it holds no sample"):
        read_audio(path)


@pytest.mark.parametrize("rate", [1, 2**31 - 1])
def test_absurd_rate_is_refused(tmp_path, rate):
    path = write_clip(tmp_path / "a.wav")
    path.write_bytes(claim_rate(path.read_bytes(), rate))
    with pytest.raises(DataError, match=f"its header says {rate} samples a second"):
        read_audio(path)


def test_bytes_without_a_header_are_refused(tmp_path):
    # libsndfile would take any bytes for a telephone recording by this name.
    (tmp_path / "a.gsm").write_bytes(b"any bytes at all" * 30)
    assert soundfile.SoundFile(tmp_path / "a.gsm").format == "RAW"
    with pytest.raises(DataError, match=r"a\.gsm: \.gsm has no header to check"):
        read_audio(tmp_path / "a.gsm")


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_damaged_bytes_never_do_worse_than_a_data_error(tmp_path, kind, rng):
    whole = write_clip(tmp_path / f"a.{kind}").read_bytes()
    for _ in range(60):
        content = np.frombuffer(whole, "uint8").copy()
        places = rng.integers(0, 60, 3)
        content[places] = rng.integers(0, 256, 3)
        (tmp_path / f"b.{kind}").write_bytes(content.tobytes())
        try:
            samples, _ = read_audio(tmp_path / f"b.{kind}")
        except DataError:
            continue
        assert np.isfinite(samples).all()


def test_more_samples_than_the_memory_holds_are_refused(tmp_path, monkeypatch):
    path = write_clip(tmp_path / "a.flac", np.zeros(96000, "float32"), 96000)
    monkeypatch.setattr(audio_file, "MOST_SAMPLES", 95999)
    with pytest.raises(DataError, match="its header promises 96,000 samples"):
        read_audio(path)
    assert len(read_audio(path, max_seconds=0.5)[0]) == 8000
