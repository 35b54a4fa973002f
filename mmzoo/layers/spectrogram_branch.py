"""From the frames of a spectrogram to one vector."""

import keras
import numpy as np
from keras import ops

from mmzoo.layers.attention_pooling import AttentionPooling
from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.masked_normalization import MaskedNormalization
from mmzoo.layers.spectrogram_augmentation import SpectrogramAugmentation
from mmzoo.layers.spectrogram_cnn import SpectrogramCNN
from mmzoo.ops.masking import masked_mean, zero_masked
from mmzoo.ops.precision import wide_dtype, widened

# Gain, stretch and another pitch make other speakers out of few.
AUGMENTATION = {
    "max_time_width": 30,
    "max_frequency_width": 8,
    "max_gain": 0.3,
    "max_stretch": 0.1,
    "max_frequency_shift": 4,
}
LEAST_VARIANCE = 1e-6
POOLINGS = ("attention", "deviation", "mean", "linear")


@keras.saving.register_keras_serializable(package="mmzoo")
class SpectrogramBranch(keras.layers.Layer):
    """Standardise each bin, augment, read with a CNN, pool its regions.

    The audio half of the audio-text model: AlexNet's convolutions or the small CNN
    (`SpectrogramCNN`), then attention over the regions (eq. 1-3 with lambda), or the
    paper's alternative, a linear layer on all regions side by side, for which every
    clip is padded to `time_dim` frames. `"deviation"` joins the deviation of the
    regions under the same attention to their mean (Okabe et al., "attentive statistics
    pooling"). The mean without attention is a control. The small CNN reads slope and
    curvature of each bin beside it (`deltas` of `SpectrogramCNN`), AlexNet does not.

    Masking: masked frames count nowhere; a row with nothing observed stays finite.

    Args:
        network: `"small"` or `"alexnet"`. Defaults to `"small"`.
        channels: int. C, the features of a region, Table 3's 256. Defaults to `256`.
        width: float. Factor on the inner channels. Defaults to `1.0`.
        normalization: `"full"`, `"batch"` or `"none"`, see `SpectrogramCNN`. Defaults
            to `None`: what suits the network.
        pooling: `"attention"`, `"deviation"`, `"mean"` or `"linear"`. Defaults to
            `"attention"`.
        scale: float. Lambda of eq. 2. Defaults to `0.3`, Table 3's.
        time_dim: int. Frames that the linear alternative reads. Defaults to `750`.
        dropout: float. Inside the network. Defaults to `0.0`.
        augment: bool. Whether clips are changed in training, see
            `SpectrogramAugmentation`. Defaults to `True`.
        seed: optional int. Of the augmentation.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, frames, bins)`, decibels.
        mask: optional boolean tensor `(batch, frames)`, True = observed.
        training: bool. Whether augmentation and dropout are active.
        return_attention: bool. Whether the weights of the regions are returned too.

    Returns:
        Float tensor `(batch, output_dim)`, `channels` wide, and twice that with
        `"deviation"`; with `return_attention`, also the weights `(batch, regions)`,
        `None` without attention.

    Example:
    ```python
    branch = mmzoo.layers.SpectrogramBranch(channels=32, width=0.25)
    branch(keras.ops.ones((2, 40, 64))).shape  # (2, 32)
    ```

    Reference:
        - Sections 3.1.1-3.1.3 of the audio-text paper
        - [Zhang et al., 2018](https://arxiv.org/abs/1806.01506)
        - [Okabe et al., 2018](https://arxiv.org/abs/1803.10963), section 3.
    """

    def __init__(
        self,
        network="small",
        channels=256,
        width=1.0,
        normalization=None,
        pooling="attention",
        scale=0.3,
        time_dim=750,
        dropout=0.0,
        augment=True,
        seed=None,
        **kwargs,
    ):
        # Decibels keep their digits until they are standardised.
        super().__init__(autocast=False, **kwargs)
        if pooling not in POOLINGS:
            raise ValueError(f"`pooling` is one of {list(POOLINGS)}, not {pooling!r}.")
        self.network = network
        self.channels = channels
        self.output_dim = 2 * channels if pooling == "deviation" else channels
        self.width = width
        self.normalization = normalization
        self.pooling = pooling
        self.scale = scale
        self.time_dim = time_dim
        self.dropout = dropout
        self.augment = augment
        self.seed = seed
        self.supports_masking = True
        dtype = self.dtype_policy
        self.standardization = MaskedNormalization(dtype=dtype, name="standardization")
        self.augmentation = None
        if augment:
            self.augmentation = SpectrogramAugmentation(
                **AUGMENTATION, seed=seed, dtype="float32", name="augmentation"
            )
        self.cnn = SpectrogramCNN(
            network,
            channels,
            width,
            normalization,
            dropout=dropout,
            deltas=network == "small",
            dtype=dtype,
            name="cnn",
        )
        self.attention = self.linear = None
        if pooling in ("attention", "deviation"):
            self.attention = AttentionPooling(
                channels, scale, dtype=dtype, name="attention"
            )
        elif pooling == "linear":
            self.linear = keras.layers.Dense(channels, dtype=dtype, name="linear")

    def build(self, input_shape):
        bins = input_shape[-1]
        # `adapt` may have built it.
        if not self.standardization.built:
            self.standardization.build((None, None, bins))
        self.cnn.build((None, None, bins))
        if self.attention is not None:
            self.attention.build((None, None, self.cnn.output_dim))
        if self.linear is not None:
            steps, rows = self.cnn.grid(self.time_dim, bins)
            self.linear.build((None, steps * rows * self.cnn.output_dim))
        keep_frozen(self)
        self.built = True

    def adapt(self, frames):
        """As `MaskedNormalization.adapt`.

        Args:
            frames: array `(steps, bins)`, or an iterable of such arrays.

        Returns:
            How many values were ignored, since they are not finite.
        """
        return self.standardization.adapt(frames)

    def call(self, inputs, mask=None, training=None, return_attention=False):
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        frames = self.standardization(inputs, mask=mask)
        if self.linear is not None:
            frames, mask = self._to_time_dim(frames, mask)
        if self.augmentation is not None:
            frames, mask = self.augmentation(frames, mask, training=training)
        regions, region_mask = self.cnn(frames, mask, training=training)
        vector, weights = self._pool(regions, region_mask)
        return (vector, weights) if return_attention else vector

    def over_time(self, weights, frames, bins):
        """Attention over regions as attention over frames, for a picture.

        Args:
            weights: array `(regions,)` of one clip.
            frames: int. Frames of the batch that it stood in.
            bins: int. Bins of a frame.

        Returns:
            Array `(frames,)`: each frame has the weight of the regions above it.
        """
        steps, rows = self.cnn.grid(frames, bins)
        by_step = np.asarray(weights).reshape(steps, rows).sum(axis=1)
        return np.repeat(by_step, self.cnn.time_stride)[:frames]

    def _to_time_dim(self, frames, mask):
        """Every clip cropped or padded to as many frames as the linear layer reads."""
        # In a compiled step the number of frames may not be known before it runs.
        more = [0, self.time_dim]
        frames = ops.pad(frames, [[0, 0], more, [0, 0]])
        mask = ops.pad(mask, [[0, 0], more], constant_values=False)
        return frames[:, : self.time_dim], mask[:, : self.time_dim]

    def _pool(self, regions, mask):
        if self.attention is not None:
            mean, weights = self.attention(regions, mask=mask, return_attention=True)
            if self.pooling == "attention":
                return mean, weights
            deviation = ops.cast(_deviation(regions, weights), mean.dtype)
            return ops.concatenate([mean, deviation], axis=-1), weights
        if self.linear is None:
            return masked_mean(regions, mask), None
        flat = ops.reshape(
            zero_masked(regions, mask), (-1, self.linear.kernel.shape[0])
        )
        return self.linear(flat), None

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(
        self, inputs, mask=None, training=None, return_attention=False
    ):
        batch, frames, bins = inputs.shape
        vector = keras.KerasTensor((batch, self.output_dim), self.compute_dtype)
        weights = None
        if self.attention is not None:
            steps, rows = self.cnn.grid(frames, bins)
            shape = (batch, None if steps is None else steps * rows)
            weights = keras.KerasTensor(shape, wide_dtype(self.compute_dtype))
        return (vector, weights) if return_attention else vector

    def get_config(self):
        return {
            **super().get_config(),
            "network": self.network,
            "channels": self.channels,
            "width": self.width,
            "normalization": self.normalization,
            "pooling": self.pooling,
            "scale": self.scale,
            "time_dim": self.time_dim,
            "dropout": self.dropout,
            "augment": self.augment,
            "seed": self.seed,
        }


def _deviation(regions, weights):
    """Deviation `(batch, channels)` of the regions from their weighted mean."""
    regions, weights = widened(regions), widened(weights)
    mean = ops.einsum("bl,blc->bc", weights, regions)
    squares = ops.einsum("bl,blc->bc", weights, ops.square(regions))
    # The root has no finite slope at 0.
    return ops.sqrt(ops.maximum(squares - ops.square(mean), LEAST_VARIANCE))
