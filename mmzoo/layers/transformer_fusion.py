"""Fuse modalities with transformer encoder blocks (section 3.2.3)."""

import keras
from keras import ops

from mmzoo.layers.attention_pooling import AttentionPooling
from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.modality_tokens import ModalityTokens, as_sequence, steps_of
from mmzoo.ops.masking import masked_mean, zero_masked
from mmzoo.ops.precision import wide_dtype

CHOICES = {"form": ["vector", "tokens"], "pooling": ["attention", "mean"]}


@keras.saving.register_keras_serializable(package="mmzoo")
class TransformerFusion(keras.layers.Layer):
    """Fuse the vectors or sequences of several modalities by self-attention.

    `"vector"` is the paper's form: its encoder layer "operates on the concatenated
    vector". We read that as one token, as wide as the vectors together. Attention over
    one token is trivial, its weight is 1: what is left is a projection and a perceptron
    with residuals and layer normalisation, and no attention to draw. PyTorch's encoder
    layer, fed such vectors as they are, `(batch, features)`, takes the batch for one
    sequence, and its samples attend to each other. That we do not reproduce.

    `"tokens"` is ours: every vector is a token, and every step of a sequence
    (`ModalityTokens`); all attend to each other and are pooled. To reduce and classify
    the outcome is left to a head. KerasHub's block, unlike PyTorch's, drops nothing
    inside the perceptron.

    Masking: masked tokens are attended to by none and are not pooled. In `"vector"` a
    missing modality is zeros. A sample with nothing observed stays finite: zeros in
    `"tokens"`, in `"vector"` what the blocks make of zeros.

    Args:
        form: `"vector"` or `"tokens"`. Defaults to `"vector"`.
        num_layers: int. Encoder blocks, one after the other. Defaults to `1`.
        num_heads: int. Divides the width of a token. Defaults to `4`, Table 4's.
        feed_forward_dim: int. Of the perceptron. Defaults to `2048`, Table 4's.
        dropout: float. Of the attention and of the perceptron's output. Defaults to
            `0.4`, Table 4's.
        hidden_dim: int. Width of a token of `"tokens"`. Defaults to `64`.
        pooling: `"attention"` or `"mean"`, over `"tokens"`. Defaults to `"attention"`.
        max_steps: int. Steps of a sequence at the most. Defaults to `128`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: list of float tensors `(batch, features)`, or for `"tokens"` also
            `(batch, timesteps, features)`, one a modality, always in the same order.
        mask: optional list of boolean tensors `(batch,)` or `(batch, timesteps)`, True
            = observed; any of them may be `None`.
        training: bool. Whether dropout is active.
        return_attention: bool. Whether the weights of the pooling are returned too.

    Returns:
        Float tensor `(batch, output_dim)`; with `return_attention`, also the weights,
        a list of `(batch, timesteps)`, `(batch, 1)` for a vector, which sum to 1 over
        all modalities; `None` without attention pooling.

    Example:
    ```python
    fusion = mmzoo.layers.TransformerFusion("tokens", hidden_dim=32)
    inputs = [keras.ops.ones((2, 64, 16)), keras.ops.ones((2, 300))]
    vector, weights = fusion(inputs, return_attention=True)
    vector.shape, weights[0].shape, weights[1].shape  # (2, 32), (2, 64), (2, 1)
    ```

    Reference:
        - Sections 3.2.3 and 5.2.2 of the audio-text and image-text paper
        - [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762)
    """

    def __init__(
        self,
        form="vector",
        num_layers=1,
        num_heads=4,
        feed_forward_dim=2048,
        dropout=0.4,
        hidden_dim=64,
        pooling="attention",
        max_steps=128,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.form = form
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.feed_forward_dim = feed_forward_dim
        self.dropout = dropout
        self.hidden_dim = hidden_dim
        self.pooling = pooling
        self.max_steps = max_steps
        self.supports_masking = True
        self._check()
        self.encoders = [self._encoder(index) for index in range(num_layers)]
        # Of `"vector"` known once it is built.
        self.output_dim = hidden_dim if form == "tokens" else None
        self.tokens = self.attention = None
        named = {"dtype": self.dtype_policy}
        if form == "tokens":
            self.tokens = ModalityTokens(hidden_dim, max_steps, name="tokens", **named)
        if form == "tokens" and pooling == "attention":
            self.attention = AttentionPooling(hidden_dim, name="attention", **named)

    def _check(self):
        for name, known in CHOICES.items():
            if (value := getattr(self, name)) not in known:
                raise ValueError(f"`{name}` is one of {known}, not {value!r}.")
        for name in ("num_layers", "num_heads"):
            if (value := getattr(self, name)) < 1:
                raise ValueError(f"`{name}` is at least 1, not {value}.")

    def _encoder(self, index):
        import keras_hub

        return keras_hub.layers.TransformerEncoder(
            self.feed_forward_dim,
            self.num_heads,
            dropout=self.dropout,
            dtype=self.dtype_policy,
            name=f"encoder_{index}",
        )

    def build(self, input_shape):
        if self.form == "vector":
            sequences = [tuple(shape) for shape in input_shape if len(shape) != 2]
            if sequences:
                raise ValueError(
                    f'`form="vector"` fuses vectors, not {sequences}: pool them first, '
                    'or take `form="tokens"`.'
                )
            self.output_dim = sum(shape[-1] for shape in input_shape)
        if self.output_dim % self.num_heads:
            raise ValueError(
                f"`num_heads={self.num_heads}` does not divide the width of a token, "
                f"{self.output_dim}."
            )
        if self.tokens is not None:
            self.tokens.build(input_shape)
        for part in (*self.encoders, *filter(None, [self.attention])):
            part.build((None, None, self.output_dim))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None, training=None, return_attention=False):
        if self.tokens is None:
            fused, weights = self._fuse_vectors(inputs, mask, training), None
        else:
            fused, weights = self._fuse_tokens(inputs, mask, training)
        return (fused, weights) if return_attention else fused

    def _fuse_vectors(self, inputs, mask, training):
        masks = mask if mask is not None else [None] * len(inputs)
        shown = [
            zero_masked(*as_sequence(vector, there))
            for vector, there in zip(inputs, masks, strict=True)
        ]
        # (batch, 1, output_dim)
        token = ops.concatenate(shown, axis=-1)
        there = ops.ones_like(token[..., 0], dtype="bool")
        return self._encode(token, there, training)[:, 0]

    def _fuse_tokens(self, inputs, mask, training):
        tokens, mask = self.tokens(inputs, mask=mask)
        tokens = self._encode(tokens, mask, training)
        if self.attention is None:
            return masked_mean(tokens, mask), None
        fused, weights = self.attention(tokens, mask=mask, return_attention=True)
        found, begin = [], 0
        for each in inputs:
            end = begin + steps_of(each)
            found.append(weights[:, begin:end])
            begin = end
        return fused, found

    def _encode(self, tokens, mask, training):
        # An empty token, masked: Keras warns of a softmax over a single one.
        tokens = ops.pad(tokens, [[0, 0], [0, 1], [0, 0]])
        # Where nothing is observed, all is attended to: a softmax over none is NaN.
        nothing = ops.logical_not(ops.any(mask, axis=1, keepdims=True))
        mask = ops.logical_or(ops.pad(mask, [[0, 0], [0, 1]]), nothing)
        for encoder in self.encoders:
            tokens = encoder(tokens, padding_mask=mask, training=training)
        return tokens[:, :-1]

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(
        self, inputs, mask=None, training=None, return_attention=False
    ):
        batch, dtype = inputs[0].shape[0], self.compute_dtype
        fused, weights = keras.KerasTensor((batch, self.output_dim), dtype), None
        if self.attention is not None:
            shapes = [(batch, steps_of(each)) for each in inputs]
            wide = wide_dtype(dtype)
            weights = [keras.KerasTensor(shape, wide) for shape in shapes]
        return (fused, weights) if return_attention else fused

    def get_config(self):
        names = ["form", "num_layers", "num_heads", "feed_forward_dim", "dropout"]
        names += ["hidden_dim", "pooling", "max_steps"]
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
