"""Rewrite each modality by attention to the others, whatever steps these have."""

import math

import keras
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model
from mmzoo.ops.masking import last_observed, masked_mean, zero_masked
from mmzoo.ops.precision import wide_dtype

__all__ = [
    "CrossmodalEncoder",
    "CrossmodalTransformer",
    "build_crossmodal_transformer",
]


class _CrossmodalBlock(keras.layers.Layer):
    """`Z + MHA(LN(Z), LN(S))`, then `Z + FFN(LN(Z))`; Z attends to itself without S.

    The residual stream and the attention are float32 under any policy; the perceptron
    has the policy of the layer.
    """

    def __init__(self, num_heads, dropout, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.num_heads = num_heads
        self.dropout = dropout
        self.residual_dropout = keras.layers.Dropout(
            dropout, dtype=wide_dtype(self.variable_dtype), name="residual_dropout"
        )

    def build(self, features):
        wide = wide_dtype(self.variable_dtype)
        # As in the paper's equations, there are no biases: that of a key would cancel.
        self.attention = keras.layers.MultiHeadAttention(
            self.num_heads,
            features // self.num_heads,
            dropout=self.dropout,
            use_bias=False,
            dtype=wide,
            name="attention",
        )
        self.attention.build(*[(None, None, features)] * 2)
        self.attention_norm, self.perceptron_norm = (
            keras.layers.LayerNormalization(epsilon=1e-5, dtype=wide, name=name)
            for name in ("attention_norm", "perceptron_norm")
        )
        self.hidden = keras.layers.Dense(
            4 * features, "relu", dtype=self.dtype_policy, name="hidden"
        )
        self.output_layer = keras.layers.Dense(
            features, dtype=self.dtype_policy, name="output_layer"
        )
        for layer in (self.attention_norm, self.perceptron_norm, self.hidden):
            layer.build((None, None, features))
        self.output_layer.build((None, None, 4 * features))
        self.built = True

    def call(self, states, source, mask, training=None):
        query = self.attention_norm(states)
        source = query if source is None else self.attention_norm(source)
        attended, weights = self._attend(query, source, mask, training)
        states = states + self.residual_dropout(attended, training=training)
        hidden = self.hidden(self.perceptron_norm(states))
        hidden = self.residual_dropout(hidden, training=training)
        change = self.residual_dropout(self.output_layer(hidden), training=training)
        return states + ops.cast(change, states.dtype), weights

    def _attend(self, query, source, mask, training):
        """What is added to the states, and the weights averaged over the heads."""
        # A softmax over no step would be NaN, and Keras warns of one over a single
        # step: a step of zeros follows, which is attended to where there is no other.
        nothing = ops.logical_not(ops.any(mask, axis=1, keepdims=True))
        # (batch, 1, source_steps + 1)
        keys = ops.concatenate([mask, nothing], axis=1)[:, None, :]
        attended, weights = self.attention(
            query,
            ops.pad(source, [[0, 0], [0, 1], [0, 0]]),
            attention_mask=keys,
            return_attention_scores=True,
            training=training,
        )
        return attended, ops.mean(weights, axis=1)[..., :-1]


@keras.saving.register_keras_serializable(package="mmzoo")
class CrossmodalEncoder(keras.layers.Layer):
    """Transformer blocks in which a sequence attends to another one, or to itself.

    Both sequences are scaled by the root of their width and get sinusoidal positions.
    In each block, with layer normalisation LN before each part,
    `Z = Z + softmax(Q K / sqrt(d)) V` with `Q = LN(Z) W_Q`, `K = LN(S) W_K`,
    `V = LN(S) W_V`, and `Z = Z + FFN(LN(Z))`. The source S is the same in each block;
    without one, S is Z. Positions, attention and sums are float32 under any policy.

    Masking: takes the mask of each sequence. A masked step of the source is attended to
    by none, a masked step of the target is zeros. Where nothing of the source was
    observed, nothing is added to the target by attention.

    Args:
        num_layers: int. How many blocks. Defaults to `2`.
        num_heads: int. Divides the width of the sequences. Defaults to `5`.
        dropout: float. Of the embedded sequences, of the attention's weights and of
            each part's output, in training. Defaults to `0.1`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        target: float tensor `(batch, target_steps, features)`.
        source: optional float tensor `(batch, source_steps, features)`, as wide.
        target_mask: optional boolean tensor `(batch, target_steps)`, True = observed.
        source_mask: optional boolean tensor `(batch, source_steps)`.
        training: bool. Whether dropout is active.
        return_attention: bool. Whether the weights are returned too.

    Returns:
        Float32 tensor `(batch, target_steps, features)`; with `return_attention`, also
        the weights of the last block, averaged over its heads, `(batch, target_steps,
        source_steps)`.

    Example:
    ```python
    encoder = mmzoo.models.CrossmodalEncoder(num_layers=1, num_heads=2)
    text, audio = keras.ops.ones((2, 9, 8)), keras.ops.ones((2, 40, 8))
    encoder(text, audio).shape  # (2, 9, 8)
    ```

    Reference:
        - [Tsai et al., 2019](https://arxiv.org/abs/1906.00295), section 3
        - [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762)
    """

    def __init__(self, num_layers=2, num_heads=5, dropout=0.1, **kwargs):
        super().__init__(autocast=False, **kwargs)
        for name, value in (("num_layers", num_layers), ("num_heads", num_heads)):
            if value < 1:
                raise ValueError(f"`{name}` is at least 1, not {value}.")
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.dropout = dropout
        self.supports_masking = True
        self.wide = wide_dtype(self.variable_dtype)
        self.input_dropout = keras.layers.Dropout(
            dropout, dtype=self.wide, name="input_dropout"
        )
        self.blocks = [
            _CrossmodalBlock(
                num_heads, dropout, dtype=self.dtype_policy, name=f"block_{index}"
            )
            for index in range(num_layers)
        ]
        self.output_norm = keras.layers.LayerNormalization(
            epsilon=1e-5, dtype=self.wide, name="output_norm"
        )

    def build(self, target_shape, *shapes, **named_shapes):
        features = target_shape[-1]
        if features % self.num_heads:
            raise ValueError(
                f"`num_heads={self.num_heads}` does not divide the width of the "
                f"sequences, {features}."
            )
        for block in self.blocks:
            block.build(features)
        self.output_norm.build((None, None, features))
        keep_frozen(self)
        self.built = True

    def call(
        self,
        target,
        source=None,
        target_mask=None,
        source_mask=None,
        training=None,
        return_attention=False,
    ):
        states, mask = self._embed(target, target_mask, training)
        if source is not None:
            source, mask = self._embed(source, source_mask, training)
        for block in self.blocks:
            states, weights = block(states, source, mask, training=training)
        states = zero_masked(self.output_norm(states), target_mask)
        return (states, weights) if return_attention else states

    def _embed(self, sequence, mask, training):
        """Scaled steps with their positions, and their mask."""
        if mask is None:
            mask = ops.ones_like(sequence[..., 0], dtype="bool")
        sequence = zero_masked(ops.cast(sequence, self.wide), mask)
        features = sequence.shape[-1]
        steps = math.sqrt(features) * sequence
        steps = steps + _sinusoids(ops.shape(sequence)[1], features, self.wide)
        return self.input_dropout(steps, training=training), ops.cast(mask, "bool")

    def compute_mask(self, *args, **kwargs):
        return None

    def compute_output_spec(
        self,
        target,
        source=None,
        target_mask=None,
        source_mask=None,
        training=None,
        return_attention=False,
    ):
        states = keras.KerasTensor(target.shape, dtype=self.wide)
        if not return_attention:
            return states
        steps = (target if source is None else source).shape[1]
        shape = (*target.shape[:2], steps)
        return states, keras.KerasTensor(shape, dtype=self.wide)

    def get_config(self):
        return {
            **super().get_config(),
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "dropout": self.dropout,
        }


def _sinusoids(steps, features, dtype):
    """Positions `(steps, features)`: the sines, then the cosines, of each frequency."""
    half = (features + 1) // 2
    frequencies = ops.exp(ops.arange(half, dtype=dtype) * -(math.log(1e4) / half))
    angles = ops.arange(steps, dtype=dtype)[:, None] * frequencies[None, :]
    return ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)[:, :features]


@keras.saving.register_keras_serializable(package="mmzoo")
class CrossmodalTransformer(MultimodalModel):
    """Rewrite each modality by attention to each other one, then summarise it.

    MulT. A convolution brings every modality to one width. For each target modality,
    one `CrossmodalEncoder` a source lets its steps attend to the source's; what these
    give is put side by side and read by an encoder of self-attention, whose last
    observed step stands for the modality. A residual perceptron on the steps of all
    modalities leads to the answer. The modalities need no alignment: nothing but
    attention relates their steps. With one modality there is self-attention alone.

    Masking: masked steps are attended to by none and are no last step. A modality that
    is missing from a sample adds nothing to the others and is zeros itself.

    Differs from the paper: the last step is the last observed one, where the authors'
    code reads padding; no step is hidden from another, where that code hides later
    ones; one dropout serves all parts; frames are standardised on the training split.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, since the modalities share no steps. Defaults to
            `"sequence"`.
        hidden_dim: int. Width of every modality. Defaults to `30`.
        num_layers: int. Blocks of each encoder. Defaults to `2`.
        num_heads: int. Divides `hidden_dim`. Defaults to `5`.
        kernel_size: int. Steps that the convolution reads. Defaults to `1`.
        dropout: float. Defaults to `0.1`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality, each
        with its own steps.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.models.CrossmodalTransformer(dims, num_layers=1)
    ones = keras.ops.ones
    model({"audio": ones((2, 40, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Tsai et al., 2019](https://arxiv.org/abs/1906.00295)
    """

    answers_per = ("sequence",)

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        hidden_dim=30,
        num_layers=2,
        num_heads=5,
        kernel_size=1,
        dropout=0.1,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        self.hidden_dim = hidden_dim
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.kernel_size = kernel_size
        self.dropout = dropout
        named = {"dtype": self.dtype_policy}
        self.modality_concat = ModalityConcat(
            self.input_dims, name="modality_concat", **named
        )
        self.projections = {
            name: keras.layers.Conv1D(
                hidden_dim,
                kernel_size,
                padding="same",
                use_bias=False,
                name=f"{name}_projection",
                **named,
            )
            for name in self.input_dims
        }
        for projection in self.projections.values():
            # Masks are handed on by hand; Keras would warn of the one that it attaches.
            projection.supports_masking = True
        self.encoders = {
            f"{target}_from_{source}": self._encoder(f"{target}_from_{source}")
            for target in self.input_dims
            for source in self.input_dims
            if source != target
        }
        self.memories = {name: self._encoder(f"{name}_memory") for name in self.source}
        wide = wide_dtype(self.variable_dtype)
        # The steps of all modalities, each beside what it took from each other one.
        width = hidden_dim * len(self.input_dims) * max(len(self.input_dims) - 1, 1)
        self.residual_hidden = keras.layers.Dense(
            width, "relu", dtype=wide, name="residual_hidden"
        )
        self.residual_dropout = keras.layers.Dropout(
            dropout, dtype=wide, name="residual_dropout"
        )
        self.residual = keras.layers.Dense(width, dtype=wide, name="residual")
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None, name="answer_head", **named
        )
        self._build_parts(width)
        self.built = True

    def _encoder(self, name):
        return CrossmodalEncoder(
            self.num_layers,
            self.num_heads,
            self.dropout,
            dtype=self.dtype_policy,
            name=name,
        )

    def _build_parts(self, width):
        for name, projection in self.projections.items():
            projection.build((None, None, self.input_dims[name]))
        for encoder in self.encoders.values():
            encoder.build((None, None, self.hidden_dim))
        for memory in self.memories.values():
            others = max(len(self.input_dims) - 1, 1)
            memory.build((None, None, self.hidden_dim * others))
        for layer in (self.residual_hidden, self.residual, self.answer_head):
            layer.build((None, width))

    @property
    def joined_steps(self):
        """None: each modality has steps of its own."""
        return []

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def call(self, inputs, training=None):
        sequences, masks = self._project(self.featurize(inputs, training))
        last = []
        for target in self.source:
            states, _ = self._look_around(target, sequences, masks, training)
            states = self.memories[target](
                states, target_mask=masks[target], training=training
            )
            last.append(last_observed(states, masks[target]))
        # (batch, modalities * sources * hidden_dim)
        vector = ops.concatenate(last, axis=-1)
        changed = self.residual_hidden(vector)
        changed = self.residual_dropout(changed, training=training)
        vector = vector + self.residual(changed)
        return {self.target: self.answer_head(vector, training=training)}

    def _project(self, inputs):
        """The sequence of each modality in `hidden_dim` features, and its mask."""
        frames, masks = self.modality_concat.apart(inputs, aligned=False)
        sequences = {
            name: projection(frames[name])
            for name, projection in self.projections.items()
        }
        return sequences, masks

    def _look_around(self, target, sequences, masks, training=None):
        """A target's steps as each source rewrites them, and the weights by source."""
        others = [name for name in self.source if name != target]
        if not others:
            return sequences[target], {}
        found, weights = [], {}
        for source in others:
            states, weights[source] = self.encoders[f"{target}_from_{source}"](
                sequences[target],
                sequences[source],
                target_mask=masks[target],
                source_mask=masks[source],
                training=training,
                return_attention=True,
            )
            found.append(states)
        return ops.concatenate(found, axis=-1), weights

    def attend(self, inputs):
        """How much the other modalities look at each step of a modality.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict from modality to weights `(batch, timesteps)`: the attention of the
            last blocks, averaged over the observed steps of every other modality. They
            sum to 1 where both were observed. Empty for a model of one modality.
        """
        sequences, masks = self._project(self.featurize(inputs))
        found = {}
        for target in self.source:
            _, weights = self._look_around(target, sequences, masks)
            for source, each in weights.items():
                # (batch, source_steps)
                found.setdefault(source, []).append(masked_mean(each, masks[target]))
        return {name: sum(each) / len(each) for name, each in sorted(found.items())}

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_dim": self.hidden_dim,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "kernel_size": self.kernel_size,
            "dropout": self.dropout,
        }


@register_model
def build_crossmodal_transformer(input_dims, **options) -> CrossmodalTransformer:
    """Rewrite each modality by attention to the others, whatever steps these have.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `CrossmodalTransformer`.

    Returns:
        A `CrossmodalTransformer`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74, "video": 47}
    model = mmzoo.build_crossmodal_transformer(dims, num_layers=5)
    ```
    """
    return CrossmodalTransformer(input_dims, **options)
