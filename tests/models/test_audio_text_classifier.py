import numpy as np
import pytest

import mmzoo
from mmzoo.layers import (
    LogSpectrogram,
    PretrainedSpeech,
    RawAudioFrames,
    SequenceBranch,
    SpectrogramBranch,
    WordEmbedding,
)
from tests.checks import arrays, assert_close, check_saving, check_training
from tests.layers.small_speech import save_speech

CLASSES = ["sad", "happy"]
SMALL = {"channels": 8, "text_dim": 6}


def small_classifier(**options):
    ends = {
        "audio": LogSpectrogram(num_bins=16, sample_rate=2000),
        "text": WordEmbedding(["good", "bad"], 4),
    }
    options = {"classes": CLASSES, **SMALL, **options}
    return mmzoo.build_audio_text_classifier(ends, **options)


@pytest.fixture
def clips(rng):
    mask = np.arange(900) < np.array([900, 500])[:, None]
    waveform = rng.normal(size=(2, 900)).astype("float32") * mask
    tokens = np.array([[2, 3, 1], [3, 0, 0]], "int32")
    return {
        "waveform": waveform,
        "waveform_mask": mask,
        "tokens": tokens,
        "tokens_mask": tokens > 0,
    }


def test_answers_from_raw_clips_and_is_saved_whole(clips, tmp_path):
    model = small_classifier()
    assert model.source == ["audio", "text"]
    assert model.reads == ["audio", "tokens"]
    check_saving(model, clips, tmp_path)


def test_a_clip_alone_and_padded_gives_the_same(clips):
    model = small_classifier()
    together = arrays(model(clips)["emotion"])
    alone = {key: each[1:, :500] for key, each in clips.items() if "wave" in key}
    alone |= {key: each[1:, :1] for key, each in clips.items() if "tok" in key}
    assert_close(model(alone)["emotion"], together[1:], 1e-4)


def test_defaults_are_those_of_table_3():
    model = mmzoo.build_audio_text_classifier({"audio": 16, "text": 4})
    audio, text = model.branches["audio"], model.branches["text"]
    assert isinstance(audio, SpectrogramBranch) and isinstance(text, SequenceBranch)
    assert (audio.channels, audio.scale, audio.time_dim) == (256, 0.3, 750)
    assert (text.output_dim, model.dropout, model.fusion) == (256, 0.4, "concat")
    assert not model.front_ends


def test_what_has_places_reaches_the_branches(clips):
    places = {"audio_pooling": "mixed_regions", "time_dim": 64}
    places |= {"text_pooling": "flatten", "text_steps": 5, "text_activation": "linear"}
    model = small_classifier(**places, audio_normalization="full", scale=0.7)
    audio, text = model.branches["audio"], model.branches["text"]
    assert (audio.pooling, audio.normalization) == ("mixed_regions", "full")
    # 64 frames are 8 regions.
    assert audio.attention.mixing.units == 8 and audio.attention.scale == 0.7
    assert (text.pooling, text.max_steps, text.activation) == ("flatten", 5, "linear")
    assert arrays(model.attend(clips))["audio"].shape == (2, 8)
    targets = {"emotion": np.array([0, 1], "int32")}
    check_training(model, clips, targets, below=0.8, steps=8)


@pytest.mark.one_backend
def test_states_of_a_speech_encoder_have_heads_of_their_own(tmp_path):
    ends = {"audio": PretrainedSpeech.from_preset(save_speech(tmp_path))}
    for network in ("small", "raw", "ecapa"):
        with pytest.raises(ValueError, match=f"'{network}'` does not read the states"):
            mmzoo.build_audio_text_classifier(ends, audio_encoder=network)
    for head in ("attention", "dense", "mean"):
        model = mmzoo.build_audio_text_classifier(ends, audio_encoder=head, channels=8)
        assert model.branches["audio"].pooling == head
    assert not [layer.name for layer in model._flatten_layers() if not layer.built]
    with pytest.raises(ValueError, match="`audio_pooling='mean'` is of spectrograms"):
        mmzoo.build_audio_text_classifier(
            ends, audio_encoder="dense", audio_pooling="mean"
        )


def test_one_modality(clips):
    words = WordEmbedding(["good", "bad"], 4)
    model = mmzoo.build_audio_text_classifier({"text": words}, **SMALL)
    assert model.source == ["text"]
    with pytest.raises(ValueError, match="this model reads audio or text"):
        mmzoo.build_audio_text_classifier({"image": 3})


def test_options_reach_the_branches():
    model = mmzoo.build_audio_text_classifier(
        {"audio": 5, "text": 4}, audio_encoder="mean", text_pooling="first"
    )
    assert model.branches["audio"].pooling == "mean"
    assert model.branches["text"].pooling == "first"
    assert model.target == "sentiment"


@pytest.mark.parametrize("audio_encoder", ["x_vector", "ecapa"])
def test_networks_of_speaker_recognition(audio_encoder, clips):
    model = small_classifier(
        audio_encoder=audio_encoder, width=0.01, augment=False, dropout=0.0
    )
    frames = arrays(model.featurize(clips))
    batch = {key: frames[key] for key in ("audio", "audio_mask")}
    batch |= {key: clips[key] for key in ("tokens", "tokens_mask")}
    targets = {"emotion": np.array([0, 1], "int32")}
    check_training(model, batch, targets, below=0.8, steps=8)


def sign_classifier(front_end, encoder):
    """A classifier of sounds alone, and its error on pulses up and pulses down."""
    model = mmzoo.build_audio_text_classifier(
        {"audio": front_end},
        classes=CLASSES,
        audio_encoder=encoder,
        channels=8,
        width=0.25,
        augment=False,
        dropout=0.0,
        seed=0,
    )
    pulses = np.zeros((2, 1920), "float32")
    pulses[:, ::64] = [[1.0], [-1.0]]
    batch, labels = {"waveform": pulses}, np.array([0, 1], "int32")
    model.compile("adam")
    model.optimizer.learning_rate = 0.01
    for _ in range(30):
        model.train_on_batch(batch, labels)
    return model, np.ptp(arrays(model(batch)["emotion"])[:, 0])


def test_samples_tell_what_a_spectrogram_cannot(tmp_path):
    # Power is the same upside down.
    raw, apart = sign_classifier(RawAudioFrames(), "raw")
    assert apart > 1.0
    assert sign_classifier(LogSpectrogram(num_bins=16), "small")[1] < 0.01
    raw.save(tmp_path / "model.keras")
    samples = np.sin(np.arange(2000.0))
    told, again = (
        mmzoo.predict(each, audio=samples)["probabilities"]["sad"]
        for each in (raw, mmzoo.load(tmp_path / "model.keras"))
    )
    assert told == pytest.approx(again, abs=1e-5)


@pytest.mark.parametrize(
    ("front_end", "encoder", "message"),
    [
        (LogSpectrogram(), "raw", "'raw'` reads samples: take `RawAudioFrames`"),
        (RawAudioFrames(), "small", "'small'` reads no samples"),
        (RawAudioFrames(), "mean", "'mean'` reads no samples"),
    ],
)
def test_samples_and_spectrograms_have_networks_of_their_own(
    front_end, encoder, message
):
    with pytest.raises(ValueError, match=message):
        mmzoo.build_audio_text_classifier(
            {"audio": front_end}, classes=CLASSES, audio_encoder=encoder
        )
