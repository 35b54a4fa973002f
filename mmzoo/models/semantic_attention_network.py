"""MultiSentiNet: what a picture shows steers the attention over its words."""

import keras
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.attention_pooling import AttentionPooling
from mmzoo.layers.sequence_encoder import SequenceEncoder
from mmzoo.models.registry import register_model
from mmzoo.models.vector_fusion_model import VectorFusionModel
from mmzoo.ops.masking import masked_mean, zero_masked

__all__ = ["SemanticAttentionNetwork", "build_semantic_attention_network"]


@keras.saving.register_keras_serializable(package="mmzoo")
class SemanticAttentionNetwork(VectorFusionModel):
    """Let what a picture shows steer the attention over its words (MultiSentiNet).

    A dense layer with ReLU makes a vector o of the picture's objects, and another a
    vector s of its scene; an LSTM makes the states h of the words. They are pooled by

        alpha = softmax(u tanh(W h + V [o; s] + b)),    r = sum of alpha h,

    and a dense layer reads o, r and s side by side. The objects are the mean of the
    regions in `"image"`, the scene that of `"scene"`, such as features of a scene
    network. Without the latter it is the network with objects only. Any other modality
    than the text steers, too, by a vector of its own.

    Masking: each modality has its own steps and its own mask. A modality that is
    missing from a sample is a vector of zeros, which steers nothing.

    Differs from the paper: padding has no weight, which it has in the authors' code;
    a picture's features are those of one network, and there is no scene network.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, since vectors have no steps. Defaults to `"sequence"`.
        units: int. Width of the LSTM, of each vector and of the dense layer before the
            answer. Defaults to `128`.
        dropout: float. Of what the LSTM reads and of what the answer is made of.
            Defaults to `0.0`, as in the paper.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality, each
        with its own steps; of a picture its regions.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`.

    Example:
    ```python
    dims = {"image": 64, "text": 300}
    model = mmzoo.models.SemanticAttentionNetwork(dims, units=16)
    ones = keras.ops.ones
    model({"image": ones((2, 49, 64)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Xu and Mao, 2017](https://doi.org/10.1145/3132847.3133142), and the authors'
          code, xunan0812/MultiSentiNet
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=128,
        dropout=0.0,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        self.units = units
        self.dropout = dropout
        named = {"dtype": self.dtype_policy}
        self.embed_with(
            {
                name: SequenceEncoder(
                    units, dropout=dropout, name="text_reader", **named
                )
                if name == "text"
                else keras.layers.Dense(units, "relu", name=f"{name}_vector", **named)
                for name in self.input_dims
            }
        )
        self.pooling = None
        if "text" in self.input_dims:
            steering = units * (len(self.input_dims) - 1)
            self.pooling = AttentionPooling(units, name="pooling", **named)
            self.pooling.build(
                (None, None, units), (None, steering) if steering else None
            )
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            dropout,
            units,
            name="answer_head",
            **named,
        )
        self.answer_head.build((None, units * len(self.input_dims)))
        self.built = True

    def call(self, inputs, training=None):
        vectors, _ = self.vectors(self.featurize(inputs, training), training)
        joined = ops.concatenate(vectors, axis=-1)
        return {self.target: self.answer_head(joined, training=training)}

    def vectors(self, inputs, training=None):
        vectors, present, _ = self._read(inputs, training)
        return vectors, present

    def _read(self, inputs, training=None):
        """A vector of each modality, who has it, and the weights of the words."""
        frames, masks = self.modality_concat.apart(inputs, aligned=False)
        present = {name: ops.any(mask, axis=1) for name, mask in masks.items()}
        found, weights = {}, None
        for name, embedding in self.embeddings.items():
            read, mask = frames[name], masks[name]
            if name == "text":
                found[name], _ = embedding(read, mask=mask, training=training)
            else:
                vector = embedding(masked_mean(read, mask))
                found[name] = zero_masked(vector, present[name])
        if self.pooling is not None:
            steering = [each for name, each in found.items() if name != "text"]
            found["text"], weights = self.pooling(
                found["text"],
                mask=masks["text"],
                context=ops.concatenate(steering, axis=-1) if steering else None,
                return_attention=True,
            )
        return list(found.values()), list(present.values()), weights

    def attend(self, inputs):
        """How much each word counts.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict with the weights `(batch, words)` of `"text"`; empty without text.
        """
        _, _, weights = self._read(self.featurize(inputs))
        return {} if weights is None else {"text": weights}

    def get_config(self):
        return {**super().get_config(), "units": self.units, "dropout": self.dropout}


@register_model(made_for=("image",))
def build_semantic_attention_network(input_dims, **options) -> SemanticAttentionNetwork:
    """Let what a picture shows steer the attention over its words (MultiSentiNet).

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `SemanticAttentionNetwork`.

    Returns:
        A `SemanticAttentionNetwork`.

    Example:
    ```python
    ends = {
        "image": mmzoo.layers.ImageEncoder(width=0.25),
        "text": mmzoo.layers.WordEmbedding(["good", "bad"]),
    }
    model = mmzoo.build_semantic_attention_network(ends, units=16)
    ```
    """
    return SemanticAttentionNetwork(input_dims, **options)
