"""CoMN after its abstract: words and regions guide each other over several hops."""

import keras
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.co_memory import CoMemory
from mmzoo.layers.sequence_encoder import SequenceEncoder
from mmzoo.models.registry import register_model
from mmzoo.models.vector_fusion_model import VectorFusionModel
from mmzoo.ops.masking import masked_mean, zero_masked

__all__ = ["CoMemoryNetwork", "build_co_memory_network"]

# The cells of a picture have no order in which an LSTM would read them.
UNORDERED = ("image", "scene")
FUSIONS = ("concat", "stack")


@keras.saving.register_keras_serializable(package="mmzoo")
class CoMemoryNetwork(VectorFusionModel):
    """Let words and picture regions guide each other hop by hop, after CoMN's abstract.

    CoMN's abstract names a co-memory network that "iteratively" models the interactions
    of visual contents and textual words; its equations and code were not at hand. Here
    a bidirectional LSTM makes the states of the words and a dense layer those of the
    regions, and `CoMemory` reads both for several hops: what was found in one guides
    the attention to the other. The last queries side by side give the answer.

    Any other modality is read as the words are. The words are guided by all other
    memories and each of these by the words; without words all guide all others, and a
    lone memory is guided by what it found itself. With `scene` the picture as a whole
    is a memory beside its regions, and with `fusion="stack"` the queries are pooled:
    both are for MVAN, see `build_multi_view_attention_network`.

    Masking: each modality has its own steps and its own mask. A modality that is
    missing from a sample is a query of zeros and guides nobody.

    Differs from the paper: it follows the abstract alone. The update is a GRU, that of
    the same authors' MIMN; form and widths of all else are ours or MIMN's, too.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, since queries have no steps. Defaults to `"sequence"`.
        hops: int. How often each memory is read. Defaults to `6`.
        units: int. Width of the LSTM in each direction; memories are twice as wide.
            Defaults to `100`.
        scene: bool. Whether the mean of a picture's regions, behind a dense layer of
            its own, is a memory too. A modality `"scene"`, such as features of a scene
            network, takes its place. Defaults to `False`.
        fusion: `"concat"` answers from the queries side by side; `"stack"` lets one
            dense layer read each, and answers from mean and maximum over them. Defaults
            to `"concat"`.
        hidden_dim: optional int. Width of a dense layer with ReLU, with `"concat"`
            before the answer, else of the one that reads each query. Defaults to
            `None`: there is none before the answer, and a query stays as wide.
        dropout: float. Of what the LSTM reads and of what the answer is made of.
            Defaults to `0.5`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality, each
        with its own steps; of a picture its regions.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`.

    Example:
    ```python
    model = mmzoo.models.CoMemoryNetwork({"image": 64, "text": 300}, hops=2, units=16)
    ones = keras.ops.ones
    model({"image": ones((2, 49, 64)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Xu et al., 2018](https://doi.org/10.1145/3209978.3210093), the abstract
        - [Xu et al., 2019](https://doi.org/10.1609/aaai.v33i01.3301371), MIMN
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        hops=6,
        units=100,
        scene=False,
        fusion="concat",
        hidden_dim=None,
        dropout=0.5,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        if fusion not in FUSIONS:
            raise ValueError(f"`fusion` is one of {list(FUSIONS)}, not {fusion!r}.")
        self.hops = hops
        self.units = units
        self.scene = scene
        self.fusion = fusion
        self.hidden_dim = hidden_dim
        self.dropout = dropout
        self.embed_with({name: self._reader(name) for name in self.input_dims})
        # The names of the memories, in their order.
        self.names = list(self.input_dims)
        self.scene_reader = None
        if scene and "image" in self.names and "scene" not in self.names:
            self.names.append("scene")
            self.scene_reader = self._dense("scene_reader", self.input_dims["image"])
        self._make_answer()
        self.built = True

    def _reader(self, name):
        """What makes the states `(batch, steps, 2 * units)` of a modality."""
        named = {"dtype": self.dtype_policy, "name": f"{name}_reader"}
        if name in UNORDERED:
            return keras.layers.Dense(2 * self.units, **named)
        return SequenceEncoder(
            self.units, bidirectional=True, dropout=self.dropout, **named
        )

    def _dense(self, name, features, width=None, activation=None):
        layer = keras.layers.Dense(
            width or 2 * self.units, activation, dtype=self.dtype_policy, name=name
        )
        layer.build((None, None, features))
        return layer

    def _make_answer(self):
        width, count = 2 * self.units, len(self.names)
        named = {"dtype": self.dtype_policy}
        self.co_memory = CoMemory(
            self.hops, _guides_of(self.names), name="co_memory", **named
        )
        self.co_memory.build([(None, None, width)] * count)
        stacked = self.fusion == "stack"
        self.stack_layer, fused = None, count * width
        if stacked:
            fused = 2 * (self.hidden_dim or width)
            self.stack_layer = self._dense("stack_layer", width, fused // 2, "relu")
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            self.dropout,
            None if stacked else self.hidden_dim,
            name="answer_head",
            **named,
        )
        self.answer_head.build((None, fused))

    def memories(self, inputs, training=None):
        """The states that are read, and where they were observed.

        Args:
            inputs: dict, a batch of frames and their masks.
            training: bool. Whether dropout is active.

        Returns:
            List of float tensors `(batch, timesteps, 2 * units)`, one a memory, and of
            bool tensors `(batch, timesteps)`.
        """
        frames, masks = self.modality_concat.apart(inputs, aligned=False)
        found, observed = [], list(masks.values())
        for name, reader in self.embeddings.items():
            if name in UNORDERED:
                states = reader(frames[name])
            else:
                states, _ = reader(frames[name], mask=masks[name], training=training)
            found.append(states)
        if self.scene_reader is not None:
            whole = masked_mean(frames["image"], masks["image"])
            found.append(self.scene_reader(whole[:, None]))
            observed.append(ops.any(masks["image"], axis=1, keepdims=True))
        return found, observed

    def vectors(self, inputs, training=None):
        """The last query of each memory, and which samples have that.

        Args:
            inputs: dict, a batch of frames and their masks.
            training: bool. Whether dropout is active.

        Returns:
            List of float tensors `(batch, 2 * units)`, and of bool tensors `(batch,)`,
            in the order of `names`.
        """
        states, masks = self.memories(inputs, training)
        queries = self.co_memory(states, mask=masks)
        return queries, [ops.any(mask, axis=1) for mask in masks]

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        fused = self._fuse(*self.vectors(inputs, training))
        return {self.target: self.answer_head(fused, training=training)}

    def _fuse(self, vectors, present):
        """One vector of the queries, and of who has them."""
        if self.stack_layer is None:
            return ops.concatenate(vectors, axis=-1)
        there = ops.stack(present, axis=1)
        # (batch, memories, features); a ReLU leaves nothing below the missing zeros.
        read = zero_masked(self.stack_layer(ops.stack(vectors, axis=1)), there)
        return ops.concatenate(
            [masked_mean(read, there), ops.max(read, axis=1)], axis=-1
        )

    def attend(self, inputs):
        """Where the last hop looks in each modality.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict from modality to weights `(batch, timesteps)`.
        """
        states, masks = self.memories(self.featurize(inputs))
        _, looks = self.co_memory(states, mask=masks, return_attention=True)
        return {
            name: each[:, -1]
            for name, each in zip(self.names, looks, strict=True)
            if name in self.input_dims
        }

    def get_config(self):
        names = ["hops", "units", "scene", "fusion", "hidden_dim", "dropout"]
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _guides_of(names):
    """What guides each memory: the words the others, and the others the words.

    Args:
        names: list of str, the names of the memories.

    Returns:
        As `CoMemory` takes it; `None`, by all others, where there are no words.
    """
    if "text" not in names or len(names) == 1:
        return None
    text = names.index("text")
    others = [place for place in range(len(names)) if place != text]
    return [others if place == text else [text] for place in range(len(names))]


@register_model(made_for=("image",))
def build_co_memory_network(input_dims, **options) -> CoMemoryNetwork:
    """Let words and picture regions guide each other hop by hop, after CoMN's abstract.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `CoMemoryNetwork`.

    Returns:
        A `CoMemoryNetwork`.

    Example:
    ```python
    ends = {
        "image": mmzoo.layers.ImageEncoder(width=0.25),
        "text": mmzoo.layers.WordEmbedding(["good", "bad"]),
    }
    model = mmzoo.build_co_memory_network(ends, classes=["negative", "positive"])
    ```
    """
    return CoMemoryNetwork(input_dims, **options)
