"""Weights between 0 and 1 for the features of a vector (MS-CAM)."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.masked_batch_normalization import MaskedBatchNormalization


@keras.saving.register_keras_serializable(package="mmzoo")
class ChannelAttention(keras.layers.Layer):
    """Weigh each feature of a vector by all of them.

    It is the multi-scale channel attention module of Dai et al. (section 3.2):

        M(x) = sigmoid(L(x) + G(x)),

    where L and G are each a dense layer to fewer features, batch normalisation, ReLU, a
    dense layer back and batch normalisation. In a picture L reads each place and G the
    mean over all places. A pooled vector is one place, which both read.

    Dense layers have no biases: the normalisation behind them would take those away.

    Masking: what is masked does not enter the statistics of a batch.

    Args:
        reduction: int. By how much L and G narrow the vector, r of the paper. Defaults
            to `4`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, features)`.
        mask: optional boolean tensor `(batch,)`, the vectors that count.
        training: bool. Whether statistics are the batch's.

    Returns:
        Float tensor `(batch, features)`, between 0 and 1.

    Example:
    ```python
    attention = mmzoo.layers.ChannelAttention()
    attention(keras.ops.ones((2, 8))).shape  # (2, 8)
    ```

    Reference:
        - [Dai et al., 2021](https://arxiv.org/abs/2009.14082), section 3.2, eq. 3
    """

    def __init__(self, reduction=4, **kwargs):
        super().__init__(**kwargs)
        if reduction < 1:
            raise ValueError(f"`reduction` is at least 1, not {reduction}.")
        self.reduction = reduction
        self.supports_masking = True

    def build(self, input_shape):
        features = input_shape[-1]
        widths = (features, max(features // self.reduction, 1), features)
        self.local_context = self._context("local", widths)
        self.global_context = self._context("global", widths)
        keep_frozen(self)
        self.built = True

    def _context(self, name, widths):
        """L or G: dense layer, normalisation, dense layer, normalisation."""
        layers = []
        for index, (read, made) in enumerate(zip(widths[:-1], widths[1:], strict=True)):
            dense = keras.layers.Dense(
                made, use_bias=False, dtype=self.dtype_policy, name=f"{name}_{index}"
            )
            # A short memory: small corpora have few steps an epoch.
            normalization = MaskedBatchNormalization(
                momentum=0.9,
                dtype=self.dtype_policy,
                name=f"{name}_normalization_{index}",
            )
            dense.build((None, read))
            normalization.build((None, made))
            layers += [dense, normalization]
        return layers

    def call(self, inputs, mask=None, training=None):
        total = 0.0
        for narrow, first, widen, second in (self.local_context, self.global_context):
            hidden = ops.relu(first(narrow(inputs), mask=mask, training=training))
            total = total + second(widen(hidden), mask=mask, training=training)
        return ops.sigmoid(total)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "reduction": self.reduction}
