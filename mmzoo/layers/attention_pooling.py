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

    Masking: takes a mask; masked steps get weight 0. A row with nothing observed gives
    zeros. Returns no mask.

    Args:
        hidden_dim: optional int. Width of a projection before the scores. Defaults
            to `None`: the states are scored as they are.
        scale: float. Factor on the scores before the softmax. Defaults to `1.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
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
    """

    def __init__(self, hidden_dim=None, scale=1.0, **kwargs):
        # What is summed keeps its digits; the scores may be narrow.
        super().__init__(autocast=False, **kwargs)
        self.hidden_dim = hidden_dim
        self.scale = scale
        self.supports_masking = True
        self.projection = None
        if hidden_dim is not None:
            self.projection = keras.layers.Dense(
                hidden_dim,
                activation="tanh",
                dtype=self.dtype_policy,
                name="projection",
            )
        self.score = keras.layers.Dense(
            1, use_bias=False, dtype=self.dtype_policy, name="score"
        )

    def build(self, input_shape):
        features = input_shape[-1]
        if self.projection is not None:
            self.projection.build((None, None, features))
            features = self.hidden_dim
        self.score.build((None, None, features))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None, return_attention=False):
        inputs = zero_masked(inputs, mask)
        hidden = inputs if self.projection is None else self.projection(inputs)
        # (batch, timesteps)
        scores = self.scale * widened(ops.squeeze(self.score(hidden), axis=-1))
        weights = masked_softmax(scores, mask)
        # (batch, features)
        wide = widened(inputs)
        pooled = ops.einsum("bt,btf->bf", ops.cast(weights, wide.dtype), wide)
        pooled = ops.cast(pooled, self.compute_dtype)
        return (pooled, weights) if return_attention else pooled

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None, return_attention=False):
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
        }
