"""Read a spectrogram with a residual network."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.residual_block import ResidualBlock, convolution_of, convolve
from mmzoo.layers.scaled_channels import scaled_channels
from mmzoo.layers.spectrogram_maps import (
    coarser,
    overlapping_maximum,
    zero_outside,
)
from mmzoo.ops.deltas import with_deltas
from mmzoo.ops.masking import zero_masked

# Whether blocks have bottlenecks, and how many there are with 64, 128, ... channels.
DEPTHS = {"resnet18": (False, (2, 2, 2, 2)), "resnet50": (True, (3, 4, 6, 3))}
FILTERS = (64, 128, 256, 512)


@keras.saving.register_keras_serializable(package="mmzoo")
class SpectrogramResNet(keras.layers.Layer):
    """ResNet-18 or ResNet-50 over a spectrogram, its frequencies averaged.

    Conv7-2-64, maxpool3-2, then four groups of `ResidualBlock` with 64, 128, 256 and
    512 channels, each but the first with a stride of 2 (Table 1 of He et al.). It reads
    each bin, its slope and its curvature in the place of a picture's three colours.
    One step is left of 32 frames: the mean over all frequencies, 512 features wide, or
    2048 with ResNet-50.

    `mmzoo.layers.ImageEncoder` reads pictures with KerasHub's ResNet-50, which knows no
    masks: there, what a clip gives would depend on how long the others of its batch
    are. Weights begin as He et al. (2015) propose; trained ones of ImageNet are not
    read.

    Masking: takes a mask. Masked frames are zeros before and behind each convolution,
    and do not enter the statistics of batch normalisation. A step is observed if any of
    its 32 frames is; others are zeros.

    Args:
        network: `"resnet18"` or `"resnet50"`. Defaults to `"resnet18"`.
        width: float. Factor on the channels, which are rounded to multiples of 8.
            Defaults to `1.0`, the paper's.
        dropout: float. Fraction of the steps' features dropped in training. Defaults to
            `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, frames, bins)`, standardised.
        mask: optional boolean tensor `(batch, frames)`, True = observed.
        training: bool. Whether dropout is active and statistics are the batch's.

    Returns:
        Float tensor `(batch, ceil(frames / 32), output_dim)` and its mask.

    Example:
    ```python
    network = mmzoo.layers.SpectrogramResNet(width=0.125)
    steps, mask = network(keras.ops.ones((2, 100, 64)))
    steps.shape, mask.shape  # (2, 4, 64), (2, 4)
    ```

    Reference:
        - [He et al., 2016](https://arxiv.org/abs/1512.03385), section 3 and Table 1
        - [Chen et al., 2018](https://doi.org/10.1109/LSP.2018.2860246): slope and
          curvature as channels
    """

    time_stride = 32

    def __init__(self, network="resnet18", width=1.0, dropout=0.0, **kwargs):
        # Slopes are differences of like numbers: taken, then narrowed.
        super().__init__(autocast=False, **kwargs)
        if network not in DEPTHS:
            raise ValueError(f"`network` is one of {list(DEPTHS)}, not {network!r}.")
        self.network = network
        self.width = width
        self.dropout = dropout
        self.supports_masking = True
        self.stem_channels = scaled_channels(FILTERS[0], width)
        bottleneck, depths = DEPTHS[network]
        self.blocks = [
            ResidualBlock(
                scaled_channels(FILTERS[group], width),
                stride=2 if group and not index else 1,
                bottleneck=bottleneck,
                dtype=self.dtype_policy,
                name=f"block_{group}_{index}",
            )
            for group, depth in enumerate(depths)
            for index in range(depth)
        ]
        self.output_dim = self.blocks[-1].output_dim
        self.step_dropout = keras.layers.Dropout(
            dropout, dtype=self.dtype_policy, name="step_dropout"
        )

    def build(self, input_shape):
        channels = self.stem_channels
        self.stem = convolution_of(self, 3, (channels, 7, 2), "stem")
        for block in self.blocks:
            block.build((None, None, None, channels))
            channels = block.output_dim
        keep_frozen(self)
        self.built = True

    def grid(self, time, bins):
        """As `SpectrogramCNN.grid`: a step is 32 frames with all their frequencies."""
        return None if time is None else -(-time // self.time_stride), 1

    def call(self, inputs, mask=None, training=None):
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        mask = ops.cast(mask, "bool")
        maps = with_deltas(zero_masked(ops.cast(inputs, "float32"), mask), mask)
        maps = ops.cast(maps, self.compute_dtype)
        maps, mask = convolve(self.stem, maps, mask, training)
        maps, mask = overlapping_maximum(ops.relu(maps)), coarser(mask, 2)
        maps = zero_outside(maps, mask)
        for block in self.blocks:
            maps, mask = block(maps, mask=mask, training=training)
        # (batch, steps, channels)
        steps = ops.mean(maps, axis=2)
        return self.step_dropout(steps, training=training), mask

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None, training=None):
        batch, frames, bins = inputs.shape
        shape = (batch, self.grid(frames, bins)[0])
        return (
            keras.KerasTensor((*shape, self.output_dim), dtype=self.compute_dtype),
            keras.KerasTensor(shape, dtype="bool"),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "network": self.network,
            "width": self.width,
            "dropout": self.dropout,
        }
