"""The frame-level layers of the x-vector."""

import keras

from mmzoo.layers.scaled_channels import scaled_channels
from mmzoo.layers.time_delay_layer import TimeDelayLayer
from mmzoo.layers.time_delay_network import TimeDelayNetwork

# Filters, kernel and dilation of each layer.
LAYERS = [(512, 5, 1), (512, 3, 2), (512, 3, 3), (512, 1, 1), (1500, 1, 1)]


@keras.saving.register_keras_serializable(package="mmzoo")
class XVector(TimeDelayNetwork):
    """Five time delay layers, each step of the last made of 15 frames.

    They have 512, 512, 512, 512 and 1500 filters, kernels of 5, 3, 3, 1 and 1 frames,
    which lie 1, 2, 3, 1 and 1 apart (Table 1 of Snyder et al.). What pools their steps
    into an x-vector, `StatisticsPooling` and a dense layer, stands in
    `SpectrogramBranch`. There the paper leaves out the frames at either end of an
    utterance whose context is incomplete; here zeros are read beyond it, so that the
    shortest clip has an answer.

    Masking: takes a mask. Masked frames are zeros before and behind each layer; a clip
    gives the same steps whatever it is padded to.

    Args:
        width: float. Factor on the filters, which are rounded to multiples of 8.
            Defaults to `1.0`, the paper's.
        dropout: float. Fraction of the last layer's features dropped in training.
            Defaults to `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, frames, bins)`, standardised.
        mask: optional boolean tensor `(batch, frames)`, True = observed.
        training: bool. Whether dropout is active and statistics are the batch's.

    Returns:
        Float tensor `(batch, frames, output_dim)`, and its mask `(batch, frames)`.

    Example:
    ```python
    network = mmzoo.layers.XVector(width=0.25)
    steps, _ = network(keras.ops.ones((2, 50, 64)))
    steps.shape  # (2, 50, 376)
    ```

    Reference:
        - [Snyder et al., 2018](https://doi.org/10.1109/ICASSP.2018.8461375), section
          2.1 and Table 1
    """

    def __init__(self, width=1.0, dropout=0.0, **kwargs):
        super().__init__(width, dropout, **kwargs)
        self.time_delay_layers = [
            TimeDelayLayer(
                scaled_channels(filters, width),
                kernel,
                dilation,
                dtype=self.dtype_policy,
                name=f"time_delay_{index}",
            )
            for index, (filters, kernel, dilation) in enumerate(LAYERS)
        ]
        self.output_dim = self.time_delay_layers[-1].filters

    def build_layers(self, bins):
        features = bins
        for layer in self.time_delay_layers:
            layer.build((None, None, features))
            features = layer.filters

    def read(self, inputs, mask, training=None):
        steps = inputs
        for layer in self.time_delay_layers:
            steps = layer(steps, mask=mask, training=training)
        return steps
