"""HSAN after its abstract: what a picture shows guides the attention over the words."""

import keras
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.attention_pooling import AttentionPooling
from mmzoo.layers.sequence_encoder import SequenceEncoder
from mmzoo.models.registry import register_model
from mmzoo.models.vector_fusion_model import VectorFusionModel
from mmzoo.ops.masking import masked_mean, zero_masked

__all__ = ["HierarchicalSemanticNetwork", "build_hierarchical_semantic_network"]


@keras.saving.register_keras_serializable(package="mmzoo")
class HierarchicalSemanticNetwork(VectorFusionModel):
    """Let what a picture shows guide the attention over the words, after HSAN.

    HSAN's abstract tells of a hierarchical semantic attentional network that reads the
    text of a tweet beside a caption, written by another network, of its picture; its
    equations and code were not at hand. Here a bidirectional LSTM reads the words,
    h_t, and the caption's words are a context, s = tanh(W_s mean(x) + b_s):

    u_t = w . tanh(W h_t + V s + b),    a = softmax(u),    r = sum_t a_t h_t,

    and r and s side by side give the answer. Without a caption the cells of the picture
    are such a context, as is any other modality.

    Masking: padding has no weight. A modality that is missing from a sample is zeros,
    as a context and in the answer.

    Differs from the paper: it follows the abstract alone; sentences are no level of
    their own, since a tweet has one as a rule.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them, such as `"text"` and `"image"` or `"caption"`.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, the only one. Defaults to `"sequence"`.
        units: int. Width of the LSTM in each direction. Defaults to `64`.
        context_dim: int. Width of each context. Defaults to `64`.
        dropout: float. Of what the LSTM reads and of what the answer is made of.
            Defaults to `0.5`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality, each
        with its own steps.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`.

    Example:
    ```python
    dims = {"image": 64, "text": 300}
    model = mmzoo.models.HierarchicalSemanticNetwork(dims, units=16)
    ones = keras.ops.ones
    model({"image": ones((2, 49, 64)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Xu, 2017](https://doi.org/10.1109/ISI.2017.8004895), the abstract
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        context_dim=64,
        dropout=0.5,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        self.units = units
        self.context_dim = context_dim
        self.dropout = dropout
        # Where there are no words, the first modality is what is attended to.
        self.read = "text" if "text" in self.input_dims else next(iter(self.input_dims))
        named = {"dtype": self.dtype_policy}
        self.embed_with({name: self._reader(name) for name in self.input_dims})
        states, context = 2 * units, context_dim * (len(self.input_dims) - 1)
        self.attention = AttentionPooling(states, name="attention", **named)
        shapes = [(None, None, states), (None, context) if context else None]
        self.attention.build(*shapes)
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            dropout,
            name="answer_head",
            **named,
        )
        self.answer_head.build((None, states + context))
        self.built = True

    def _reader(self, name):
        """What reads the words, and what makes a context of any other modality."""
        named = {"dtype": self.dtype_policy, "name": f"{name}_reader"}
        if name == self.read:
            return SequenceEncoder(
                self.units, bidirectional=True, dropout=self.dropout, **named
            )
        return keras.layers.Dense(self.context_dim, "tanh", **named)

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        vectors, _ = self.vectors(inputs, training)
        joined = ops.concatenate(vectors, axis=-1)
        return {self.target: self.answer_head(joined, training=training)}

    def vectors(self, inputs, training=None):
        """The vector of each modality, and which samples have it.

        Args:
            inputs: dict, a batch of frames and their masks.
            training: bool. Whether dropout is active.

        Returns:
            List of float tensors, of what is read and then of the contexts, and of
            bool tensors `(batch,)`.
        """
        vectors, present, _ = self._look(inputs, training)
        return vectors, present

    def _look(self, inputs, training=None):
        """What is found in the words `(batch, 2 * units)` and the contexts, and where.

        Beside them stands which samples have each, and the weights of the words.
        """
        frames, masks = self.modality_concat.apart(inputs, aligned=False)
        others = [name for name in self.input_dims if name != self.read]
        present = [ops.any(masks[name], axis=1) for name in (self.read, *others)]
        means = {name: masked_mean(frames[name], masks[name]) for name in others}
        # Zeros where there is no context.
        contexts = [
            zero_masked(self.embeddings[name](mean), there)
            for (name, mean), there in zip(means.items(), present[1:], strict=True)
        ]
        mask, reader = masks[self.read], self.embeddings[self.read]
        states, _ = reader(frames[self.read], mask=mask, training=training)
        guide = {"context": ops.concatenate(contexts, axis=-1)} if contexts else {}
        found, weights = self.attention(
            states, mask=mask, return_attention=True, **guide
        )
        return [found, *contexts], present, weights

    def attend(self, inputs):
        """Where the words are looked at, beside the contexts of this batch.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict from the modality that is read to weights `(batch, timesteps)`.
        """
        return {self.read: self._look(self.featurize(inputs))[-1]}

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "context_dim": self.context_dim,
            "dropout": self.dropout,
        }


@register_model(made_for=("image",))
def build_hierarchical_semantic_network(
    input_dims, **options
) -> HierarchicalSemanticNetwork:
    """Let what a picture shows guide the attention over the words, after HSAN.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `HierarchicalSemanticNetwork`.

    Returns:
        A `HierarchicalSemanticNetwork`.

    Example:
    ```python
    ends = {
        "image": mmzoo.layers.ImageEncoder(width=0.25),
        "text": mmzoo.layers.WordEmbedding(["good", "bad"]),
    }
    model = mmzoo.build_hierarchical_semantic_network(ends, classes=["sad", "glad"])
    ```
    """
    return HierarchicalSemanticNetwork(input_dims, **options)
