"""A BERT of KerasHub in two parts, so that its states can be changed in between."""

from keras import ops

from mmzoo.layers.pretrained_text import ids_and_mask
from mmzoo.ops.masking import zero_masked


def check_bert(backbone):
    """Refuse an encoder whose parts have other names.

    Args:
        backbone: `keras_hub.models.Backbone`.

    Raises:
        ValueError: where it is no `BertBackbone`.
    """
    # KerasHub takes seconds to import.
    import keras_hub

    if not isinstance(backbone, keras_hub.models.BertBackbone):
        raise ValueError(
            f"`backbone` is a {type(backbone).__name__}, and only a `BertBackbone` is "
            "run in parts: give the preset of a BERT."
        )


def lower_part(backbone, inputs, mask=None, training=None, layers=0):
    """The embeddings of a BERT, and the first of its layers.

    Args:
        backbone: `keras_hub.models.BertBackbone`.
        inputs: tokens, as `PretrainedText` takes them.
        mask: optional boolean tensor `(batch, tokens)`, True = a token.
        training: bool. Whether dropout is active, if the backbone learns.
        layers: int. How many layers follow the embeddings. Defaults to `0`.

    Returns:
        States `(batch, tokens, features)`, and the mask.
    """
    ids, mask = ids_and_mask(inputs, mask)
    training = bool(training) and backbone.trainable
    states = backbone.token_embedding(ids)
    positions = backbone.position_embedding(states)
    segments = backbone.segment_embedding(ops.zeros_like(ids))
    states = backbone.embeddings_add((states, positions, segments))
    states = backbone.embeddings_layer_norm(states)
    states = backbone.embeddings_dropout(states, training=training)
    for layer in backbone.transformer_layers[:layers]:
        states = layer(states, padding_mask=mask, training=training)
    return states, mask


def upper_part(backbone, states, mask, training=None, layers=0):
    """The layers of a BERT but for the first.

    Args:
        backbone: `keras_hub.models.BertBackbone`.
        states: float tensor `(batch, tokens, features)`, as `lower_part` gives them.
        mask: boolean tensor `(batch, tokens)`, True = a token.
        training: bool. Whether dropout is active, if the backbone learns.
        layers: int. How many layers `lower_part` has run. Defaults to `0`.

    Returns:
        States `(batch, tokens, features)`, zeros where there is no token.
    """
    training = bool(training) and backbone.trainable
    for layer in backbone.transformer_layers[layers:]:
        states = layer(states, padding_mask=mask, training=training)
    return zero_masked(states, mask)
