"""ITIN: regions look at words through a gate, beside the context of each modality."""

import keras
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.attention_pooling import AttentionPooling
from mmzoo.layers.gated_co_attention import GatedCoAttention
from mmzoo.layers.sequence_encoder import SequenceEncoder
from mmzoo.models.registry import register_model
from mmzoo.models.vector_fusion_model import VectorFusionModel
from mmzoo.ops.directions import directions
from mmzoo.ops.masking import masked_mean, zero_masked

__all__ = ["ImageTextInteractionNetwork", "build_image_text_interaction_network"]


@keras.saving.register_keras_serializable(package="mmzoo")
class ImageTextInteractionNetwork(VectorFusionModel):
    """Let regions look at words through a gate, and weigh the contexts of both (ITIN).

    Regions V are a dense layer's, of length 1; words S are the states of a GRU of two
    layers, the mean of its directions. `GatedCoAttention` lets each region look at the
    words, and a pooling with four heads makes the vector F, of length 1. A picture's
    context g is the mean of its regions as they come, and the text's, s, the mean of
    the states of a second such GRU. The answer is

        (1 - c) A(ReLU(W [F; g])) + c A(ReLU(W' [F; s])),        c = 0.8,

    with one last layer A. Any other modality than the text is read as a picture is;
    of several, their F and g stand side by side. Without text there is no F, and
    a context that the model does not read has no part.

    Masking: each modality has its own steps and its own mask. Where a sample lacks the
    text or all else, the context of the other alone answers.

    Differs from the paper: it follows the authors' demo, in which words look at regions
    too, and nothing is made of it. Padding is masked, which it is not there. Regions
    are the cells of a picture, not detected objects, and g is their mean, not that of a
    second network. The widths default to an eighth of the demo's.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, since vectors have no steps. Defaults to `"sequence"`.
        units: int. Width of each GRU in each direction, and of regions and words; the
            demo's is 1024. Defaults to `128`.
        num_layers: int. Of each GRU. Defaults to `2`.
        heads: int. Of the pooling over regions. Defaults to `4`.
        hidden_dim: int. Width of the dense layer in each branch. Defaults to `64`.
        text_share: float. The c of the answer, from 0 to 1. Defaults to `0.8`.
        dropout: float. Of what each layer of a GRU reads. Defaults to `0.25`.
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
    model = mmzoo.models.ImageTextInteractionNetwork(dims, units=16)
    ones = keras.ops.ones
    model({"image": ones((2, 49, 64)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Zhu et al., 2022](https://doi.org/10.1109/TMM.2022.3160060), and the authors'
          demo, zhutong0219/ITIN
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=128,
        num_layers=2,
        heads=4,
        hidden_dim=64,
        text_share=0.8,
        dropout=0.25,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        if not 0.0 <= text_share <= 1.0:
            raise ValueError(f"`text_share` is from 0 to 1, not {text_share}.")
        self.units = units
        self.num_layers = num_layers
        self.heads = heads
        self.hidden_dim = hidden_dim
        self.text_share = text_share
        self.dropout = dropout
        self.viewed = [name for name in self.input_dims if name != "text"]
        self.embed_with(
            {"text": self._gru("context_reader")} if "text" in self.input_dims else {}
        )
        self._make_interaction()
        self._make_branches()
        self.built = True

    def _gru(self, name):
        return SequenceEncoder(
            self.units,
            self.num_layers,
            "gru",
            bidirectional=True,
            dropout=self.dropout,
            dtype=self.dtype_policy,
            name=name,
        )

    def _dense(self, name, features, units, activation=None):
        layer = keras.layers.Dense(
            units, activation, dtype=self.dtype_policy, name=name
        )
        layer.build((None, None, features))
        return layer

    def _make_interaction(self):
        """The parts of F, where there are words to look at and what looks at them."""
        joined = self.viewed if "text" in self.input_dims else []
        self.readers, self.attentions, self.poolings = {}, {}, {}
        width, named = self.units, {"dtype": self.dtype_policy}
        if joined:
            self.readers["text"] = self._gru("text_reader")
            self.readers["text"].build((None, None, self.input_dims["text"]))
        for name in joined:
            self.readers[name] = self._dense(
                f"{name}_reader", self.input_dims[name], width
            )
            attention = GatedCoAttention(name=f"{name}_attention", **named)
            attention.build([(None, None, width)] * 2)
            self.attentions[name] = attention
            pooling = AttentionPooling(
                width, 1.0, self.heads, "relu", name=f"{name}_pooling", **named
            )
            pooling.build((None, None, width))
            self.poolings[name] = pooling

    def _make_branches(self):
        """A dense layer for each context, and the last layer of both."""
        widths = {"image": sum(self.input_dims[name] for name in self.viewed)}
        widths["text"] = self.units if "text" in self.input_dims else 0
        fused = self.units * len(self.attentions)
        self.branches = {
            name: self._dense(f"{name}_branch", fused + width, self.hidden_dim, "relu")
            for name, width in widths.items()
            if width
        }
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            name="answer_head",
            dtype=self.dtype_policy,
        )
        self.answer_head.build((None, self.hidden_dim))

    def call(self, inputs, training=None):
        read = self.modality_concat.apart(
            self.featurize(inputs, training), aligned=False
        )
        fused, _ = self._interact(*read, training)
        vectors, present = self._contexts(*read, training)
        answers, shares = [], []
        for name, branch in self.branches.items():
            own = [(each == "text") == (name == "text") for each in self.input_dims]
            contexts = [vector for vector, at in zip(vectors, own, strict=True) if at]
            hidden = branch(ops.concatenate([*fused, *contexts], axis=-1))
            answers.append(self.answer_head(hidden, training=training))
            there = [has for has, at in zip(present, own, strict=True) if at]
            share = self.text_share if name == "text" else 1.0 - self.text_share
            some = ops.any(ops.stack(there, axis=1), axis=1)
            shares.append(share * ops.cast(some, answers[0].dtype))
        return {self.target: _weighed(answers, shares)}

    def vectors(self, inputs, training=None):
        """The context of each modality, and which samples have it.

        Args:
            inputs: dict, a batch of frames and their masks.
            training: bool. Whether dropout is active.

        Returns:
            List of float tensors `(batch, width)`, of the text the mean of the second
            GRU's states and else of the frames, and of bool tensors `(batch,)`, in the
            order of `input_dims`.
        """
        read = self.modality_concat.apart(inputs, aligned=False)
        return self._contexts(*read, training)

    def _contexts(self, frames, masks, training):
        vectors = []
        for name, mask in masks.items():
            states = frames[name]
            if name == "text":
                states = _states(self.embeddings["text"], states, mask, training)
            vectors.append(masked_mean(states, mask))
        return vectors, [ops.any(mask, axis=1) for mask in masks.values()]

    def interact(self, inputs, training=None):
        """F of each modality but the text, and where it looks.

        Args:
            inputs: dict, a batch of frames and their masks.
            training: bool. Whether dropout is active.

        Returns:
            List of float tensors `(batch, units)`, and a dict from modality to the
            weights of its regions `(batch, regions)`, and under `"text"` a list with
            those of the words `(batch, words)` beside them.
        """
        read = self.modality_concat.apart(inputs, aligned=False)
        return self._interact(*read, training)

    def _interact(self, frames, masks, training):
        if not self.attentions:
            return [], {}
        said = masks["text"]
        words = _states(self.readers["text"], frames["text"], said, training)
        fused, looks = [], {"text": []}
        for name, attention in self.attentions.items():
            mask = masks[name]
            regions = zero_masked(directions(self.readers[name](frames[name])), mask)
            kept, of_words = attention(
                [regions, words],
                mask=[mask, said],
                training=training,
                return_attention=True,
            )
            vector, looks[name] = self.poolings[name](
                kept, mask=mask, return_attention=True
            )
            fused.append(directions(vector))
            looks["text"].append(ops.einsum("br,brw->bw", looks[name], of_words))
        return fused, looks

    def attend(self, inputs):
        """Which regions count in F, and at which words these look.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict from modality to weights `(batch, timesteps)`; empty for one modality.
        """
        _, looks = self.interact(self.featurize(inputs))
        if looks:
            looks["text"] = sum(looks["text"]) / len(self.attentions)
        return looks

    def get_config(self):
        names = ["units", "num_layers", "heads", "hidden_dim", "text_share", "dropout"]
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _states(reader, frames, mask, training):
    """The states of a GRU, the mean of its two directions, `(batch, steps, units)`."""
    states, _ = reader(frames, mask=mask, training=training)
    forward, backward = ops.split(states, 2, axis=-1)
    return (forward + backward) / 2


def _weighed(answers, shares):
    """The mean of answers by how much each counts in a sample; 0 where none does."""
    total = sum(shares)
    found = 0.0
    for answer, share in zip(answers, shares, strict=True):
        weight = share / ops.where(total > 0, total, ops.ones_like(total))
        found = found + (weight[:, None] if len(answer.shape) > 1 else weight) * answer
    return found


@register_model(made_for=("image",))
def build_image_text_interaction_network(
    input_dims, **options
) -> ImageTextInteractionNetwork:
    """Let regions look at words through a gate, and weigh the contexts of both (ITIN).

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `ImageTextInteractionNetwork`.

    Returns:
        An `ImageTextInteractionNetwork`.

    Example:
    ```python
    ends = {
        "image": mmzoo.layers.ImageEncoder(width=0.25),
        "text": mmzoo.layers.WordEmbedding(["good", "bad"]),
    }
    model = mmzoo.build_image_text_interaction_network(ends, units=16)
    ```
    """
    return ImageTextInteractionNetwork(input_dims, **options)
