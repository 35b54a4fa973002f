"""A CLIP of KerasHub from a preset, and which presets hold one."""

import importlib
import pathlib
import re


def is_clip(preset):
    """Whether a preset holds a CLIP, without loading it.

    Args:
        preset: name of a KerasHub preset, or a folder that holds one.

    Returns:
        A bool.
    """
    config = pathlib.Path(preset, "config.json")
    if config.is_file():
        # What cannot be read is refused by whoever loads it.
        content = config.read_text(encoding="utf-8", errors="replace")
        return (
            re.search(r'"registered_name": "[^"]*>CLIPBackbone"', content) is not None
        )
    # KerasHub takes seconds to import.
    if "clip" not in str(preset):
        return False
    import keras_hub

    return str(preset) in keras_hub.models.CLIPBackbone.presets


def check_tokenizer():
    """Refuse where KerasHub cannot make its tokenizer of CLIP.

    Those of other models need no TensorFlow. That of CLIP reads its vocabulary from
    where only its form for TensorFlow has put it (KerasHub 0.32).

    Raises:
        ImportError: saying what to install.
    """
    try:
        importlib.import_module("tensorflow_text")
    except ImportError as error:
        raise ImportError(
            "KerasHub's tokenizer of CLIP needs TensorFlow, on every backend: "
            "`pip install tensorflow-text`."
        ) from error


def load_clip(preset, part):
    """Load a CLIP, and what prepares the input of one of its halves.

    Args:
        preset: name of a KerasHub preset, or a folder that holds one.
        part: `"tokenizer"` or `"image_converter"`.

    Returns:
        A `keras_hub.models.CLIPBackbone`, and its `CLIPTokenizer` or
        `CLIPImageConverter`.

    Raises:
        ValueError: if there is no such preset, or no CLIP in it.
        ImportError: see `check_tokenizer`.
    """
    import keras_hub

    if part == "tokenizer":
        check_tokenizer()

    kinds = {
        "tokenizer": keras_hub.tokenizers.CLIPTokenizer,
        "image_converter": keras_hub.layers.CLIPImageConverter,
    }
    try:
        backbone = keras_hub.models.CLIPBackbone.from_preset(str(preset))
        return backbone, kinds[part].from_preset(str(preset))
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise ValueError(
            f"`preset={str(preset)!r}` holds no CLIP that KerasHub loads ({reason}). "
            'Give the name of one of its presets, such as "clip_vit_base_patch32", or '
            f"a folder with config.json, weights and {part}.json."
        ) from error
