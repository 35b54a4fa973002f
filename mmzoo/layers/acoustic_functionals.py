"""A recording as one row of statistics, for networks that read no time."""

import keras

from mmzoo.layers.log_spectrogram import LogSpectrogram
from mmzoo.ops.acoustic_functionals import OTHER_CONTOURS, acoustic_functionals


@keras.saving.register_keras_serializable(package="mmzoo")
class AcousticFunctionals(keras.layers.Layer):
    """Turn a waveform into statistics of its spectrogram: one step a clip.

    The front end of what reads a clip as one row of numbers, such as a dense layer or a
    support vector machine: mean, deviation and percentiles over time of the mel
    spectrogram, its cepstrum with slope and curvature, loudness, centroid, spread and
    flux (`mmzoo.ops.acoustic_functionals`).

    Masking: takes the mask of the samples. Every clip has one step; it is masked, and
    zeros, where nothing was observed.

    Args:
        spectrogram: optional `LogSpectrogram`. Defaults to `None`: one with its
            defaults.
        speaker_normalization: bool. Whether a model is to read these statistics
            standardised by speaker, as `LogSpectrogram` says of its frames. Defaults to
            `False`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        waveform: float tensor `(batch, samples)` or `(batch, samples, 1)`, in -1 to 1.
        mask: optional boolean tensor `(batch, samples)`, True = observed.

    Returns:
        Statistics `(batch, 1, 5 * (bins + 43) + 1)`, always float32, and their mask
        `(batch, 1)`.

    Example:
    ```python
    functionals = mmzoo.layers.AcousticFunctionals()
    statistics, mask = functionals(keras.random.normal((2, 16000)))
    statistics.shape, mask.shape  # (2, 1, 536), (2, 1)
    ```

    Reference:
        - [Schuller et al., 2009](https://doi.org/10.21437/Interspeech.2009-103):
          functionals and one classifier, the baseline of the field.
    """

    # The key of a batch that this layer reads.
    raw = "waveform"

    def __init__(self, spectrogram=None, speaker_normalization=False, **kwargs):
        # Samples keep their digits however few the compute dtype has.
        super().__init__(autocast=False, **kwargs)
        self.spectrogram = spectrogram or LogSpectrogram(
            dtype=self.dtype_policy, name="spectrogram"
        )
        if self.spectrogram.speaker_normalization:
            raise ValueError(
                "`spectrogram` has `speaker_normalization=True`, but decibels are read "
                "as they are: give it to `AcousticFunctionals` itself."
            )
        self.speaker_normalization = speaker_normalization
        self.supports_masking = True
        self.built = True

    @property
    def features(self):
        """Statistics of a clip, under the name that every front end has."""
        return 5 * (self.spectrogram.bins + OTHER_CONTOURS) + 1

    @property
    def sample_rate(self):
        return self.spectrogram.sample_rate

    def call(self, waveform, mask=None):
        frames, mask = self.spectrogram(waveform, mask=mask)
        found = acoustic_functionals(frames, mask)
        return found[:, None], keras.ops.any(mask, axis=1, keepdims=True)

    def compute_mask(self, waveform, mask=None):
        return None

    def compute_output_spec(self, waveform, mask=None):
        batch = waveform.shape[0]
        return (
            keras.KerasTensor((batch, 1, self.features), dtype="float32"),
            keras.KerasTensor((batch, 1), dtype="bool"),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "spectrogram": keras.saving.serialize_keras_object(self.spectrogram),
            "speaker_normalization": self.speaker_normalization,
        }

    @classmethod
    def from_config(cls, config):
        spectrogram = keras.saving.deserialize_keras_object(config["spectrogram"])
        return cls(**{**config, "spectrogram": spectrogram})
