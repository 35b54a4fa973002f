"""The block of a residual network, for maps that know which frames were observed."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.masked_batch_normalization import MaskedBatchNormalization
from mmzoo.layers.spectrogram_maps import coarser, padded, zero_outside

# How many more channels a bottleneck gives than it has inside.
EXPANSION = 4


@keras.saving.register_keras_serializable(package="mmzoo")
class ResidualBlock(keras.layers.Layer):
    """ReLU(x + F(x)), where F is two convolutions, or three with a bottleneck.

    F is Conv3-s, Conv3-1 of `filters` channels, or with `bottleneck` Conv1-1, Conv3-s
    of `filters` channels and Conv1-1 of four times as many (each kernel-stride; the
    stride stands at the kernel of 3). Batch normalisation follows each convolution,
    ReLU each but the last. Where x has another shape than F(x) it passes through
    Conv1-s and batch normalisation. KerasHub's blocks know no masks.

    Masking: takes a mask of frames. Masked frames are zeros before and behind each
    convolution, exactly what its padding is, and do not enter the statistics of batch
    normalisation; a clip gives the same whatever it is padded to.

    Args:
        filters: int. Channels inside the block.
        stride: int. s. Defaults to `1`.
        bottleneck: bool. Defaults to `False`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        maps: float tensor `(batch, frames, bins, channels)`.
        mask: optional boolean tensor `(batch, frames)`, True = observed.
        training: bool. Whether statistics are the batch's.

    Returns:
        Float tensor `(batch, ceil(frames / s), ceil(bins / s), output_dim)`, and its
        mask of frames.

    Example:
    ```python
    block = mmzoo.layers.ResidualBlock(16, stride=2)
    maps, mask = block(keras.ops.ones((2, 50, 64, 3)))
    maps.shape, mask.shape  # (2, 25, 32, 16), (2, 25)
    ```

    Reference:
        - [He et al., 2016](https://arxiv.org/abs/1512.03385), section 3 and Figure 5
    """

    def __init__(self, filters, stride=1, bottleneck=False, **kwargs):
        super().__init__(**kwargs)
        if filters < 1 or stride < 1:
            raise ValueError(
                f"`filters` and `stride` are at least 1, not {filters} and {stride}."
            )
        self.filters = filters
        self.stride = stride
        self.bottleneck = bottleneck
        self.supports_masking = True
        # (channels, kernel, stride) of each convolution
        self.stages = [(filters, 3, stride), (filters, 3, 1)]
        if bottleneck:
            wide = EXPANSION * filters
            self.stages = [(filters, 1, 1), (filters, 3, stride), (wide, 1, 1)]
        self.output_dim = self.stages[-1][0]

    def build(self, input_shape):
        channels = input_shape[-1]
        self.parts = []
        given = channels
        for index, stage in enumerate(self.stages):
            self.parts.append(convolution_of(self, given, stage, str(index)))
            given = stage[0]
        self.shortcut = None
        if self.stride > 1 or channels != self.output_dim:
            stage = (self.output_dim, 1, self.stride)
            self.shortcut = convolution_of(self, channels, stage, "shortcut")
        keep_frozen(self)
        self.built = True

    def call(self, maps, mask=None, training=None):
        if mask is None:
            mask = ops.ones(ops.shape(maps)[:2], dtype="bool")
        maps, mask = zero_outside(maps, mask), ops.cast(mask, "bool")
        hidden, seen = maps, mask
        for index, part in enumerate(self.parts):
            hidden = ops.relu(hidden) if index else hidden
            hidden, seen = convolve(part, hidden, seen, training)
        if self.shortcut is not None:
            maps, _ = convolve(self.shortcut, maps, mask, training)
        return ops.relu(maps + hidden), seen

    def compute_mask(self, maps, mask=None):
        return None

    def compute_output_spec(self, maps, mask=None, training=None):
        batch, *sizes, _ = maps.shape
        sizes = [size and -(-size // self.stride) for size in sizes]
        return (
            keras.KerasTensor((batch, *sizes, self.output_dim), self.compute_dtype),
            keras.KerasTensor((batch, sizes[0]), dtype="bool"),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "stride": self.stride,
            "bottleneck": self.bottleneck,
        }


def convolution_of(layer, channels, stage, name):
    """A convolution without biases and the batch normalisation behind it, built.

    Args:
        layer: the layer that they are parts of.
        channels: int. Of what is read.
        stage: channels that are made, kernel and stride.
        name: str, the end of their names.

    Returns:
        List of both layers.
    """
    filters, kernel, stride = stage
    convolution = keras.layers.Conv2D(
        filters,
        kernel,
        strides=stride,
        use_bias=False,
        kernel_initializer="he_normal",
        data_format="channels_last",
        dtype=layer.dtype_policy,
        name=f"convolution_{name}",
    )
    # A short memory: small corpora have few steps an epoch.
    normalization = MaskedBatchNormalization(
        momentum=0.9, dtype=layer.dtype_policy, name=f"normalization_{name}"
    )
    convolution.build((None, None, None, channels))
    normalization.build((None, None, None, filters))
    return [convolution, normalization]


def convolve(part, maps, mask, training):
    """Maps behind a convolution and its normalisation, and their mask.

    Args:
        part: what `convolution_of` gives.
        maps: float tensor `(batch, frames, bins, channels)`, zeros where masked.
        mask: boolean tensor `(batch, frames)`.
        training: bool. Whether statistics are the batch's.

    Returns:
        Float tensor, zeros where masked, and its mask.
    """
    convolution, normalization = part
    (kernel, _), (stride, _) = convolution.kernel_size, convolution.strides
    maps, mask = convolution(padded(maps, kernel, stride)), coarser(mask, stride)
    maps = normalization(maps, mask=mask[:, :, None], training=training)
    return zero_outside(maps, mask), mask
