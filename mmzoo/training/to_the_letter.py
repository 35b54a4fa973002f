"""The audio-text and the image-text paper's own models, as rows beside the sound ones.

What the paper prints (sections 3.1, 3.2 and 5.2, Tables 3 and 4) and its public code
(GitHub `pablogarciaamolina/MAS-Research`) settle, where mmzoo's defaults do otherwise.
What each letter costs, and what is still otherwise here, says
docs/papers/audio_text_and_image_text.md.
"""

from mmzoo.layers.clip_preset import is_clip
from mmzoo.models.text_front_end import takes_words
from mmzoo.training.control import Control

NAME = "to the letter"
# What the paper reads sound with: Figure 3's network, and a smaller one.
NETWORKS = ("small", "alexnet")
# All places of a text side by side, padding among them.
TEXT = {"text_pooling": "flatten", "text_steps": 60, "text_units": 0}
LETTER = {
    "audio_text_classifier": {
        **TEXT,
        "audio_pooling": "mixed_regions",
        "audio_normalization": "all_channels",
        "audio_deltas": "frequency",
        "augment": False,
        "channels": 256,
        "dropout": 0.4,
        "fusion": "concat",
        "scale": 0.3,
        "text_activation": "linear",
        "text_dim": 256,
        "time_dim": 750,
    },
    "image_text_classifier": {
        **TEXT,
        "dropout": 0.4,
        "feed_forward_dim": 2048,
        "fusion": "transformer",
        "hidden_dim": 20,
        "image_dim": 64,
        "image_pooling": "mean",
        "num_heads": 4,
        "text_dim": 64,
    },
}


def to_the_letter(model, text_encoder=None):
    """The control of a row that is the paper's own model.

    Args:
        model: `"audio_text_classifier"` or `"image_text_classifier"`.
        text_encoder: that of `FrontEnds`. Of a pretrained one the row reads the input
            table alone, as the paper's code does. Defaults to `None`.

    Returns:
        A `Control`.

    Example:
    ```python
    control = mmzoo.training.to_the_letter("audio_text_classifier")
    control.architecture["audio_pooling"]  # "mixed_regions"
    ```
    """
    if model not in LETTER:
        raise ValueError(f"`model` is one of {list(LETTER)}, not {model!r}.")
    pretrained = not takes_words(text_encoder or "embedding")
    return Control(NAME, LETTER[model], text_states="table" if pretrained else None)


def has_letter(text_encoder=None, audio_encoder="small"):
    """Whether the paper's own model can stand beside rows with these encoders.

    Args:
        text_encoder: that of `FrontEnds`. Of a CLIP there is no input table to read.
            Defaults to `None`.
        audio_encoder: that of the audio-text model. Others than the paper's have no
            response normalisation. Defaults to `"small"`.

    Returns:
        A bool.

    Example:
    ```python
    mmzoo.training.has_letter(audio_encoder="ecapa")  # False
    ```
    """
    return audio_encoder in NETWORKS and not (text_encoder and is_clip(text_encoder))
