"""The samples of a clip themselves, cut into steps."""

import keras
from keras import ops

from mmzoo.layers.log_spectrogram import mono_samples
from mmzoo.ops.masking import extents, zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class RawAudioFrames(keras.layers.Layer):
    """Cut a waveform into steps of as many samples each, which are its frames.

    The front end of networks that learn from the samples, where `LogSpectrogram` is
    that of those which read spectrograms. Every step that begins inside the clip is
    one, and behind the clip's end it reads zeros.

    Masking: takes the mask of the samples; masked samples are read as zeros, as are
    those that are not finite. The mask of the frames follows the last observed sample
    of each clip, masked frames are zeros, and a clip with nothing observed has none.

    Args:
        samples: int. Samples of a step. Defaults to `640`.
        sample_rate: int. Samples per second. Defaults to `16000`.
        time_dim: optional int. Frames beyond this many are cropped; `None` crops
            nothing. Defaults to `750`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        waveform: float tensor `(batch, samples)` or `(batch, samples, 1)`, in -1 to 1.
        mask: optional boolean tensor `(batch, samples)`, True = observed.

    Returns:
        Frames `(batch, frames, samples of a step)`, always float32, and their mask
        `(batch, frames)`.

    Example:
    ```python
    frames, mask = mmzoo.layers.RawAudioFrames()(keras.ops.ones((2, 16000)))
    frames.shape, mask.shape  # (2, 25, 640), (2, 25)
    ```

    Reference:
        - [Trigeorgis et al., 2016](https://doi.org/10.1109/ICASSP.2016.7472669)
    """

    # The key of a batch that this layer reads.
    raw = "waveform"

    def __init__(self, samples=640, sample_rate=16000, time_dim=750, **kwargs):
        # Samples keep their digits however few the compute dtype has.
        super().__init__(autocast=False, **kwargs)
        if samples < 1:
            raise ValueError(f"`samples` is at least 1, not {samples}.")
        if time_dim is not None and time_dim < 1:
            raise ValueError(f"`time_dim` is at least 1 or None, not {time_dim}.")
        self.samples = samples
        self.sample_rate = sample_rate
        self.time_dim = time_dim
        self.seconds_per_frame = samples / sample_rate
        self.supports_masking = True
        self.built = True

    @property
    def features(self):
        """Samples of a step, under the name that every front end has."""
        return self.samples

    def call(self, waveform, mask=None):
        waveform = mono_samples(waveform, mask)
        batch, length = ops.shape(waveform)[0], ops.shape(waveform)[1]
        begins = ops.arange(0, length, self.samples, dtype="int32")[None, :]
        if mask is None:
            ends = ops.ones((batch, 1), dtype="int32") * length
        else:
            ends = extents(ops.cast(mask, "bool"))[:, None]
        there = begins < ends
        # As many zeros as the last step may lack, and what is too many of them cut off.
        waveform = ops.pad(waveform, [[0, 0], [0, self.samples - 1]])
        whole = (length + self.samples - 1) // self.samples * self.samples
        frames = ops.reshape(waveform[:, :whole], (batch, -1, self.samples))
        frames = zero_masked(frames, there)
        return frames[:, : self.time_dim], there[:, : self.time_dim]

    def compute_mask(self, waveform, mask=None):
        return None

    def compute_output_spec(self, waveform, mask=None):
        batch, length = waveform.shape[:2]
        frames = None if length is None else -(-length // self.samples)
        if frames is not None and self.time_dim is not None:
            frames = min(frames, self.time_dim)
        return (
            keras.KerasTensor((batch, frames, self.samples), dtype="float32"),
            keras.KerasTensor((batch, frames), dtype="bool"),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "samples": self.samples,
            "sample_rate": self.sample_rate,
            "time_dim": self.time_dim,
        }
