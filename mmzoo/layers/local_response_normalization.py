"""Local response normalisation across channels (AlexNet, section 3.3)."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="mmzoo")
class LocalResponseNormalization(keras.layers.Layer):
    """Divide each channel by the strength of its neighbours at the same place.

    Section 3.3 of the AlexNet paper: `b_i = a_i / (k + alpha * S_i)^beta`, where `S_i`
    is the sum of `a_j^2` over the n channels around `i`, as far as they exist. Strong
    channels quieten weak ones beside them. Keras has no such layer; on TensorFlow this
    one equals `tf.nn.local_response_normalization`.

    As in that paper, and in TensorFlow, `alpha` multiplies the sum of the squares;
    `torch.nn.LocalResponseNorm` multiplies it with their mean, so that its `alpha` is
    `2 * depth_radius + 1` times the one here. The defaults are the paper's; its n = 5
    is a `depth_radius` of 2.

    Masking: passes a mask on unchanged. Each place is computed on its own, so what a
    masked step holds reaches no other, and zeros stay zeros.

    Args:
        depth_radius: optional int. How many channels on either side are summed. `None`
            sums as many channels as there are, around each, so that one at the edge has
            half of them: `torch.nn.LocalResponseNorm(size=channels)`, but for `alpha`.
            Defaults to `2`.
        bias: float above 0. The paper's k, in squared units of the input. Defaults to
            `2.0`.
        alpha: float. Factor on the sum of squares. Defaults to `1e-4`.
        beta: float. Exponent of the divisor. Defaults to `0.75`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, ..., channels)`.

    Returns:
        Float tensor shaped like `inputs`.

    Example:
    ```python
    normalization = mmzoo.layers.LocalResponseNormalization()
    normalization(keras.ops.ones((2, 30, 16, 96))).shape  # (2, 30, 16, 96)
    ```

    Reference:
        - [Krizhevsky et al., 2012](https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks),
          section 3.3.
    """

    def __init__(self, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75, **kwargs):
        super().__init__(**kwargs)
        if depth_radius is not None and depth_radius < 0:
            raise ValueError(f"`depth_radius` is at least 0, not {depth_radius}.")
        if bias <= 0:
            raise ValueError(
                f"`bias` is above 0, not {bias}: a silent place would be divided by 0."
            )
        self.depth_radius = depth_radius
        self.bias = bias
        self.alpha = alpha
        self.beta = beta
        self.supports_masking = True
        self.built = True

    def call(self, inputs):
        # Squares and powers have too few digits in half precision.
        values = ops.cast(inputs, "float32")
        divisor = self.bias + self.alpha * self._neighbours(ops.square(values))
        return ops.cast(values * ops.power(divisor, -self.beta), self.compute_dtype)

    def _neighbours(self, squares):
        # Shifted copies are summed: differences of a cumulative sum would lose the
        # digits of weak channels.
        radius, channels = self.depth_radius, squares.shape[-1]
        if radius is None:
            return ops.matmul(squares, _band(channels))
        around = [(0, 0)] * (len(squares.shape) - 1) + [(radius, radius)]
        wide = ops.pad(squares, around)
        total = squares
        for shift in range(2 * radius + 1):
            if shift != radius:
                total = total + wide[..., shift : shift + channels]
        return total

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "depth_radius": self.depth_radius,
            "bias": self.bias,
            "alpha": self.alpha,
            "beta": self.beta,
        }


def _band(channels):
    """Which channels (rows) count for which (columns), with as many around each."""
    distance = np.arange(channels)[:, None] - np.arange(channels)
    near = (distance >= -(channels // 2)) & (distance <= (channels - 1) // 2)
    return near.astype("float32")
