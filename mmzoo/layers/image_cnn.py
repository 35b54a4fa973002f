"""Read a picture with three convolutions (section 5.2.2)."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.masked_batch_normalization import MaskedBatchNormalization
from mmzoo.layers.picture_grid import coarser, in_blocks
from mmzoo.layers.scaled_channels import scaled_channels
from mmzoo.ops.masking import zero_masked

# Channels and stride of each convolution; all are 3-3.
STAGES = [(16, 2), (32, 2), (64, 1)]
POOL = 2


@keras.saving.register_keras_serializable(package="mmzoo")
class ImageCNN(keras.layers.Layer):
    """Turn a picture into a grid of cells, each a vector of features.

    The "simple CNN with three convolutions, a pooling operation and some
    normalizations" that the image-text paper ends with, in place of a ResNet-50 that
    learnt nothing from its data; the paper says no more of it. Here it is Conv3-2-16,
    Conv3-2-32, Conv3-1-64 (each kernel-stride-channels), each with batch normalisation
    and ReLU, and maxpool2-2. So a cell stands for 8 rows and 8 columns, and has as many
    features as the paper's image vector, 64. Weights start as He et al. propose.

    Masking: takes a mask of pixels. What is masked is zeros before each convolution,
    exactly what its padding is, and does not enter the statistics of batch
    normalisation. A cell is observed if any of its 64 pixels is; others are zeros.

    Args:
        width: float. Factor on all channels, which are rounded to multiples of 8.
            Defaults to `1.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        images: float tensor `(batch, rows, columns, channels)`, standardised; rows and
            columns are multiples of 8.
        mask: optional boolean tensor `(batch, rows, columns)`, True = observed.
        training: bool. Whether statistics are the batch's.

    Returns:
        Cells `(batch, rows / 8, columns / 8, features)`, and their mask.

    Example:
    ```python
    cells, mask = mmzoo.layers.ImageCNN()(keras.ops.ones((2, 64, 64, 3)))
    cells.shape, mask.shape  # (2, 8, 8, 64), (2, 8, 8)
    ```

    Reference:
        - Section 5.2.2 and Table 4 of the audio-text and image-text paper
        - [He et al., 2015](https://arxiv.org/abs/1502.01852), section 2.2.
    """

    stride = 8

    def __init__(self, width=1.0, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.supports_masking = True
        dtype = self.dtype_policy
        self.convolutions, self.normalizations = [], []
        for index, (channels, stride) in enumerate(STAGES):
            convolution = keras.layers.Conv2D(
                scaled_channels(channels, width),
                3,
                strides=stride,
                use_bias=False,
                kernel_initializer="he_normal",
                data_format="channels_last",
                dtype=dtype,
                name=f"convolution_{index}",
            )
            # A short memory: small corpora have few steps an epoch.
            normalization = MaskedBatchNormalization(
                momentum=0.9, dtype=dtype, name=f"normalization_{index}"
            )
            self.convolutions.append(convolution)
            self.normalizations.append(normalization)
        self.features = self.convolutions[-1].filters

    def build(self, input_shape):
        channels = input_shape[-1]
        for convolution, normalization in zip(
            self.convolutions, self.normalizations, strict=True
        ):
            convolution.build((None, None, None, channels))
            channels = convolution.filters
            normalization.build((None, None, None, channels))
        keep_frozen(self)
        self.built = True

    def call(self, images, mask=None, training=None):
        if mask is None:
            mask = ops.ones_like(images[..., 0], dtype="bool")
        self._check(images)
        maps, mask = zero_masked(images, mask), ops.cast(mask, "bool")
        for index in range(len(STAGES)):
            maps, mask = self._stage(index, maps, mask, training)
        # Nowhere negative, so that the zeros of masked cells hide no maximum.
        return ops.max(in_blocks(maps, POOL), axis=(2, 4)), coarser(mask, POOL)

    def _check(self, images):
        sizes = tuple(images.shape[1:3])
        if any(size is None or size % self.stride for size in sizes):
            raise ValueError(
                f"`images` has rows and columns {sizes}, not multiples of "
                f"{self.stride}, as many as a cell stands for."
            )

    def _stage(self, index, maps, mask, training):
        # "same" would pad a stride of 2 on one side only.
        maps = ops.pad(maps, [[0, 0], [1, 1], [1, 1], [0, 0]])
        maps = self.convolutions[index](maps)
        mask = coarser(mask, STAGES[index][1])
        maps = self.normalizations[index](maps, mask=mask, training=training)
        return zero_masked(ops.relu(maps), mask), mask

    def compute_mask(self, images, mask=None):
        return None

    def compute_output_spec(self, images, mask=None, training=None):
        self._check(images)
        batch, *sizes, _ = images.shape
        shape = (batch, *(size // self.stride for size in sizes))
        return (
            keras.KerasTensor((*shape, self.features), dtype=self.compute_dtype),
            keras.KerasTensor(shape, dtype="bool"),
        )

    def get_config(self):
        return {**super().get_config(), "width": self.width}
