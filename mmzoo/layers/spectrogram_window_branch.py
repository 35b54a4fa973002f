"""From the frames of a spectrogram, window by window, to one vector."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.masked_normalization import MaskedNormalization
from mmzoo.layers.sequence_encoder import SequenceEncoder
from mmzoo.layers.spectrogram_cnn import SpectrogramCNN
from mmzoo.ops.masking import masked_mean

POOLINGS = ("last", "mean")


@keras.saving.register_keras_serializable(package="mmzoo")
class SpectrogramWindowBranch(keras.layers.Layer):
    """Cut a spectrogram into short windows, read each with a CNN, all with an LSTM.

    The time-distributed convolutions of SER-LSTM: the same CNN (`SpectrogramCNN`,
    small) makes a vector of each window, and an LSTM reads these in their order.
    Window i begins at frame `i * step`; those are read that begin inside the clip, and
    behind its end lie zeros, so that a clip's windows do not depend on its padding.

    Masking: takes a mask. Masked frames are zeros to the CNN and are not in its
    statistics. A window counts if any of its frames is observed, and a row with nothing
    observed gives zeros.

    Args:
        window: int. Frames of a window. Defaults to `24`.
        step: int. Frames from one window's begin to the next. Defaults to `12`.
        channels: int. Features of a region of a window, see `SpectrogramCNN`. Defaults
            to `128`.
        units: int. Width of the LSTM. Defaults to `128`.
        num_layers: int. Stacked LSTMs. Defaults to `1`.
        pooling: `"last"`, the LSTM's last state, or `"mean"` of all. Defaults to
            `"last"`.
        dropout: float. Of the LSTM's inputs. Defaults to `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, frames, bins)`, decibels.
        mask: optional boolean tensor `(batch, frames)`, True = observed.
        training: bool. Whether dropout is active, and statistics are the batch's.
        return_attention: bool. Whether attention is returned too, which there is none
            of. Defaults to `False`.

    Returns:
        Float tensor `(batch, units)`; with `return_attention`, also `None`.

    Example:
    ```python
    branch = mmzoo.layers.SpectrogramWindowBranch(channels=16, units=32)
    branch(keras.ops.ones((2, 100, 64))).shape  # (2, 32)
    ```

    Reference:
        - [Lim et al., 2016](https://doi.org/10.1109/APSIPA.2016.7820699), the abstract
    """

    def __init__(
        self,
        window=24,
        step=12,
        channels=128,
        units=128,
        num_layers=1,
        pooling="last",
        dropout=0.0,
        **kwargs,
    ):
        # Decibels keep their digits until they are standardised.
        super().__init__(autocast=False, **kwargs)
        if not 1 <= step <= window:
            raise ValueError(
                f"`step` is between 1 and `window={window}`, so that windows leave no "
                f"frame out; not {step}."
            )
        if pooling not in POOLINGS:
            raise ValueError(f"`pooling` is one of {list(POOLINGS)}, not {pooling!r}.")
        self.window = window
        self.step = step
        self.channels = channels
        self.units = units
        self.num_layers = num_layers
        self.pooling = pooling
        self.dropout = dropout
        self.output_dim = units
        self.supports_masking = True
        named = {"dtype": self.dtype_policy}
        self.standardization = MaskedNormalization(name="standardization", **named)
        self.cnn = SpectrogramCNN("small", channels, name="cnn", **named)
        self.encoder = SequenceEncoder(
            units, num_layers, dropout=dropout, name="encoder", **named
        )

    def build(self, input_shape):
        bins = input_shape[-1]
        # `adapt` may have built it.
        if not self.standardization.built:
            self.standardization.build((None, None, bins))
        self.cnn.build((None, None, bins))
        regions, _ = self.cnn.grid(self.window, bins)
        self.encoder.build((None, None, regions * self.channels))
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
        windows, kept = self.cut(frames, ops.cast(mask, "bool"))
        count = ops.shape(windows)[1]
        regions, _ = self.cnn(
            ops.reshape(windows, (-1, *windows.shape[2:])),
            mask=ops.reshape(kept, (-1, self.window)),
            training=training,
        )
        # (batch, windows, regions of a window side by side)
        width = regions.shape[1] * regions.shape[2]
        vectors = ops.reshape(regions, (-1, count, width))
        there = ops.any(kept, axis=-1)
        states, last = self.encoder(vectors, mask=there, training=training)
        vector = last if self.pooling == "last" else masked_mean(states, there)
        return (vector, None) if return_attention else vector

    def cut(self, frames, mask):
        """The windows of each clip, and which of their frames are observed.

        Args:
            frames: float tensor `(batch, frames, bins)`.
            mask: boolean tensor `(batch, frames)`.

        Returns:
            Float tensor `(batch, windows, window, bins)` and boolean tensor `(batch,
            windows, window)`, with `windows = ceil(frames / step)`.
        """
        begins = ops.arange(0, ops.shape(frames)[1], self.step, dtype="int32")
        # (windows, window)
        places = begins[:, None] + ops.arange(self.window, dtype="int32")[None, :]
        behind = [0, self.window]
        frames = ops.pad(frames, [[0, 0], behind, [0, 0]])
        mask = ops.pad(mask, [[0, 0], behind], constant_values=False)
        return ops.take(frames, places, axis=1), ops.take(mask, places, axis=1)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(
        self, inputs, mask=None, training=None, return_attention=False
    ):
        shape = inputs.shape[0], self.units
        vector = keras.KerasTensor(shape, dtype=self.compute_dtype)
        return (vector, None) if return_attention else vector

    def get_config(self):
        names = ["window", "step", "channels", "units", "num_layers", "pooling"]
        names += ["dropout"]
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
