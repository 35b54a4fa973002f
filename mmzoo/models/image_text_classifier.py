"""The image-text model (OTE): an image encoder and a text encoder, fused."""

import math

from mmzoo.layers.fusion_head import DECISIONS
from mmzoo.layers.image_encoder import ImageEncoder
from mmzoo.layers.sequence_branch import SequenceBranch
from mmzoo.models.fusion_model import FusionModel
from mmzoo.models.registry import register_model

# Cells or words that the token form reads at the most; of a finer grid all cells.
MAX_STEPS = 128


@register_model
def build_image_text_classifier(
    classes,
    image=None,
    text=None,
    fusion="transformer",
    dropout=0.4,
    image_out_dim=64,
    text_out_dim=64,
    classification_hidden_size=20,
    attention_heads=4,
    dim_feed_forward=2048,
    image_options=None,
    text_options=None,
    target=None,
    dtype=None,
):
    """Sentiment from a picture and its words (section 3.2); defaults are Table 4's.

    Args:
        classes: list of names of classes; `None` predicts a score.
        image: what makes the cells of a picture: an `ImageEncoder`, or an int, the
            features of cells that are given ready. `None` leaves the image out.
        text: likewise a `PretrainedText`, a `WordEmbedding` or the width of states.
        fusion: method of `FusionHead`. Defaults to `"transformer"`, the paper's;
            `"tokens"` fuses the cells and words before they are pooled.
        dropout: float. Of the head. Defaults to `0.4`.
        image_out_dim: int. Width of the image's vector. Defaults to `64`.
        text_out_dim: int. Width of the text's vector. Defaults to `64`.
        classification_hidden_size: int. Width of the layer before the logits; late
            fusions are without. Defaults to `20`.
        attention_heads: int. Of the transformer encoder. Defaults to `4`.
        dim_feed_forward: int. Of the transformer encoder. Defaults to `2048`.
        image_options: dict, passed on to the image's `SequenceBranch`.
        text_options: dict, passed on to the text's `SequenceBranch`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        dtype: optional dtype or policy of all that is made here; front ends bring their
            own. Defaults to `None`: that of Keras.

    Returns:
        A `FusionModel`; with one modality its text-only or image-only form.

    Example:
    ```python
    words = mmzoo.layers.WordEmbedding(["good", "bad"])
    model = mmzoo.build_image_text_classifier(
        ["negative", "positive"], mmzoo.layers.ImageEncoder(width=0.25), words
    )
    ```
    """
    pooling = {"pooling": "none"} if fusion == "tokens" else {}
    pooling["dtype"] = dtype
    seen = {"output_dim": image_out_dim} | pooling | (image_options or {})
    read = {"output_dim": text_out_dim} | pooling | (text_options or {})
    transformer = {"num_heads": attention_heads, "feed_forward_dim": dim_feed_forward}
    if isinstance(image, ImageEncoder):
        transformer["max_steps"] = max(MAX_STEPS, math.prod(image.grid))
    return FusionModel.from_ends(
        {"image": image, "text": text},
        {
            "image": lambda: SequenceBranch(**seen, name="image"),
            "text": lambda: SequenceBranch(**read, name="text"),
        },
        classes,
        target,
        fusion=fusion,
        dropout=dropout,
        dtype=dtype,
        fusion_options={
            "hidden_size": None if fusion in DECISIONS else classification_hidden_size,
            "transformer": transformer,
        },
    )
