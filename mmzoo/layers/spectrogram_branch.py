"""From the frames of a spectrogram to one vector."""

import math
from functools import partial

import keras
import numpy as np
from keras import ops

from mmzoo.layers.attention_pooling import AttentionPooling
from mmzoo.layers.ecapa_tdnn import ECAPATDNN
from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.masked_batch_normalization import MaskedBatchNormalization
from mmzoo.layers.masked_normalization import MaskedNormalization
from mmzoo.layers.mixed_region_pooling import MixedRegionPooling
from mmzoo.layers.raw_audio_cnn import RawAudioCNN
from mmzoo.layers.scaled_channels import scaled_channels
from mmzoo.layers.sequence_encoder import SequenceEncoder
from mmzoo.layers.spectrogram_augmentation import SpectrogramAugmentation
from mmzoo.layers.spectrogram_cnn import SpectrogramCNN
from mmzoo.layers.spectrogram_resnet import SpectrogramResNet
from mmzoo.layers.statistics_pooling import StatisticsPooling, weighted_statistics
from mmzoo.layers.x_vector import XVector
from mmzoo.ops.masking import masked_mean, zero_masked
from mmzoo.ops.precision import wide_dtype

# Gain, stretch and another pitch make other speakers out of few.
AUGMENTATION = {
    "max_time_width": 30,
    "max_frequency_width": 8,
    "max_gain": 0.3,
    "max_stretch": 0.1,
    "max_frequency_shift": 4,
}
# The pooling that each network has in its paper.
NETWORKS = {
    "small": "attention",
    "alexnet": "attention",
    "x_vector": "statistics",
    "ecapa": "attentive_statistics",
    "resnet18": "attention",
    "resnet50": "attention",
    "raw": "lstm",
}
# What is read beside each bin unless a branch says otherwise.
DELTAS = {"small": "time", "alexnet": "none"}
STATISTICS = ("statistics", "attentive_statistics")
# Those that have a weight for each place, for which clips get one length.
OF_ONE_LENGTH = ("linear", "mixed_regions")
POOLINGS = ("attention", "deviation", *STATISTICS, "lstm", "mean", *OF_ONE_LENGTH)
ATTENTIVE = ("attention", "deviation", "attentive_statistics", "mixed_regions")
# Those that are made by `width`, and have batch normalisation always, or never.
OTHERS = {
    "x_vector": XVector,
    "ecapa": ECAPATDNN,
    "resnet18": partial(SpectrogramResNet, "resnet18"),
    "resnet50": partial(SpectrogramResNet, "resnet50"),
    "raw": RawAudioCNN,
}
# Width of ECAPA-TDNN's attention in its paper.
ATTENTION_DIM = 128


@keras.saving.register_keras_serializable(package="mmzoo")
class SpectrogramBranch(keras.layers.Layer):
    """Standardise each bin, augment, read with a CNN, pool its regions.

    The audio half of the audio-text model: AlexNet's convolutions or the small CNN
    (`SpectrogramCNN`), then attention over the regions (eq. 1-3 with lambda), or the
    paper's alternative, a linear layer on all regions side by side, for which every
    clip is padded or cut to `time_dim` frames. `"mixed_regions"` is the attention of
    the paper's public code, which mixes the regions of such clips and then weighs what
    it mixed (`MixedRegionPooling`). `"deviation"` joins the deviation of the
    regions under the same attention to their mean (Okabe et al., "attentive statistics
    pooling"). The mean without attention is a control. Unless `deltas` says otherwise,
    the small CNN reads slope and curvature of each bin over time beside it, and AlexNet
    does not.

    `"x_vector"` and `"ecapa"` are the networks of speaker recognition that recognise
    emotions too: time delay layers over frames of all bins (`XVector`, `ECAPATDNN`),
    mean and deviation over time, by `StatisticsPooling`, and a dense layer that makes
    an embedding of them. In front of this layer the statistics are normalised over the
    batch, as ECAPA-TDNN has it. With `width=1` their layers are as wide as in the
    papers, and with `channels=512` and `192` their embeddings, too. `"resnet18"` and
    `"resnet50"` are residual networks (`SpectrogramResNet`), of which a region has as
    many features as the last layer, whatever `channels` is.

    `"lstm"` reads the regions in the order of their times, those of one time side by
    side, and answers with its last state: SER-LSTM, a recurrence over convolutions of
    short windows, after its abstract, since its full text was not accessible. A window
    is what a region sees. Windows overlap and share the convolutions, so that they are
    computed once for the whole spectrogram; a window that is cut out first would see
    zeros beyond its edges instead of its neighbours.

    `"raw"` reads no spectrogram, but the samples of each step (`RawAudioCNN` on
    `RawAudioFrames`), and an LSTM their steps: Adieu-Net. It has one LSTM without
    peepholes, where its group's code has two with them, and is trained as the others
    are, not by the concordance of a batch. Nothing is augmented.

    Masking: masked frames count nowhere; a row with nothing observed stays finite.

    Args:
        network: `"small"`, `"alexnet"`, `"x_vector"`, `"ecapa"`, `"resnet18"`,
            `"resnet50"` or `"raw"`. Defaults to `"small"`.
        channels: int. C, the features of a region, Table 3's 256; of the embedding,
            where statistics are pooled; of the LSTM's state. Defaults to `256`.
        width: float. Factor on the inner channels. Defaults to `1.0`.
        normalization: `"full"`, `"all_channels"`, `"batch"` or `"none"`, see
            `SpectrogramCNN`; the other networks have `"batch"`, and `"raw"` has
            `"none"`. Defaults to `None`: what suits the network.
        pooling: `"attention"`, `"deviation"`, `"statistics"`, `"attentive_statistics"`,
            `"lstm"`, `"mean"`, `"linear"` or `"mixed_regions"`. Defaults to `None`:
            `"statistics"` for the x-vector, `"lstm"` for samples,
            `"attentive_statistics"` for ECAPA-TDNN, `"attention"` for the others.
        scale: float. Lambda of eq. 2. Defaults to `0.3`, Table 3's.
        time_dim: int. Frames that `"linear"` and `"mixed_regions"` read. Defaults to
            `750`, Table 3's.
        dropout: float. Inside the network. Defaults to `0.0`.
        augment: bool. Whether clips are changed in training, see
            `SpectrogramAugmentation`. Defaults to `True`.
        seed: optional int. Of the augmentation.
        deltas: `"time"`, `"frequency"` or `"none"`, see `SpectrogramCNN`, of the small
            network and AlexNet. Defaults to `None`: what suits the network.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, frames, bins)`, decibels.
        mask: optional boolean tensor `(batch, frames)`, True = observed.
        training: bool. Whether augmentation and dropout are active.
        return_attention: bool. Whether the weights of the regions are returned too.

    Returns:
        Float tensor `(batch, output_dim)`: as wide as a region, twice that with
        `"deviation"`, `channels` with the statistics, `"lstm"` and `"linear"`; with
        `return_attention`, also the weights `(batch, regions)`, `None` without
        attention. Where each feature has weights of its own, they are averaged.

    Example:
    ```python
    branch = mmzoo.layers.SpectrogramBranch(channels=32, width=0.25)
    branch(keras.ops.ones((2, 40, 64))).shape  # (2, 32)
    ```

    Reference:
        - Sections 3.1.1-3.1.3 of the audio-text paper
        - [Zhang et al., 2018](https://arxiv.org/abs/1806.01506)
        - [Okabe et al., 2018](https://arxiv.org/abs/1803.10963), section 3.
        - [Snyder et al., 2018](https://doi.org/10.1109/ICASSP.2018.8461375)
        - [Desplanques et al., 2020](https://arxiv.org/abs/2005.07143)
        - [Trigeorgis et al., 2016](https://doi.org/10.1109/ICASSP.2016.7472669)
        - [Lim, Jang and Lee, 2016](https://doi.org/10.1109/APSIPA.2016.7820699), of
          which the abstract alone.
    """

    def __init__(
        self,
        network="small",
        channels=256,
        width=1.0,
        normalization=None,
        pooling=None,
        scale=0.3,
        time_dim=750,
        dropout=0.0,
        augment=True,
        seed=None,
        deltas=None,
        **kwargs,
    ):
        # Decibels keep their digits until they are standardised.
        super().__init__(autocast=False, **kwargs)
        self.network = network
        self.channels = channels
        self.width = width
        self.normalization = normalization
        self.deltas = deltas
        self.pooling = pooling or NETWORKS.get(network)
        self._check()
        self.scale = scale
        self.time_dim = time_dim
        self.dropout = dropout
        self.augment = augment
        self.seed = seed
        self.supports_masking = True
        dtype = self.dtype_policy
        # A wave that is cut off is another sound, and a loud one is cut off most.
        limit = {"clip": None} if network == "raw" else {}
        self.standardization = MaskedNormalization(
            **limit, dtype=dtype, name="standardization"
        )
        self.augmentation = None
        # Its changes are of frequencies, and samples have none.
        if augment and network != "raw":
            self.augmentation = SpectrogramAugmentation(
                **AUGMENTATION, seed=seed, dtype="float32", name="augmentation"
            )
        self.cnn = self._network()
        self._make_pooling()

    def _check(self):
        choices = {"network": list(NETWORKS), "pooling": list(POOLINGS)}
        if self.network in OTHERS:
            own = "none" if self.network == "raw" else "batch"
            choices |= {"normalization": [None, own], "deltas": [None]}
        for name, known in choices.items():
            if getattr(self, name) not in known:
                raise ValueError(
                    f"`{name}` is one of {known}, not {getattr(self, name)!r}."
                )

    def _network(self):
        more = {"dropout": self.dropout, "dtype": self.dtype_policy, "name": "cnn"}
        if self.network in OTHERS:
            return OTHERS[self.network](width=self.width, **more)
        return SpectrogramCNN(
            self.network,
            self.channels,
            self.width,
            self.normalization,
            deltas=self.deltas or DELTAS[self.network],
            **more,
        )

    def _make_pooling(self):
        channels, dtype = self.channels, self.dtype_policy
        self.attention = self.linear = self.statistics = self.lstm = None
        self.output_dim = channels
        if self.pooling in ("attention", "deviation"):
            self.attention = AttentionPooling(
                channels, self.scale, dtype=dtype, name="attention"
            )
        elif self.pooling == "mixed_regions":
            self.attention = MixedRegionPooling(
                self.scale, dtype=dtype, name="attention"
            )
        elif self.pooling == "linear":
            self.linear = keras.layers.Dense(channels, dtype=dtype, name="linear")
        elif self.pooling in STATISTICS:
            self._make_embedding()
        elif self.pooling == "lstm":
            self.lstm = SequenceEncoder(
                channels, dropout=self.dropout, dtype=dtype, name="lstm"
            )
        if self.pooling in ("attention", "mixed_regions", "mean"):
            self.output_dim = self.cnn.output_dim
        elif self.pooling == "deviation":
            self.output_dim = 2 * self.cnn.output_dim

    def _make_embedding(self):
        dtype, attention_dim = self.dtype_policy, None
        if self.pooling == "attentive_statistics":
            attention_dim = scaled_channels(ATTENTION_DIM, self.width)
        self.statistics = StatisticsPooling(
            attention_dim, dtype=dtype, name="statistics"
        )
        self.normalized_statistics = MaskedBatchNormalization(
            momentum=0.9, dtype=dtype, name="normalized_statistics"
        )
        self.embedding = keras.layers.Dense(
            self.channels, dtype=dtype, name="embedding"
        )

    def build(self, input_shape):
        bins = input_shape[-1]
        # `adapt` may have built it.
        if not self.standardization.built:
            self.standardization.build((None, None, bins))
        self.cnn.build((None, None, bins))
        self._build_pooling(bins)
        keep_frozen(self)
        self.built = True

    def _build_pooling(self, bins):
        self._regions = None
        if self.pooling in OF_ONE_LENGTH:
            self._regions = math.prod(self.cnn.grid(self.time_dim, bins))
        if self.attention is not None:
            self.attention.build((None, self._regions, self.cnn.output_dim))
        if self.linear is not None:
            self.linear.build((None, self._regions * self.cnn.output_dim))
        if self.statistics is not None:
            self.statistics.build((None, None, self.cnn.output_dim))
            self.normalized_statistics.build((None, 2 * self.cnn.output_dim))
            self.embedding.build((None, 2 * self.cnn.output_dim))
        if self.lstm is not None:
            # Regions of one time, which alexnet alone has several of.
            self._rows = self.cnn.grid(None, bins)[1]
            self.lstm.build((None, None, self._rows * self.cnn.output_dim))

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
        if self.pooling in OF_ONE_LENGTH:
            frames, mask = self._to_time_dim(frames, mask)
        if self.augmentation is not None:
            frames, mask = self.augmentation(frames, mask, training=training)
        regions, mask = self.cnn(frames, mask, training=training)
        if self._regions is not None:
            # A compiled step does not see that there are as many.
            regions = ops.reshape(regions, (-1, self._regions, self.cnn.output_dim))
            mask = ops.reshape(mask, (-1, self._regions))
        vector, weights = self._pool(regions, mask, training)
        return (vector, weights) if return_attention else vector

    def over_time(self, weights, frames, bins):
        """Attention over regions as attention over frames, for a picture.

        Args:
            weights: array `(regions,)` of one clip.
            frames: int. Frames of the batch that it stood in.
            bins: int. Bins of a frame.

        Returns:
            Array `(frames,)`: each frame has the weight of the regions above it, and
            one that was cut away has 0.
        """
        rows = self.cnn.grid(frames, bins)[1]
        by_step = np.asarray(weights).reshape(-1, rows).sum(axis=1)
        by_frame = np.repeat(by_step, self.cnn.time_stride)[:frames]
        return np.pad(by_frame, (0, frames - len(by_frame)))

    def _to_time_dim(self, frames, mask):
        """Every clip cropped or padded to as many frames as the pooling reads."""
        # In a compiled step the number of frames may not be known before it runs.
        more = [0, self.time_dim]
        frames = ops.pad(frames, [[0, 0], more, [0, 0]])
        mask = ops.pad(mask, [[0, 0], more], constant_values=False)
        return frames[:, : self.time_dim], mask[:, : self.time_dim]

    def _pool(self, regions, mask, training):
        if self.attention is not None:
            mean, weights = self.attention(regions, mask=mask, return_attention=True)
            if self.pooling != "deviation":
                return mean, weights
            _, deviation = weighted_statistics(regions, weights)
            deviation = ops.cast(deviation, mean.dtype)
            return ops.concatenate([mean, deviation], axis=-1), weights
        if self.statistics is not None:
            return self._embed(regions, mask, training)
        if self.lstm is not None:
            return self._last_state(regions, mask, training), None
        if self.linear is None:
            return masked_mean(regions, mask), None
        flat = self._regions * self.cnn.output_dim
        return self.linear(ops.reshape(zero_masked(regions, mask), (-1, flat))), None

    def _embed(self, regions, mask, training):
        found, weights = self.statistics(
            regions, mask=mask, training=training, return_attention=True
        )
        # A clip without sound does not enter the statistics of the batch.
        found = self.normalized_statistics(
            found, mask=ops.any(mask, axis=1), training=training
        )
        if self.pooling == "statistics":
            return self.embedding(found), None
        return self.embedding(found), ops.mean(weights, axis=-1)

    def _last_state(self, regions, mask, training):
        """The state of an LSTM that has read all times, `(batch, channels)`."""
        batch, size = ops.shape(regions)[0], self._rows * self.cnn.output_dim
        times = ops.reshape(zero_masked(regions, mask), (batch, -1, size))
        heard = ops.any(ops.reshape(mask, (batch, -1, self._rows)), axis=-1)
        return self.lstm(times, mask=heard, training=training)[1]

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(
        self, inputs, mask=None, training=None, return_attention=False
    ):
        batch, frames, bins = inputs.shape
        vector = keras.KerasTensor((batch, self.output_dim), self.compute_dtype)
        weights = None
        if self.pooling in ATTENTIVE:
            fixed = self.pooling in OF_ONE_LENGTH
            steps, rows = self.cnn.grid(self.time_dim if fixed else frames, bins)
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
            "deltas": self.deltas,
        }
