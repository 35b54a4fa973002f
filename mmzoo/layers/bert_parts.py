"""A BERT of KerasHub in parts: its embeddings, and its lower and upper layers."""

from keras import ops

from mmzoo.layers.pretrained_text import ids_and_mask
from mmzoo.ops.masking import zero_masked


def runs_encoder(front_end):
    """Whether a front end runs the layers of a text encoder.

    Args:
        front_end: layer, or `None`.

    Returns:
        A bool: of a `PretrainedText`, unless it reads the encoder's input table alone.
    """
    return getattr(front_end, "states", None) == "last"


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


def embed(backbone, vectors, segment=0, positions=True, training=None):
    """Vectors as a BERT's first layer reads them, with their segment and position.

    Args:
        backbone: `keras_hub.models.BertBackbone`.
        vectors: float tensor `(batch, tokens, features)`, as wide as its embeddings:
            those of tokens, or whatever stands for them.
        segment: int. Which of the two segments all vectors are of. Defaults to `0`.
        positions: bool. Whether their positions are added, from 0. Defaults to `True`.
        training: bool. Whether dropout is active, if the backbone learns.

    Returns:
        Float tensor `(batch, tokens, features)`, summed, normalised and dropped out.
    """
    numbers = ops.full_like(vectors[..., 0], segment, dtype="int32")
    parts = [vectors, backbone.segment_embedding(numbers)]
    if positions:
        parts.insert(1, backbone.position_embedding(vectors))
    states = backbone.embeddings_layer_norm(backbone.embeddings_add(parts))
    training = bool(training) and backbone.trainable
    return backbone.embeddings_dropout(states, training=training)


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
    states = embed(backbone, backbone.token_embedding(ids), training=training)
    training = bool(training) and backbone.trainable
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
