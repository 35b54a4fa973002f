"""Read windows of successive pictures with 3-D convolutions (3D-CNN, C3D)."""

import keras
from keras import ops

from mmzoo.layers.frame_windows import in_windows, that_count
from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.masked_batch_normalization import MaskedBatchNormalization
from mmzoo.layers.picture_grid import side_of
from mmzoo.layers.scaled_channels import scaled_channels
from mmzoo.layers.spectrogram_maps import coarser
from mmzoo.ops.masking import zero_masked
from mmzoo.ops.precision import widened

# Channels of each convolution, and how many frames, rows and columns its pooling joins.
STAGES = [(32, (1, 2, 2)), (64, (2, 2, 2)), (128, (2, 2, 2))]


@keras.saving.register_keras_serializable(package="mmzoo")
class FrameCNN3D(keras.layers.Layer):
    """Turn windows of successive pictures into vectors, by 3-D convolutions.

    Conv3-32, maxpool1-2-2, Conv3-64, maxpool2-2-2, Conv3-128, maxpool2-2-2, each
    convolution over 3 frames, rows and columns, with batch normalisation and ReLU; then
    the mean over what is left of the window. The first pooling leaves the frames apart,
    as in C3D. A convolution sees the same pixels in successive frames, so that it can
    tell which way something moves.

    Masking: takes a mask of steps. A masked frame is zeros before each convolution, and
    enters no statistic of batch normalisation, no maximum and no mean. A window counts
    if it has an observed frame that no earlier window has; others are zeros.

    Differs from the papers. Of Byeon and Kwak, whose 3D-CNN reads five successive
    frames of a face, secondary text alone is known. C3D has eight convolutions and two
    dense layers of 4096 units, 78 million weights; here are three and a mean, for small
    corpora, and batch normalisation.

    Args:
        window: int. Frames of a window. Defaults to `16`, C3D's.
        step: int. Frames from one window to the next. Defaults to `8`.
        channels: int. Numbers of a pixel. Defaults to `3`, its colours.
        width: float. Factor on the channels of all convolutions, which are rounded to
            multiples of 8. Defaults to `1.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, side * side * channels)`, standardised:
            a picture a step, row by row.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        training: bool. Whether statistics are the batch's.

    Returns:
        Vectors `(batch, windows, features)`, and their mask `(batch, windows)`.

    Example:
    ```python
    layer = mmzoo.layers.FrameCNN3D(window=4, step=2, width=0.25)
    vectors, mask = layer(keras.ops.ones((2, 8, 16 * 16 * 3)))
    vectors.shape, mask.shape  # (2, 3, 32), (2, 3)
    ```

    Reference:
        - [Tran et al., 2015](https://arxiv.org/abs/1412.0767)
        - [Byeon and Kwak, 2014](https://doi.org/10.14569/IJACSA.2014.051215), as others
          describe it
    """

    def __init__(self, window=16, step=8, channels=3, width=1.0, **kwargs):
        super().__init__(**kwargs)
        self.window = window
        self.step = step
        self.channels = channels
        self.width = width
        self._check()
        self.supports_masking = True
        self.convolutions, self.normalizations, self.poolings = [], [], []
        for index, (filters, pool) in enumerate(STAGES):
            self._add_stage(index, scaled_channels(filters, width), pool)
        self.features = self.convolutions[-1].filters

    def _check(self):
        if self.window < 1:
            raise ValueError(f"`window` is at least 1, not {self.window}.")
        if not 1 <= self.step <= self.window:
            raise ValueError(
                f"`step` is from 1 to `window={self.window}`, so that no frame is "
                f"passed over, not {self.step}."
            )

    def _add_stage(self, index, filters, pool):
        shared = {"data_format": "channels_last", "dtype": self.dtype_policy}
        convolution = keras.layers.Conv3D(
            filters,
            3,
            padding="same",
            use_bias=False,
            kernel_initializer="he_normal",
            name=f"convolution_{index}",
            **shared,
        )
        # A short memory: small corpora have few steps an epoch.
        normalization = MaskedBatchNormalization(
            momentum=0.9, dtype=self.dtype_policy, name=f"normalization_{index}"
        )
        pooling = keras.layers.MaxPooling3D(
            pool, padding="same", name=f"pooling_{index}", **shared
        )
        self.convolutions.append(convolution)
        self.normalizations.append(normalization)
        self.poolings.append(pooling)

    def build(self, input_shape):
        self.side, channels = side_of(input_shape[-1], self.channels), self.channels
        for convolution, normalization in zip(
            self.convolutions, self.normalizations, strict=True
        ):
            convolution.build((None, None, None, None, channels))
            channels = convolution.filters
            normalization.build((None, None, None, None, channels))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None, training=None):
        if mask is None:
            mask = ops.ones_like(inputs[..., 0], dtype="bool")
        windows = in_windows(zero_masked(inputs, mask), self.window, self.step)
        seen = in_windows(ops.cast(mask, "int32")[..., None], self.window, self.step)
        seen = seen[..., 0] > 0
        counts = that_count(seen, self.step)
        # A window that does not count would be twice in the statistics.
        seen = ops.logical_and(seen, counts[..., None])
        seen = ops.reshape(seen, (-1, self.window))
        shape = (-1, self.window, self.side, self.side, self.channels)
        vectors = self._read(ops.reshape(windows, shape), seen, training)
        vectors = ops.reshape(vectors, (-1, ops.shape(counts)[1], self.features))
        return vectors, counts

    def _read(self, maps, mask, training):
        """The vector of each window `(windows, frames, rows, columns, channels)`."""
        learning = bool(training) and self.trainable
        maps = _zero_outside(maps, mask)
        for index, (_, pool) in enumerate(STAGES):
            maps = self.convolutions[index](maps)
            normalize = self.normalizations[index]
            maps = normalize(maps, mask=mask[:, :, None, None], training=learning)
            # Nowhere negative, so that the zeros of masked frames hide no maximum.
            maps = self.poolings[index](_zero_outside(ops.relu(maps), mask))
            mask = coarser(mask, pool[0])
        # The mean over rows and columns, then over the frames that were observed.
        frames = widened(ops.mean(widened(maps), axis=(2, 3)))
        weights = ops.cast(mask, frames.dtype)[..., None]
        total = ops.sum(frames * weights, axis=1)
        mean = total / ops.maximum(ops.sum(weights, axis=1), 1)
        return ops.cast(mean, self.compute_dtype)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None, training=None):
        batch, steps, _ = inputs.shape
        count = steps
        if steps is not None:
            count = -(-max(steps - self.window, 0) // self.step) + 1
        return (
            keras.KerasTensor((batch, count, self.features), dtype=self.compute_dtype),
            keras.KerasTensor((batch, count), dtype="bool"),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "window": self.window,
            "step": self.step,
            "channels": self.channels,
            "width": self.width,
        }


def _zero_outside(maps, mask):
    """Zeros in the masked frames."""
    return ops.where(mask[:, :, None, None, None], maps, ops.zeros_like(maps))
