"""Read a spectrogram with convolutions (Figure 3 of the audio-text paper)."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.local_response_normalization import LocalResponseNormalization
from mmzoo.layers.masked_batch_normalization import MaskedBatchNormalization
from mmzoo.layers.scaled_channels import scaled_channels
from mmzoo.layers.spectrogram_maps import (
    coarser,
    overlapping_maximum,
    padded,
    zero_outside,
)
from mmzoo.ops.deltas import SLOPES, with_deltas
from mmzoo.ops.masking import zero_masked

NORMALIZATIONS = {"alexnet": "full", "small": "batch"}
# Response normalisation follows as many stages as in AlexNet.
RESPONSE_STAGES = 2


@keras.saving.register_keras_serializable(package="mmzoo")
class SpectrogramCNN(keras.layers.Layer):
    """Turn a spectrogram into regions, each a vector of features.

    `"alexnet"` is Figure 3 of the audio-text paper, after Zhang et al.: Conv11-4-96,
    maxpool3-2, Conv5-1-256, maxpool3-2, Conv3-1-384 twice, Conv3-1-C, maxpool3-2 (each
    kernel-stride-channels), with ReLU after every convolution. Its regions are the
    places of the grid that is left, one for 32 frames and 32 bins.

    `"small"` is ours, as the paper says no more of the "simpler small CNN" that it
    ends with: three Conv3-2 of C / 8, C / 4 and C / 2 channels with ReLU, after which
    all frequencies of a time are flattened and pass through a dense layer with ReLU.
    One region stands for 8 frames.

    Where the paper is silent: `"full"`, its `lrn_mode`, is read as response
    normalisation after the first two stages, as in AlexNet; weights start as He et al.
    propose; padding keeps `ceil(size / stride)` places, so that few frames survive.
    Its public code reads `"full"` as a window of as many channels as there are, and has
    the ReLU behind: that is `"all_channels"`, with k = 1 and alpha times the *mean* of
    the squares, as PyTorch has them, so that it changes strong places alone.

    Small halves by strides, not by pooling: on two CPU cores with JAX, the three
    convolutions took 0.3 s a training step of 32 clips of 300 frames and 64 bins, and
    over 1 s with 2-2 max pooling behind them. AlexNet's 3-2 pooling is the maximum of
    slices: the same numbers, and faster to differentiate than `keras.ops.max_pool`.

    Masking: takes a mask. Masked frames are zeros before every convolution, exactly
    what its padding is, and do not enter the statistics of batch normalisation; so a
    clip gives the same regions whatever it is padded to. A region is observed if any
    of the `time_stride` frames that it stands for is; others are zeros.

    Args:
        network: `"small"` or `"alexnet"`. Defaults to `"small"`.
        channels: int. C. Defaults to `256`.
        width: float. Factor on the channels of the inner convolutions (all of the
            small ones), which are rounded to multiples of 8. Defaults to `1.0`.
        normalization: `"full"` (response normalisation after the first two stages,
            over 5 channels), `"all_channels"` (over as many as there are, before the
            ReLU), `"batch"` (batch normalisation before each ReLU) or `"none"`.
            Defaults to `None`: `"full"` for AlexNet, `"batch"` for the small CNN.
        flatten_frequency: optional bool. Whether a region is a time, all frequencies
            of which are flattened and projected to C. Defaults to `None`: for the small
            CNN only.
        dropout: float. Fraction of the regions' features dropped in training.
            Defaults to `0.0`.
        deltas: `"time"` or `"frequency"`: along which slope and curvature are read
            beside each bin, as channels; or `"none"`. Defaults to `"none"`.
        spectrogram: optional `LogSpectrogram`, with which the layer takes waveforms
            too. Their decibels enter as they are; to standardise them, call
            `LogSpectrogram`, `MaskedNormalization` and this layer one by one.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, frames, bins)`, standardised; with `spectrogram`
            also what that takes.
        mask: optional boolean tensor `(batch, frames)`, or `(batch, samples)` for
            waveforms, True = observed.
        training: bool. Whether dropout is active and statistics are the batch's.

    Returns:
        Regions `(batch, L, output_dim)` and their mask `(batch, L)`. `L = T' * F'`, of
        which `grid` gives the factors; the frequencies of one time follow each other.

    Example:
    ```python
    cnn = mmzoo.layers.SpectrogramCNN(width=0.25)
    regions, mask = cnn(keras.ops.ones((2, 300, 64)))
    regions.shape, mask.shape  # (2, 38, 256), (2, 38)
    cnn.grid(300, 64)  # (38, 1)
    ```

    Reference:
        - Sections 3.1.1-3.1.2, 5.2.1 and Figure 3 of the audio-text paper
        - [Zhang et al., 2018](https://arxiv.org/abs/1806.01506)
        - [He et al., 2015](https://arxiv.org/abs/1502.01852), section 2.2.
    """

    def __init__(
        self,
        network="small",
        channels=256,
        width=1.0,
        normalization=None,
        flatten_frequency=None,
        dropout=0.0,
        deltas="none",
        spectrogram=None,
        **kwargs,
    ):
        # Waveforms keep their digits however few the compute dtype has.
        super().__init__(autocast=False, **kwargs)
        self.network = network
        self.channels = channels
        self.width = width
        self.normalization = normalization or NORMALIZATIONS.get(network)
        if flatten_frequency is None:
            flatten_frequency = network == "small"
        self.flatten_frequency = flatten_frequency
        self.dropout = dropout
        self.deltas = deltas
        self.spectrogram = spectrogram
        self._check()
        self.supports_masking = True
        # (channels, kernel, stride, whether it is pooled) of each stage
        self.stages = self._stages()
        self.time_stride = {"alexnet": 32, "small": 8}[network]
        self.output_dim = channels if flatten_frequency else self.stages[-1][0]
        self._make_layers()

    def _check(self):
        if getattr(self.spectrogram, "speaker_normalization", False):
            raise ValueError(
                "`spectrogram` has `speaker_normalization=True`, which a layer cannot "
                "do: give a `LogSpectrogram` without it, or frames."
            )
        choices = {
            "network": sorted(NORMALIZATIONS),
            "normalization": ["all_channels", "batch", "full", "none"],
            "deltas": ["none", *SLOPES],
        }
        for name, known in choices.items():
            if getattr(self, name) not in known:
                raise ValueError(
                    f"`{name}` is one of {known}, not {getattr(self, name)!r}."
                )
        for name in ("channels", "width"):
            if getattr(self, name) <= 0:
                raise ValueError(f"`{name}` is above 0, not {getattr(self, name)}.")

    def _stages(self):
        def inner(count):
            return scaled_channels(count, self.width)

        if self.network == "small":
            return [(inner(self.channels / part), 3, 2, False) for part in (8, 4, 2)]
        return [
            (inner(96), 11, 4, True),
            (inner(256), 5, 1, True),
            (inner(384), 3, 1, False),
            (inner(384), 3, 1, False),
            (self.channels, 3, 1, True),
        ]

    def _make_layers(self):
        dtype = self.dtype_policy
        batch = self.normalization == "batch"
        self.convolutions = [
            keras.layers.Conv2D(
                channels,
                kernel,
                strides=stride,
                use_bias=not batch,
                kernel_initializer="he_normal",
                data_format="channels_last",
                dtype=dtype,
                name=f"convolution_{index}",
            )
            for index, (channels, kernel, stride, _) in enumerate(self.stages)
        ]
        # A short memory: small corpora have few steps an epoch.
        self.batch_normalizations = [
            MaskedBatchNormalization(
                momentum=0.9, dtype=dtype, name=f"batch_normalization_{index}"
            )
            for index in range(len(self.stages) if batch else 0)
        ]
        self.response_normalizations = [
            LocalResponseNormalization(
                **self._response(channels),
                dtype=dtype,
                name=f"response_normalization_{index}",
            )
            for index, (channels, *_) in enumerate(self.stages[:RESPONSE_STAGES])
        ]
        self.projection = None
        if self.flatten_frequency:
            self.projection = keras.layers.Dense(
                self.channels,
                activation="relu",
                kernel_initializer="he_normal",
                dtype=dtype,
                name="projection",
            )
        self.region_dropout = keras.layers.Dropout(
            self.dropout, dtype=dtype, name="region_dropout"
        )

    def _response(self, channels):
        """Arguments of the response normalisation: AlexNet's, or PyTorch's defaults."""
        if self.normalization != "all_channels":
            return {}
        return {"depth_radius": None, "bias": 1.0, "alpha": 1e-4 / channels}

    def build(self, input_shape):
        bins = self.spectrogram.bins if self.spectrogram else input_shape[-1]
        features = 1 if self.deltas == "none" else 3
        for index, (channels, *_) in enumerate(self.stages):
            self.convolutions[index].build((None, None, None, features))
            if self.batch_normalizations:
                self.batch_normalizations[index].build((None, None, None, channels))
            features = channels
        if self.projection is not None:
            rows = -(-bins // self.time_stride)
            self.projection.build((None, None, rows * features))
        keep_frozen(self)
        self.built = True

    def grid(self, time, bins):
        """How many times and frequencies the regions of a spectrogram stand for.

        Args:
            time: optional int. Frames of the spectrogram; `None` if unknown.
            bins: int. Its bins.

        Returns:
            `(T', F')`: region `t * F' + f` is about the `time_stride` frames from
            `t * time_stride` on and as many bins from `f * time_stride` on; `F'` is 1
            with `flatten_frequency`.
        """
        rows = 1 if self.flatten_frequency else -(-bins // self.time_stride)
        return None if time is None else -(-time // self.time_stride), rows

    def call(self, inputs, mask=None, training=None):
        maps, mask = self._frames(inputs, mask)
        # Slopes are differences of like numbers: taken, then narrowed.
        maps = zero_masked(ops.cast(maps, "float32"), mask)
        if self.deltas == "none":
            maps = maps[..., None]
        else:
            maps = with_deltas(maps, mask, self.deltas)
        maps = ops.cast(maps, self.compute_dtype)
        for index in range(len(self.stages)):
            maps, mask = self._stage(index, maps, mask, training)
        batch, rows, features = ops.shape(maps)[0], maps.shape[2], maps.shape[3]
        if self.projection is None:
            regions = ops.reshape(maps, (batch, -1, features))
            mask = ops.repeat(mask, rows, axis=1)
        else:
            regions = ops.reshape(maps, (batch, -1, rows * features))
            regions = self.projection(regions)
        regions = self.region_dropout(regions, training=training)
        return zero_masked(regions, mask), mask

    def _frames(self, inputs, mask):
        self._check_inputs(inputs)
        if self._is_waveform(inputs):
            return self.spectrogram(inputs, mask=mask)
        if mask is None:
            return inputs, ops.ones(ops.shape(inputs)[:2], dtype="bool")
        return inputs, ops.cast(mask, "bool")

    def _is_waveform(self, inputs):
        one_bin = len(inputs.shape) == 3 and inputs.shape[-1] == 1
        return len(inputs.shape) == 2 or (one_bin and self.spectrogram is not None)

    def _check_inputs(self, inputs):
        shape = tuple(inputs.shape)
        if len(shape) == 2 and self.spectrogram is None:
            raise ValueError(
                f"`inputs` has shape {shape}, a waveform, which this layer reads with "
                "`spectrogram=LogSpectrogram(...)` only."
            )
        if len(shape) not in (2, 3):
            raise ValueError(f"`inputs` has shape {shape}, not (batch, frames, bins).")
        bins = shape[-1] if self.spectrogram is None else self.spectrogram.bins
        if not self._is_waveform(inputs) and shape[-1] != bins:
            raise ValueError(
                f"`inputs` has {shape[-1]} bins, but `spectrogram` gives {bins}."
            )

    def _stage(self, index, maps, mask, training):
        _, kernel, stride, pooled = self.stages[index]
        maps = self.convolutions[index](padded(maps, kernel, stride))
        mask = coarser(mask, stride)
        if self.batch_normalizations:
            maps = self.batch_normalizations[index](
                maps, mask=mask[:, :, None], training=training
            )
        responding = self.normalization if index < RESPONSE_STAGES else None
        if responding == "all_channels":
            maps = self.response_normalizations[index](maps)
        maps = ops.relu(maps)
        if responding == "full":
            maps = self.response_normalizations[index](maps)
        maps = zero_outside(maps, mask)
        if pooled:
            mask = coarser(mask, 2)
            maps = zero_outside(overlapping_maximum(maps), mask)
        return maps, mask

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None, training=None):
        self._check_inputs(inputs)
        frames = inputs
        if self._is_waveform(inputs):
            frames, _ = self.spectrogram.compute_output_spec(inputs)
        times, rows = self.grid(*frames.shape[1:])
        shape = (inputs.shape[0], None if times is None else times * rows)
        return (
            keras.KerasTensor((*shape, self.output_dim), dtype=self.compute_dtype),
            keras.KerasTensor(shape, dtype="bool"),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "network": self.network,
            "channels": self.channels,
            "width": self.width,
            "normalization": self.normalization,
            "flatten_frequency": self.flatten_frequency,
            "dropout": self.dropout,
            "deltas": self.deltas,
            "spectrogram": keras.saving.serialize_keras_object(self.spectrogram),
        }

    @classmethod
    def from_config(cls, config):
        spectrogram = keras.saving.deserialize_keras_object(config["spectrogram"])
        # Files of earlier versions say whether there are any, over time.
        deltas = {True: "time", False: "none"}.get(config["deltas"], config["deltas"])
        return cls(**{**config, "spectrogram": spectrogram, "deltas": deltas})
