"""A tiny untrained CLIP of KerasHub."""

import string

import pytest

LETTERS = string.ascii_lowercase
SIDE, POSITIONS, WIDTH = 16, 9, 6


def small_tokenizer():
    """Each letter is a token, of its own kind where a word ends."""
    pytest.importorskip("tensorflow_text", reason="CLIP's tokenizer needs TensorFlow")
    import keras_hub

    # The last token of a text has the largest id, as in CLIP's own vocabulary.
    names = [*"!?", *LETTERS, *(f"{letter}</w>" for letter in LETTERS)]
    # KerasHub's tokenizer needs a merge.
    names += ["qu", "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {name: number for number, name in enumerate(names)}
    return keras_hub.tokenizers.CLIPTokenizer(vocabulary, ["q u"])


def small_clip():
    """A CLIP of one layer a half, and vectors of six numbers."""
    import keras_hub

    hub = keras_hub.models
    sizes = {"hidden_dim": 4, "num_layers": 1, "num_heads": 2, "intermediate_dim": 8}
    return hub.CLIPBackbone(
        hub.CLIPVisionEncoder(patch_size=8, image_shape=(SIDE, SIDE, 3), **sizes),
        hub.CLIPTextEncoder(
            vocabulary_size=2 * len(LETTERS) + 5,
            embedding_dim=4,
            max_sequence_length=POSITIONS,
            **sizes,
        ),
        projection_dim=WIDTH,
    )


def save_clip(folder, scale=0.01, offset=(-1.0, 0.0, 1.0)):
    """Save one as KerasHub does; the CLIP."""
    import keras_hub

    clip = small_clip()
    clip.save_to_preset(str(folder))
    small_tokenizer().save_to_preset(str(folder))
    keras_hub.layers.CLIPImageConverter(
        image_size=(SIDE, SIDE), scale=scale, offset=offset
    ).save_to_preset(str(folder))
    return clip
