"""Log spectrograms that depend on the clip alone, not on its batch."""

import keras
import numpy as np
from keras import ops

from mmzoo.ops.masking import extents, zero_masked

KINDS = ("linear", "mel")
# -100 decibels, so that digital silence stays finite.
MINIMUM_POWER = 1e-10
# What is further below the loudest value of a clip is noise (librosa's `top_db`).
RANGE_DECIBELS = 80.0


def mono_samples(waveform, mask=None):
    """The samples of one channel, zeros where nothing was observed.

    Args:
        waveform: float tensor `(batch, samples)` or `(batch, samples, 1)`.
        mask: optional boolean tensor `(batch, samples)`, True = observed.

    Returns:
        Float32 tensor `(batch, samples)`; what is not finite is zero, too.
    """
    shape = tuple(waveform.shape)
    if len(shape) == 3 and shape[-1] == 1:
        waveform = ops.squeeze(waveform, axis=-1)
    elif len(shape) != 2:
        raise ValueError(
            f"`waveform` has shape {shape}, but this layer reads (batch, samples) "
            "or (batch, samples, 1): mix several channels into one."
        )
    waveform = ops.cast(waveform, "float32")
    observed = ops.isfinite(waveform)
    if mask is not None:
        observed = ops.logical_and(observed, ops.cast(mask, "bool"))
    return ops.where(observed, waveform, ops.zeros_like(waveform))


@keras.saving.register_keras_serializable(package="mmzoo")
class LogSpectrogram(keras.layers.Layer):
    """Turn a waveform into decibels by time and frequency.

    Frame `t` is the Hann window that begins at `t * step_seconds`. Every frame that
    begins inside the clip is one; behind the clip's end it reads zeros. So the frames
    of a clip are the same whatever it is padded to, and the shortest clip still has
    one. Values more than 80 dB below the clip's own loudest are raised to that level.

    Two layers of Keras come close. `MelSpectrogram` centres its frames on a reflected
    signal, so that the last ones depend on the padding, and measures `top_db` from the
    loudest value of the batch: only its filters are reused. `STFTSpectrogram` cuts
    powers below 1e-7 and holds its transform as trainable convolutions:
    `keras.ops.stft` serves here instead. The audio-text paper says no more of its
    spectrograms than that they are logarithmic and (Table 3) `time_dim` = 750 long;
    all else is this layer's choice. Backends agree within 1e-3 dB for mel, and within
    0.01 dB for single bins 80 dB below a loud tone, where float32 ends.

    Masking: takes the mask of the samples; masked samples are read as zeros, as are
    those that are not finite. The mask of the frames follows the last observed sample
    of each clip, masked frames are zeros, and a clip with nothing observed has none.

    Args:
        kind: `"mel"` (triangular mel filters) or `"linear"` (the bins of the Fourier
            transform up to `max_frequency`). Defaults to `"mel"`.
        num_bins: int. Mel filters; not read when linear. Defaults to `64`.
        sample_rate: int. Samples per second. Defaults to `16000`.
        window_seconds: float. Length of a frame. Defaults to `0.025`.
        step_seconds: float. From one frame's begin to the next. Defaults to `0.010`.
        min_frequency: float. Lower edge of the mel filters in Hertz; not read when
            linear. Defaults to `20.0`.
        max_frequency: optional float. The highest frequency in Hertz ("frequency
            cut"). Defaults to `None`: half of `sample_rate`.
        time_dim: optional int. Frames beyond this many are cropped; `None` crops
            nothing. Defaults to `750`.
        trim_decibels: optional float. Frames at either end of a clip whose energy is
            more than this many dB below that of its loudest frame are cut off before
            cropping; the others move to the front. Defaults to `None`: nothing is cut.
        speaker_normalization: bool. Whether a model is to read these frames
            standardised by speaker (`mmzoo.data.normalized_speakers`). The layer sees a
            batch and no speakers, and returns decibels all the same: the recipes and
            `mmzoo.predict` standardise them, and a model that is given a waveform
            refuses it. Defaults to `False`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        waveform: float tensor `(batch, samples)` or `(batch, samples, 1)`, in -1 to 1.
        mask: optional boolean tensor `(batch, samples)`, True = observed.

    Returns:
        Frames `(batch, frames, bins)` in decibels (`10 log10` of the power of samples
        in -1 to 1; -100 at the least; always float32) and their mask `(batch,
        frames)`. `bins`, `frequencies` (the centre of each bin in Hertz) and
        `seconds_per_frame` are attributes of the layer.

    Example:
    ```python
    spectrogram = mmzoo.layers.LogSpectrogram(num_bins=40)
    frames, mask = spectrogram(keras.random.normal((2, 16000)))
    frames.shape, mask.shape  # (2, 100, 40), (2, 100)
    ```

    Reference:
        - Sections 3.1.1 and 5.2.1 and Table 3 of the audio-text paper.
    """

    # The key of a batch that this layer reads.
    raw = "waveform"

    def __init__(
        self,
        kind="mel",
        num_bins=64,
        sample_rate=16000,
        window_seconds=0.025,
        step_seconds=0.010,
        min_frequency=20.0,
        max_frequency=None,
        time_dim=750,
        trim_decibels=None,
        speaker_normalization=False,
        **kwargs,
    ):
        # Samples keep their digits however few the compute dtype has.
        super().__init__(autocast=False, **kwargs)
        self.kind = kind
        self.num_bins = num_bins
        self.sample_rate = sample_rate
        self.window_seconds = window_seconds
        self.step_seconds = step_seconds
        self.min_frequency = min_frequency
        self.max_frequency = max_frequency
        self.time_dim = time_dim
        self.trim_decibels = trim_decibels
        self.speaker_normalization = speaker_normalization
        self.supports_masking = True
        self.window = round(window_seconds * sample_rate)
        self.step = round(step_seconds * sample_rate)
        self.top_frequency = max_frequency or sample_rate / 2
        self._check()
        self.seconds_per_frame = self.step / sample_rate
        self.fft_length = self._fft_length()
        self.bins = num_bins
        if kind == "linear":
            self.bins = int(self.top_frequency * self.fft_length / sample_rate) + 1
        self.built = True

    @property
    def features(self):
        """Bins of a frame, under the name that every front end has."""
        return self.bins

    @property
    def frequencies(self):
        """Centre of each bin in Hertz, `(bins,)`."""
        if self.kind == "linear":
            return np.arange(self.bins) * self.sample_rate / self.fft_length
        ends = np.log1p(np.array([self.min_frequency, self.top_frequency]) / 700)
        return 700 * np.expm1(np.linspace(*ends, self.num_bins + 2)[1:-1])

    def _check(self):
        if self.kind not in KINDS:
            raise ValueError(f"`kind` is one of {list(KINDS)}, not {self.kind!r}.")
        for name in ("window", "step"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"`{name}_seconds` is at least one sample, 1 / {self.sample_rate} "
                    f"seconds, not {getattr(self, f'{name}_seconds')}."
                )
        lowest = self.min_frequency if self.kind == "mel" else 0.0
        if not 0 <= lowest < self.top_frequency <= self.sample_rate / 2:
            raise ValueError(
                "`min_frequency` lies below `max_frequency`, and that at or below half "
                f"of `sample_rate`; not {self.min_frequency}, {self.max_frequency} and "
                f"{self.sample_rate}."
            )
        if self.time_dim is not None and self.time_dim < 1:
            raise ValueError(f"`time_dim` is at least 1 or None, not {self.time_dim}.")

    def _fft_length(self):
        """A power of two, fine enough that no mel filter falls between two bins."""
        length = 2 ** int(np.ceil(np.log2(max(self.window, 2))))
        if self.kind == "mel":
            edges = np.log1p(np.array([self.min_frequency, self.top_frequency]) / 700)
            step = (edges[1] - edges[0]) / (self.num_bins + 1)
            lowest = 700 * (np.exp(edges[0] + 2 * step) - np.exp(edges[0]))
            while self.sample_rate / length >= lowest:
                length *= 2
        return length

    def call(self, waveform, mask=None):
        waveform = mono_samples(waveform, mask)
        power = self._power(waveform)
        frame_mask = self._frame_mask(waveform, mask)
        decibels = self._floored(_to_decibels(power), frame_mask)
        if self.trim_decibels is not None:
            decibels, frame_mask = self._trimmed(decibels, power, frame_mask)
        decibels = zero_masked(decibels, frame_mask)
        if self.time_dim is not None:
            decibels = decibels[:, : self.time_dim]
            frame_mask = frame_mask[:, : self.time_dim]
        return decibels, frame_mask

    def _power(self, waveform):
        """Power `(batch, frames, bins)` of all frames that begin in the batch."""
        # `stft` puts the window into the middle of the transform. With these margins
        # frame t begins at sample t * step, and ceil(samples / step) frames fit.
        before = (self.fft_length - self.window) // 2
        after = self.fft_length - before - 1
        real, imaginary = ops.stft(
            ops.pad(waveform, [[0, 0], [before, after]]),
            sequence_length=self.window,
            sequence_stride=self.step,
            fft_length=self.fft_length,
            center=False,
        )
        power = ops.square(real) + ops.square(imaginary)
        if self.kind == "linear":
            return power[..., : self.bins]
        return ops.matmul(power, self._mel_filters())

    def _mel_filters(self):
        """Weights `(bins of the transform, num_bins)`."""
        return keras.layers.MelSpectrogram().linear_to_mel_weight_matrix(
            num_mel_bins=self.num_bins,
            num_spectrogram_bins=self.fft_length // 2 + 1,
            sampling_rate=self.sample_rate,
            lower_edge_hertz=self.min_frequency,
            upper_edge_hertz=self.top_frequency,
        )

    def _frame_mask(self, waveform, mask):
        samples = ops.shape(waveform)[1]
        begins = ops.arange(0, samples, self.step, dtype="int32")[None, :]
        if mask is None:
            return ops.broadcast_to(
                begins < samples, (ops.shape(waveform)[0], ops.shape(begins)[1])
            )
        return begins < extents(ops.cast(mask, "bool"))[:, None]

    def _floored(self, decibels, frame_mask):
        # NumPy's own float is a float64, and would make one of the decibels.
        quietest = float(10 * np.log10(MINIMUM_POWER))
        heard = ops.where(frame_mask[..., None], decibels, quietest)
        loudest = ops.max(heard, axis=(1, 2), keepdims=True)
        return ops.maximum(decibels, loudest - RANGE_DECIBELS)

    def _trimmed(self, decibels, power, frame_mask):
        energy = _to_decibels(ops.sum(power, axis=-1))
        energy = ops.where(frame_mask, energy, ops.full_like(energy, -np.inf))
        loudest = ops.max(energy, axis=1, keepdims=True)
        kept = ops.logical_and(energy >= loudest - self.trim_decibels, frame_mask)
        # (batch, 1)
        first = ops.argmax(ops.cast(kept, "int32"), axis=1, keepdims=True)
        first = ops.cast(first, "int32")
        count = extents(kept)[:, None] - first
        positions = ops.arange(ops.shape(kept)[1], dtype="int32")[None, :]
        index = ops.minimum(positions + first, ops.shape(kept)[1] - 1)
        moved = ops.take_along_axis(decibels, index[..., None], axis=1)
        return moved, positions < count

    def compute_mask(self, waveform, mask=None):
        return None

    def compute_output_spec(self, waveform, mask=None):
        batch, samples = waveform.shape[:2]
        frames = None if samples is None else -(-samples // self.step)
        if frames is not None and self.time_dim is not None:
            frames = min(frames, self.time_dim)
        return (
            keras.KerasTensor((batch, frames, self.bins), dtype="float32"),
            keras.KerasTensor((batch, frames), dtype="bool"),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "kind": self.kind,
            "num_bins": self.num_bins,
            "sample_rate": self.sample_rate,
            "window_seconds": self.window_seconds,
            "step_seconds": self.step_seconds,
            "min_frequency": self.min_frequency,
            "max_frequency": self.max_frequency,
            "time_dim": self.time_dim,
            "trim_decibels": self.trim_decibels,
            "speaker_normalization": self.speaker_normalization,
        }


def _to_decibels(power):
    """`10 log10` of a power, with a floor that keeps silence finite."""
    return 10.0 * ops.log10(ops.maximum(power, MINIMUM_POWER))
