"""Read each picture of a sequence by itself (Ebrahimi Kahou et al., 2015)."""

import keras
import numpy as np
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.image_cnn import ImageCNN
from mmzoo.layers.picture_grid import side_of
from mmzoo.ops.masking import zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class FrameCNN(keras.layers.Layer):
    """Turn each picture of a sequence into a vector, without a look at the others.

    `ImageCNN` reads every frame, and a dense layer with ReLU its cells side by side, so
    that the vector tells where in the picture something is; a mean over the cells would
    not, and what moves could not be followed from frame to frame.

    Masking: takes a mask of steps. A masked frame is zeros before each convolution,
    does not enter the statistics of batch normalisation, and gives zeros.

    Differs from the paper, of which the abstract and secondary text are known: it has
    its own three convolutional layers on faces of 96 x 96 pixels, and is trained on
    still pictures of other data first.

    Args:
        features: int. Width of the vector of a frame. Defaults to `64`.
        channels: int. Numbers of a pixel. Defaults to `3`, its colours.
        width: float. Factor on the channels of `ImageCNN`. Defaults to `1.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, side * side * channels)`, standardised:
            a picture a step, row by row.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        training: bool. Whether statistics are the batch's.

    Returns:
        Float tensor `(batch, timesteps, features)`.

    Example:
    ```python
    layer = mmzoo.layers.FrameCNN(features=32, width=0.5)
    layer(keras.ops.ones((2, 5, 16 * 16 * 3))).shape  # (2, 5, 32)
    ```

    Reference:
        - [Ebrahimi Kahou et al., 2015](https://doi.org/10.1145/2818346.2830596)
    """

    def __init__(self, features=64, channels=3, width=1.0, **kwargs):
        super().__init__(**kwargs)
        self.features = features
        self.channels = channels
        self.width = width
        self.supports_masking = True
        self.network = ImageCNN(width, dtype=self.dtype_policy, name="network")
        self.projection = keras.layers.Dense(
            features,
            activation="relu",
            kernel_initializer="he_normal",
            dtype=self.dtype_policy,
            name="projection",
        )

    def build(self, input_shape):
        self.side = side_of(input_shape[-1], self.channels)
        cells = -(-self.side // self.network.stride)
        self.network.build((None, None, None, self.channels))
        self.projection.build((None, None, cells**2 * self.network.features))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None, training=None):
        if mask is None:
            mask = ops.ones_like(inputs[..., 0], dtype="bool")
        images, pixels = self._pictures(inputs, ops.cast(mask, "bool"))
        learning = bool(training) and self.trainable
        cells, _ = self.network(images, mask=pixels, training=learning)
        steps, width = ops.shape(inputs)[1], self.projection.kernel.shape[0]
        vectors = self.projection(ops.reshape(cells, (-1, steps, width)))
        return zero_masked(vectors, mask)

    def _pictures(self, inputs, mask):
        """All frames as pictures of whole cells, and which pixels are theirs."""
        shape = (-1, self.side, self.side, self.channels)
        images = ops.reshape(inputs, shape)
        more = -self.side % self.network.stride
        images = ops.pad(images, [[0, 0], [0, more], [0, more], [0, 0]])
        # (1, rows, columns): what was added is as if masked.
        inside = np.ones((1, self.side, self.side), "bool")
        inside = np.pad(inside, [(0, 0), (0, more), (0, more)])
        return images, ops.logical_and(ops.reshape(mask, (-1, 1, 1)), inside)

    def compute_mask(self, inputs, mask=None):
        return mask

    def compute_output_spec(self, inputs, mask=None, training=None):
        shape = (*inputs.shape[:-1], self.features)
        return keras.KerasTensor(shape, dtype=self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "features": self.features,
            "channels": self.channels,
            "width": self.width,
        }
