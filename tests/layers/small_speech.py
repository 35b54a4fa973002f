"""Tiny untrained recognisers of speech of KerasHub."""

WIDTH = 4
KINDS = ("whisper", "moonshine")


def small_whisper():
    """A Whisper of one layer that reads a second, and its converter."""
    import keras_hub

    sizes = {"num_layers": 1, "num_heads": 2, "hidden_dim": WIDTH}
    backbone = keras_hub.models.WhisperBackbone(
        vocabulary_size=9,
        intermediate_dim=8,
        max_encoder_sequence_length=100,
        max_decoder_sequence_length=4,
        **sizes,
    )
    return backbone, keras_hub.layers.WhisperAudioConverter(max_audio_length=1)


def small_moonshine(**options):
    """A Moonshine of one layer, and its converter."""
    import keras_hub

    sizes = {"encoder_num_layers": 1, "decoder_num_layers": 1}
    sizes |= {"encoder_num_heads": 1, "decoder_num_heads": 1}
    backbone = keras_hub.models.MoonshineBackbone(
        vocabulary_size=9,
        filter_dim=WIDTH,
        hidden_dim=WIDTH,
        intermediate_dim=8,
        **sizes,
    )
    return backbone, keras_hub.layers.MoonshineAudioConverter(**options)


def save_speech(folder, kind="moonshine"):
    """Save one as KerasHub does; the folder as text."""
    make = {"whisper": small_whisper, "moonshine": small_moonshine}[kind]
    for part in make():
        part.save_to_preset(str(folder))
    return str(folder)
