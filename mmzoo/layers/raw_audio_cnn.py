"""Convolutions on the samples of each step of a recording."""

import keras
from keras import ops

from mmzoo.layers.time_delay_network import TimeDelayNetwork
from mmzoo.ops.masking import zero_masked

# Each convolution spans so many samples; of so many samples and channels one is kept.
KERNELS, TIME_POOL, CHANNEL_POOL = (20, 40), 2, 10


@keras.saving.register_keras_serializable(package="mmzoo")
class RawAudioCNN(TimeDelayNetwork):
    """Read the samples of each step with two convolutions and two poolings.

    The network of Adieu-Net, with the sizes of its group's public code: dropout, a
    convolution of 40 filters over 20 samples with ReLU, the greater of two samples, a
    convolution of 40 filters over 40 samples with ReLU, the greatest of ten channels,
    and what is left side by side. Steps are read one by one, each with zeros around it;
    the paper's second convolution spans half a second, across steps.

    Masking: takes a mask. Masked steps are read as zeros and give zeros.

    Args:
        width: float. Factor on the filters, of which there are multiples of ten.
            Defaults to `1.0`: 40, as in the code.
        dropout: float. Fraction of the samples, and of the last layer's features,
            dropped in training. Defaults to `0.0`.
        samples: int. Samples of a step. Defaults to `640`, 40 ms at 16 kHz.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, steps, samples)`, see `RawAudioFrames`.
        mask: optional boolean tensor `(batch, steps)`, True = observed.
        training: bool. Whether dropout is active.

    Returns:
        Float tensor `(batch, steps, output_dim)`, and its mask `(batch, steps)`.

    Example:
    ```python
    cnn = mmzoo.layers.RawAudioCNN()
    steps, _ = cnn(keras.ops.ones((2, 25, 640)))
    steps.shape  # (2, 25, 1280)
    ```

    Reference:
        - [Trigeorgis et al., 2016](https://doi.org/10.1109/ICASSP.2016.7472669), and
          its group's code, end2you
    """

    def __init__(self, width=1.0, dropout=0.0, samples=640, **kwargs):
        super().__init__(width, dropout, **kwargs)
        if samples < TIME_POOL:
            raise ValueError(f"`samples` is at least {TIME_POOL}, not {samples}.")
        if width <= 0:
            raise ValueError(f"`width` is above 0, not {width}.")
        self.samples = samples
        self.groups = max(1, round(4 * width))
        self.output_dim = samples // TIME_POOL * self.groups
        self.convolutions = [
            keras.layers.Conv1D(
                self.groups * CHANNEL_POOL,
                size,
                padding="same",
                activation="relu",
                data_format="channels_last",
                dtype=self.dtype_policy,
                name=f"convolution_{index}",
            )
            for index, size in enumerate(KERNELS)
        ]

    def build_layers(self, bins):
        if bins != self.samples:
            raise ValueError(
                f"a step has {bins} values, but this layer reads {self.samples} "
                "samples: make the steps by `RawAudioFrames` (--spectrogram samples)."
            )
        first, second = self.convolutions
        first.build((None, None, 1))
        second.build((None, None, first.filters))

    def read(self, inputs, mask, training=None):
        batch = ops.shape(inputs)[0]
        inputs = self.step_dropout(zero_masked(inputs, mask), training=training)
        first, second = self.convolutions
        # (batch * steps, samples, filters)
        maps = first(ops.reshape(inputs, (-1, self.samples, 1)))
        kept = self.samples // TIME_POOL
        maps = maps[:, : kept * TIME_POOL]
        maps = ops.max(ops.reshape(maps, (-1, kept, TIME_POOL, first.filters)), axis=2)
        maps = ops.reshape(second(maps), (-1, kept, self.groups, CHANNEL_POOL))
        steps = ops.reshape(ops.max(maps, axis=-1), (batch, -1, self.output_dim))
        return zero_masked(steps, mask)

    def get_config(self):
        return {**super().get_config(), "samples": self.samples}
