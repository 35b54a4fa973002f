"""Soft attention over time (eq. 3-4 of the seq2seq paper)."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.ops.masking import masked_softmax, zero_masked
from mmzoo.ops.precision import wide_dtype, widened


@keras.saving.register_keras_serializable(package="mmzoo")
class AttentionPooling(keras.layers.Layer):
    """Pool a sequence into one vector, with a learned weight a step.

    Eq. 3-4 of the seq2seq paper: one shared vector scores every state,
    `alpha = softmax(W h)`, and the output is the weighted sum of the states. With
    `hidden_dim`, the states pass through `tanh(W h + b)` before they are scored, and
    `scale` (the lambda of the audio-text paper) sharpens or flattens the softmax.

    A `context` steers the attention: `softmax(w tanh(W h + V c + b))`, Bahdanau's
    additive attention, in which the same states weigh otherwise beside another c.
    `keras.layers.AdditiveAttention` projects neither states nor context. A caller that
    asks the same states several times projects them once, by `keys`, and then calls
    `pool`. Of several `heads`, each with a score vector of its own, the weights are the
    mean.

    Masking: takes a mask; masked steps get weight 0. A row with nothing observed gives
    zeros. Returns no mask.

    Args:
        hidden_dim: optional int. Width of a projection before the scores. Defaults
            to `None`: the states are scored as they are.
        scale: float. Factor on the scores before the softmax. Defaults to `1.0`.
        heads: int. How many softmaxes are averaged. Defaults to `1`.
        activation: name of the projection's activation. Defaults to `"tanh"`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        context: optional float tensor `(batch, context_features)`; several vectors
            stand side by side. It needs a `hidden_dim`.
        return_attention: bool. Whether the weights are returned too.

    Returns:
        Float tensor `(batch, features)`; with `return_attention`, also the weights
        `(batch, timesteps)`.

    Example:
    ```python
    pooling = mmzoo.layers.AttentionPooling()
    pooled, weights = pooling(keras.ops.ones((4, 10, 32)), return_attention=True)
    pooled.shape, weights.shape  # (4, 32), (4, 10)
    ```

    Reference:
        - [Pham et al., 2018](https://arxiv.org/abs/1807.03915), eq. 3-4.
        - [Bahdanau et al., 2015](https://arxiv.org/abs/1409.0473), section A.1.2, of
          the context
    """

    def __init__(
        self, hidden_dim=None, scale=1.0, heads=1, activation="tanh", **kwargs
    ):
        # What is summed keeps its digits; the scores may be narrow.
        super().__init__(autocast=False, **kwargs)
        self.hidden_dim = hidden_dim
        self.scale = scale
        self.heads = heads
        self.activation = activation
        self.supports_masking = True
        # Known once the layer is built.
        self.context_projection = None
        self.projection = None
        if hidden_dim is not None:
            self.projection = keras.layers.Dense(
                hidden_dim, dtype=self.dtype_policy, name="projection"
            )
        self.score = keras.layers.Dense(
            heads, use_bias=False, dtype=self.dtype_policy, name="score"
        )

    def build(self, inputs_shape, context_shape=None):
        features = inputs_shape[-1]
        if context_shape is not None and self.projection is None:
            raise ValueError(
                "`context` steers what is projected before the scores: give a "
                "`hidden_dim`."
            )
        if context_shape is not None:
            self.context_projection = keras.layers.Dense(
                self.hidden_dim,
                use_bias=False,
                dtype=self.dtype_policy,
                name="context_projection",
            )
            self.context_projection.build((None, context_shape[-1]))
        if self.projection is not None:
            self.projection.build((None, None, features))
            features = self.hidden_dim
        self.score.build((None, None, features))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None, context=None, return_attention=False):
        inputs = zero_masked(inputs, mask)
        pooled, weights = self.pool(inputs, self.keys(inputs), mask, context)
        return (pooled, weights) if return_attention else pooled

    def keys(self, inputs):
        """The part of the scores that no context changes.

        Args:
            inputs: float tensor `(batch, timesteps, features)`, zeros where masked.

        Returns:
            Float tensor `(batch, timesteps, hidden_dim)`, or the inputs.
        """
        return inputs if self.projection is None else self.projection(inputs)

    def pool(self, inputs, keys, mask=None, context=None):
        """Weigh steps whose `keys` are known.

        Args:
            inputs: as for `keys`.
            keys: what that gave.
            mask: as in a call of the layer.
            context: as in a call of the layer.

        Returns:
            What a call gives with `return_attention`.
        """
        if self.context_projection is not None:
            keys = keys + self.context_projection(context)[:, None]
        if self.projection is not None:
            keys = keras.activations.get(self.activation)(keys)
        # (batch, timesteps, heads)
        scores = self.scale * widened(self.score(keys))
        kept = None if mask is None else ops.cast(mask, "bool")[:, :, None]
        # (batch, timesteps)
        weights = ops.mean(masked_softmax(scores, kept, axis=1), axis=-1)
        # (batch, features)
        wide = widened(inputs)
        pooled = ops.einsum("bt,btf->bf", ops.cast(weights, wide.dtype), wide)
        return ops.cast(pooled, self.compute_dtype), weights

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(
        self, inputs, mask=None, context=None, return_attention=False
    ):
        batch, timesteps, features = inputs.shape
        pooled = keras.KerasTensor((batch, features), dtype=self.compute_dtype)
        if not return_attention:
            return pooled
        wide = wide_dtype(self.compute_dtype)
        return pooled, keras.KerasTensor((batch, timesteps), dtype=wide)

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_dim": self.hidden_dim,
            "scale": self.scale,
            "heads": self.heads,
            "activation": self.activation,
        }
