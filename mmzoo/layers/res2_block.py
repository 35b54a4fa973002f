"""The block of ECAPA-TDNN: several reaches at once, and channels that are weighed."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.time_delay_layer import TimeDelayLayer
from mmzoo.ops.masking import masked_mean, zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class Res2Block(keras.layers.Layer):
    """SE-Res2Block: x + SE(TDNN(Res2(TDNN(x)))), with as many features as x has.

    The time delay layers without names have a kernel of 1. Res2 cuts the features into
    `scale` groups, of which the first stays and each other is read together with what
    the group before it gave, so that a longer and longer context is seen:

        y_1 = x_1,  y_2 = TDNN_2(x_2),  y_i = TDNN_i(x_i + y_(i-1)).

    SE (squeeze and excitation) weighs the features by what the whole clip holds:

        z = mean over t of h_t,  s = sigmoid(W2 ReLU(W1 z + b1) + b2),  s * h_t.

    Masking: takes a mask, and gives it on. Masked steps are zeros before and behind
    every part, and do not enter the means.

    Args:
        kernel_size: int. Of the layers of Res2. Defaults to `3`, the paper's.
        dilation: int. Of the layers of Res2. Defaults to `1`.
        scale: int. Groups of features. Defaults to `8`, the paper's.
        squeeze_dim: int. Width of z W1. Defaults to `128`, the paper's.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`; `scale` divides features.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        training: bool. Whether statistics are the batch's.

    Returns:
        Float tensor shaped like `inputs`.

    Example:
    ```python
    block = mmzoo.layers.Res2Block(dilation=2, scale=4, squeeze_dim=8)
    block(keras.ops.ones((2, 50, 32))).shape  # (2, 50, 32)
    ```

    Reference:
        - [Desplanques et al., 2020](https://arxiv.org/abs/2005.07143), section 3.2
        - [Gao et al., 2019](https://arxiv.org/abs/1904.01169), eq. 1
        - [Hu et al., 2018](https://arxiv.org/abs/1709.01507), eq. 2-4
    """

    def __init__(self, kernel_size=3, dilation=1, scale=8, squeeze_dim=128, **kwargs):
        super().__init__(**kwargs)
        if scale < 2:
            raise ValueError(f"`scale` is at least 2, not {scale}.")
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.scale = scale
        self.squeeze_dim = squeeze_dim
        self.supports_masking = True

    def build(self, input_shape):
        features, dtype = input_shape[-1], self.dtype_policy
        if features % self.scale:
            raise ValueError(
                f"`inputs` has {features} features, no multiple of `scale="
                f"{self.scale}`, the groups that they are cut into."
            )
        part, reach = features // self.scale, (self.kernel_size, self.dilation)
        self.groups = [
            TimeDelayLayer(part, *reach, dtype=dtype, name=f"group_{index}")
            for index in range(1, self.scale)
        ]
        self.before = TimeDelayLayer(features, dtype=dtype, name="before")
        self.behind = TimeDelayLayer(features, dtype=dtype, name="behind")
        self.squeeze = keras.layers.Dense(
            self.squeeze_dim, activation="relu", dtype=dtype, name="squeeze"
        )
        self.excitation = keras.layers.Dense(
            features, activation="sigmoid", dtype=dtype, name="excitation"
        )
        for layer in self.groups:
            layer.build((None, None, part))
        self.before.build((None, None, features))
        self.behind.build((None, None, features))
        self.squeeze.build((None, features))
        self.excitation.build((None, self.squeeze_dim))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None, training=None):
        inputs = zero_masked(inputs, mask)
        hidden = self.before(inputs, mask=mask, training=training)
        kept, *others = ops.split(hidden, self.scale, axis=-1)
        found, earlier = [kept], 0.0
        for layer, part in zip(self.groups, others, strict=True):
            earlier = layer(part + earlier, mask=mask, training=training)
            found.append(earlier)
        hidden = ops.concatenate(found, axis=-1)
        hidden = self.behind(hidden, mask=mask, training=training)
        weights = self.excitation(self.squeeze(masked_mean(hidden, mask)))
        return inputs + weights[:, None] * hidden

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "kernel_size": self.kernel_size,
            "dilation": self.dilation,
            "scale": self.scale,
            "squeeze_dim": self.squeeze_dim,
        }
