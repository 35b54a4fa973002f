"""A layer of a time delay neural network (TDNN)."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.masked_batch_normalization import MaskedBatchNormalization
from mmzoo.ops.masking import zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class TimeDelayLayer(keras.layers.Layer):
    """Read each step with some before and behind it: convolution, ReLU, normalisation.

    Step t is made of the steps `t - d * (k - 1) / 2, ..., t + d * (k - 1) / 2`, d apart
    (Peddinti et al.): `keras.layers.Conv1D` with a dilation. ReLU comes before the
    batch normalisation, as in the x-vector.

    Masking: takes a mask, and gives it on. Masked steps are zeros before and behind the
    layer, exactly what the padding at the ends is, and do not enter the statistics of
    the normalisation; so a sequence gives the same whatever it is padded to.

    Args:
        filters: int. Features of a step that is made.
        kernel_size: int. k, odd. Defaults to `1`.
        dilation: int. d. Defaults to `1`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        training: bool. Whether statistics are the batch's.

    Returns:
        Float tensor `(batch, timesteps, filters)`.

    Example:
    ```python
    layer = mmzoo.layers.TimeDelayLayer(16, kernel_size=3, dilation=2)
    layer(keras.ops.ones((2, 50, 64))).shape  # (2, 50, 16)
    ```

    Reference:
        - [Peddinti et al., 2015](https://doi.org/10.21437/Interspeech.2015-647)
        - [Snyder et al., 2018](https://doi.org/10.1109/ICASSP.2018.8461375), Table 1
    """

    def __init__(self, filters, kernel_size=1, dilation=1, **kwargs):
        super().__init__(**kwargs)
        if kernel_size % 2 == 0:
            raise ValueError(
                f"`kernel_size` is odd, as many steps before as behind, not "
                f"{kernel_size}."
            )
        self.filters = filters
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.supports_masking = True
        self.convolution = keras.layers.Conv1D(
            filters,
            kernel_size,
            padding="same",
            dilation_rate=dilation,
            data_format="channels_last",
            kernel_initializer="he_normal",
            dtype=self.dtype_policy,
            name="convolution",
        )
        # A short memory: small corpora have few steps an epoch.
        self.normalization = MaskedBatchNormalization(
            momentum=0.9, dtype=self.dtype_policy, name="normalization"
        )

    def build(self, input_shape):
        self.convolution.build((None, None, input_shape[-1]))
        self.normalization.build((None, None, self.filters))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None, training=None):
        hidden = ops.relu(self.convolution(zero_masked(inputs, mask)))
        hidden = self.normalization(hidden, mask=mask, training=training)
        return zero_masked(hidden, mask)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "dilation": self.dilation,
        }
