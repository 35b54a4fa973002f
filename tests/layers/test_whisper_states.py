import keras_hub
import numpy as np
import pytest

from mmzoo.layers import WhisperStates
from tests.checks import arrays, assert_close, compiled
from tests.layers.small_speech import WIDTH, small_whisper

# Numbers of all backends: test_pretrained_speech.py.
pytestmark = pytest.mark.one_backend


@pytest.fixture
def second(rng):
    """Two clips of a second, of which one ends before it."""
    samples = 0.1 * rng.normal(size=(2, 16000)).astype("float32")
    samples[1, 9000:] = 0.0
    return samples


def test_spectrogram_is_that_of_the_converter(second):
    layer = WhisperStates.from_backbone(*small_whisper())
    read = compiled(layer.log_mel)
    frames = arrays(read(second))
    assert frames.shape == (2, 100, 80) and frames.dtype == "float32"
    assert_close(frames, layer.converter(second), 1e-4)
    silence = arrays(read(np.zeros_like(second)))
    assert_close(silence, np.full_like(silence, -1.5))


def test_states_are_those_of_the_backbone(second):
    backbone, converter = small_whisper()
    layer = WhisperStates.from_backbone(backbone, converter)
    given = {
        "encoder_features": arrays(converter(second)),
        "decoder_token_ids": np.zeros((2, 1), "int32"),
        "decoder_padding_mask": np.ones((2, 1), "int32"),
    }
    states = compiled(lambda samples: layer(samples, None))(second)
    expected = compiled(lambda given: backbone(given))(given)
    assert states.shape == (2, 50, WIDTH)
    assert_close(states, expected["encoder_sequence_output"], 1e-4)
    # Nothing of what writes is kept.
    assert len(layer.weights) == 4 + 1 + 15 + 2


def test_sinusoids_never_learn():
    layer = WhisperStates.from_backbone(*small_whisper())
    layer.let_learn(True)
    (still,) = layer.non_trainable_weights
    assert still is layer.positions.weights[0]


def test_a_state_for_what_begins():
    layer = WhisperStates.from_backbone(*small_whisper())
    lengths = (0, 1, 320, 321, 16000)
    assert [layer.steps(length) for length in lengths] == [0, 1, 1, 2, 50]
    assert layer.read_at_once(5) == layer.longest == 16000


def test_the_converter_of_another_preset():
    backbone, _ = small_whisper()
    other = keras_hub.layers.WhisperAudioConverter(max_audio_length=2)
    with pytest.raises(ValueError, match="gives 200 frames, but the encoder reads 100"):
        WhisperStates.from_backbone(backbone, other)
