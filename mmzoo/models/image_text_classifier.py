"""The image-text model (OTE): an image encoder and a text encoder, fused."""

import math

from mmzoo.layers.fusion_head import DECISIONS
from mmzoo.layers.image_encoder import ImageEncoder
from mmzoo.layers.sequence_branch import SequenceBranch
from mmzoo.models.fusion_model import FusionModel, check_modalities
from mmzoo.models.registry import register_model

# Cells or words that the token form reads at the most; of a finer grid all cells.
MAX_STEPS = 128


@register_model(made_for=("image",))
def build_image_text_classifier(
    input_dims,
    *,
    classes=None,
    target=None,
    labels_per="sequence",
    fusion="transformer",
    dropout=0.4,
    image_dim=64,
    image_pooling="attention",
    text_dim=64,
    text_units=0,
    text_pooling="attention",
    text_dropout=0.0,
    text_steps=60,
    text_activation="relu",
    hidden_dim=20,
    num_heads=4,
    feed_forward_dim=2048,
    dtype=None,
):
    """Sentiment from a picture and its words (section 3.2); defaults are Table 4's.

    Args:
        input_dims: dict with `"image"`, `"text"` or both: what makes the cells of a
            picture, an `ImageEncoder`, or the words' vectors, a `PretrainedText` or
            `WordEmbedding`; or an int, the width of cells or vectors given ready.
        classes: optional list of names of classes; `None` answers with a score.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, the only one.
        fusion: method of `FusionHead`. Defaults to `"transformer"`, the paper's;
            `"tokens"` fuses the cells and words before they are pooled.
        dropout: float. Of the head. Defaults to `0.4`.
        image_dim: int. Width of the image's vector, `image_out_dim` of Table 4.
            Defaults to `64`.
        image_pooling: `"attention"`, `"mean"` or `"first"`. Defaults to `"attention"`.
        text_dim: int. Width of the text's vector, `text_out_dim` of Table 4. Defaults
            to `64`.
        text_units: int. Width of a bidirectional LSTM on the text; 0 leaves it out.
            Defaults to `0`.
        text_pooling: `"attention"`, `"convolution"` (Kim's CNN), `"mean"`, `"first"`
            or `"flatten"`, see `SequenceBranch`; not read by the fusion `"tokens"`.
            Defaults to `"attention"`.
        text_dropout: float. Fraction of what the text branch reads and pools that is
            dropped. Defaults to `0.0`.
        text_steps: int. Tokens that `text_pooling="flatten"` reads. Defaults to `60`.
        text_activation: name of the activation behind the text's dense layer. Defaults
            to `"relu"`.
        hidden_dim: int. Width of the layer before the logits,
            `classification_hidden_size` of Table 4; late fusions are without. Defaults
            to `20`.
        num_heads: int. Of the transformer encoder, `attention_heads` of Table 4.
            Defaults to `4`.
        feed_forward_dim: int. Of the transformer encoder, `dim_feed_forward` of Table
            4. Defaults to `2048`.
        dtype: optional dtype or policy of all that is made here; front ends bring their
            own. Defaults to `None`: that of Keras.

    Returns:
        A `FusionModel`; with one modality its text-only or image-only form.

    Example:
    ```python
    ends = {
        "image": mmzoo.layers.ImageEncoder(width=0.25),
        "text": mmzoo.layers.WordEmbedding(["good", "bad"]),
    }
    model = mmzoo.build_image_text_classifier(ends, classes=["negative", "positive"])
    ```
    """
    check_modalities(input_dims, ("image", "text"))
    tokens = fusion == "tokens"
    read = (text_dropout, text_steps, text_activation)
    made = {
        "image": (image_dim, 0, "none" if tokens else image_pooling),
        "text": (text_dim, text_units, "none" if tokens else text_pooling, *read),
    }
    transformer = {"num_heads": num_heads, "feed_forward_dim": feed_forward_dim}
    if isinstance(input_dims.get("image"), ImageEncoder):
        transformer["max_steps"] = max(MAX_STEPS, math.prod(input_dims["image"].grid))
    return FusionModel(
        input_dims,
        {
            name: SequenceBranch(*made[name], dtype=dtype, name=name)
            for name in sorted(input_dims)
        },
        classes,
        target,
        labels_per,
        fusion=fusion,
        dropout=dropout,
        dtype=dtype,
        fusion_options={
            "hidden_size": None if fusion in DECISIONS else hidden_dim,
            "transformer": transformer,
        },
    )
