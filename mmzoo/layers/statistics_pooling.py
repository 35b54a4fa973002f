"""Mean and deviation of a sequence, side by side."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.masked_batch_normalization import MaskedBatchNormalization
from mmzoo.ops.masking import masked_softmax, zero_masked
from mmzoo.ops.precision import wide_dtype, widened

LEAST_VARIANCE = 1e-6


@keras.saving.register_keras_serializable(package="mmzoo")
class StatisticsPooling(keras.layers.Layer):
    """Pool a sequence into the mean and the deviation of each feature.

    This is the statistics pooling of the x-vector (Snyder et al., section 2.1): every
    step counts alike. With `attention_dim` it is the channel- and context-dependent
    one of ECAPA-TDNN (eq. 1-5): every feature weighs the steps in its own way,

        alpha = softmax over t of W2 tanh(BN(ReLU(W1 [h_t, mean, deviation] + b1))),

    where mean and deviation are those of the whole sequence, its global context; then
    mean and deviation are taken anew under alpha. BN and tanh are of the public code,
    the paper has any nonlinearity there. W2 has no bias, which the softmax over t would
    take away.

    The deviation is `sqrt(max(sum alpha h^2 - mean^2, 1e-6))`: the root has no finite
    slope at 0. `AttentionPooling` gives all features of a step one weight, and no
    deviation.

    Masking: takes a mask; masked steps count nowhere, nor in the statistics of the
    normalisation. A row with nothing observed has means of 0 and the least deviation.

    Args:
        attention_dim: optional int. Width of the attention, 128 in the paper. Defaults
            to `None`: every step counts alike.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        training: bool. Whether statistics of the normalisation are the batch's.
        return_attention: bool. Whether the weights are returned too.

    Returns:
        Float tensor `(batch, 2 * features)`, all means first; with `return_attention`,
        also the weights `(batch, timesteps, features)`, or `(batch, timesteps)` where
        every step counts alike.

    Example:
    ```python
    pooling = mmzoo.layers.StatisticsPooling(attention_dim=8)
    pooling(keras.ops.ones((4, 10, 32))).shape  # (4, 64)
    ```

    Reference:
        - [Snyder et al., 2018](https://doi.org/10.1109/ICASSP.2018.8461375)
        - [Desplanques et al., 2020](https://arxiv.org/abs/2005.07143), section 3.1
    """

    def __init__(self, attention_dim=None, **kwargs):
        # What is summed keeps its digits.
        super().__init__(autocast=False, **kwargs)
        if attention_dim is not None and attention_dim < 1:
            raise ValueError(
                f"`attention_dim` is at least 1, or None, not {attention_dim}."
            )
        self.attention_dim = attention_dim
        self.supports_masking = True
        self.hidden = self.context = self.score = self.normalization = None
        if attention_dim is not None:
            self._make_attention()

    def _make_attention(self):
        dtype = self.dtype_policy
        dense = keras.layers.Dense
        self.hidden = dense(self.attention_dim, dtype=dtype, name="hidden")
        # The context is the same at every step: W1 reads it once.
        self.context = dense(
            self.attention_dim, use_bias=False, dtype=dtype, name="context"
        )
        # A short memory: small corpora have few steps an epoch.
        self.normalization = MaskedBatchNormalization(
            momentum=0.9, dtype=dtype, name="normalization"
        )

    def build(self, input_shape):
        features = input_shape[-1]
        if self.attention_dim is not None:
            self.score = keras.layers.Dense(
                features, use_bias=False, dtype=self.dtype_policy, name="score"
            )
            self.hidden.build((None, None, features))
            self.context.build((None, 2 * features))
            self.normalization.build((None, None, self.attention_dim))
            self.score.build((None, None, self.attention_dim))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None, training=None, return_attention=False):
        inputs = zero_masked(inputs, mask)
        wide = widened(inputs)
        # (batch, timesteps)
        weights = masked_softmax(ops.zeros_like(wide[..., 0]), mask)
        statistics = weighted_statistics(wide, weights)
        if self.attention_dim is not None:
            context = ops.concatenate(statistics, axis=-1)
            # (batch, timesteps, features)
            weights = self._attend(inputs, context, mask, training)
            statistics = weighted_statistics(wide, weights)
        pooled = ops.cast(ops.concatenate(statistics, axis=-1), self.compute_dtype)
        return (pooled, weights) if return_attention else pooled

    def _attend(self, inputs, context, mask, training):
        hidden = self.hidden(inputs) + self.context(context)[:, None]
        hidden = self.normalization(ops.relu(hidden), mask=mask, training=training)
        scores = widened(self.score(ops.tanh(hidden)))
        mask = None if mask is None else ops.expand_dims(mask, axis=-1)
        return masked_softmax(scores, mask, axis=1)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(
        self, inputs, mask=None, training=None, return_attention=False
    ):
        batch, timesteps, features = inputs.shape
        pooled = keras.KerasTensor((batch, 2 * features), dtype=self.compute_dtype)
        if not return_attention:
            return pooled
        shape = (batch, timesteps) + ((features,) if self.attention_dim else ())
        return pooled, keras.KerasTensor(shape, dtype=wide_dtype(self.compute_dtype))

    def get_config(self):
        return {**super().get_config(), "attention_dim": self.attention_dim}


def weighted_statistics(inputs, weights):
    """Mean and deviation over time.

    Args:
        inputs: float tensor `(batch, timesteps, features)`.
        weights: float tensor `(batch, timesteps)`, or one for each feature, shaped like
            `inputs`; over the timesteps they sum to 1.

    Returns:
        Two float tensors `(batch, features)`, float32 or wider; the deviation is at
        least 0.001.
    """
    inputs, weights = widened(inputs), widened(weights)
    equation = "bt,btf->bf" if len(weights.shape) == 2 else "btf,btf->bf"
    mean = ops.einsum(equation, weights, inputs)
    # The mean of the squares less the square of the mean would lose its digits.
    squares = ops.square(inputs - mean[:, None])
    variance = ops.einsum(equation, weights, squares)
    # The root has no finite slope at 0.
    variance = ops.maximum(variance, LEAST_VARIANCE)
    return mean, ops.sqrt(variance)
