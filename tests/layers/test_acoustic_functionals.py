import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.layers import AcousticFunctionals, LogSpectrogram
from mmzoo.ops import acoustic_functionals
from mmzoo.training import FrontEnds
from tests.checks import arrays, check_layer


def small(dtype=None, **options):
    spectrogram = LogSpectrogram(num_bins=8, sample_rate=2000, dtype=dtype)
    return AcousticFunctionals(spectrogram, dtype=dtype, **options)


def test_checks(rng, tmp_path):
    waveform = rng.uniform(-0.5, 0.5, (2, 600)).astype("float32")
    mask = np.arange(600) < np.array([600, 300])[:, None]
    check_layer(small, waveform, mask=mask, tmp_path=tmp_path)


def test_are_those_of_the_spectrogram(rng):
    layer, waveform = small(), rng.uniform(-0.5, 0.5, (3, 900)).astype("float32")
    mask = np.arange(900) < np.array([900, 300, 0])[:, None]
    found, there = map(arrays, layer(waveform, mask=mask))
    expected = arrays(acoustic_functionals(*layer.spectrogram(waveform, mask=mask)))
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-4)
    assert found.shape == (3, 1, layer.features)
    assert there.tolist() == [[True], [True], [False]] and not found[2].any()
    longer = np.pad(waveform, [(0, 0), (0, 700)])
    padded = arrays(layer(longer, mask=np.pad(mask, [(0, 0), (0, 700)]))[0])
    np.testing.assert_allclose(padded, found, atol=2e-3)


def test_config_is_kept():
    layer = small(speaker_normalization=True)
    again = AcousticFunctionals.from_config(layer.get_config())
    assert again.features == layer.features and again.speaker_normalization
    assert again.sample_rate == 2000
    spec = layer.compute_output_spec(keras.KerasTensor((4, 900)))
    assert [tuple(each.shape) for each in spec] == [(4, 1, layer.features), (4, 1)]


def test_decibels_are_not_standardised_first():
    with pytest.raises(ValueError, match="give it to `AcousticFunctionals` itself"):
        AcousticFunctionals(LogSpectrogram(speaker_normalization=True))


def test_a_model_reads_them_and_is_loaded(rng, tmp_path):
    model = mmzoo.build_audio_text_classifier(
        {"audio": small()}, classes=["a", "b"], audio_encoder="dense", channels=8
    )
    waveform = rng.uniform(-0.5, 0.5, 1200)
    found = mmzoo.predict(model, audio=waveform)["probabilities"]
    model.save(tmp_path / "model.keras")
    again = mmzoo.predict(mmzoo.load(tmp_path / "model.keras"), audio=waveform)
    assert again["probabilities"] == pytest.approx(found, abs=1e-5)
    with pytest.raises(ValueError, match="does not read functionals: take one of"):
        mmzoo.build_audio_text_classifier({"audio": small()}, classes=["a", "b"])


@pytest.mark.one_backend
def test_front_ends_make_them():
    clips = mmzoo.data.sample_clips(clips_per_speaker=3)
    ends = FrontEnds(spectrogram="functionals", bins=8, speaker_normalization=True)
    found = ends.prepare(clips, ["audio"])
    rows = found.train.sequences["audio"]
    assert set(rows.lengths) == {1} and rows.features == 5 * (8 + 43) + 1
    assert found.provenance["speaker_normalized"] == ["audio"]
    own = np.array(found.train.groups) == found.train.groups[0]
    values = rows.frames[own]
    np.testing.assert_allclose(values.mean(axis=0), 0.0, atol=1e-4)
