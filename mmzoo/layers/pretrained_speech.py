"""A pretrained speech encoder of KerasHub, from samples to a sequence of states."""

import keras
from keras import ops

from mmzoo.layers.log_spectrogram import mono_samples
from mmzoo.layers.moonshine_states import MoonshineStates
from mmzoo.layers.whisper_states import WhisperStates
from mmzoo.ops.bounded_length import bounded_length
from mmzoo.ops.masking import extents, zero_masked

ENCODERS = {"WhisperBackbone": WhisperStates, "MoonshineBackbone": MoonshineStates}


@keras.saving.register_keras_serializable(package="mmzoo")
class PretrainedSpeech(keras.layers.Layer):
    """Samples to the states of a recogniser's encoder, Whisper's or Moonshine's.

    It is a front end, as `PretrainedText` is one of words. What writes the words that
    were heard is left out. A clip longer than the encoder reads at once (Whisper 30
    seconds, Moonshine 64) is read in parts, each as if it were a clip, so that nothing
    of it is dropped; the states of all parts follow each other.

    Masking: takes the mask of the samples; masked samples are read as zeros, as are
    those that are not finite. A clip's states are the same whatever it is padded to.
    The mask of the states follows the last observed sample of each clip (for Whisper
    `ceil(samples / 320)` of them), masked states are zeros, and a clip with nothing
    observed has none.

    Args:
        encoder: `WhisperStates` or `MoonshineStates`.
        trainable: bool. Whether the encoder is fine-tuned. Defaults to `False`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        waveform: float tensor `(batch, samples)` or `(batch, samples, 1)`, in -1 to 1,
            `sample_rate` a second.
        mask: optional boolean tensor `(batch, samples)`, True = observed.
        training: bool. Whether dropout is active, if the encoder is trainable.

    Returns:
        States `(batch, steps, features)`, and their mask `(batch, steps)`.

    Example:
    ```python
    hub = __import__("keras_hub")
    sizes = {"num_layers": 1, "num_heads": 2, "hidden_dim": 4, "intermediate_dim": 8}
    backbone = hub.models.WhisperBackbone(
        9, **sizes, max_encoder_sequence_length=100, max_decoder_sequence_length=4
    )
    converter = hub.layers.WhisperAudioConverter(max_audio_length=1)
    encoder = mmzoo.layers.WhisperStates.from_backbone(backbone, converter)
    layer = mmzoo.layers.PretrainedSpeech(encoder)
    states, mask = layer(keras.ops.ones((2, 20000)))
    states.shape, mask.shape  # (2, 63, 4), (2, 63)
    ```

    Reference:
        - [Radford et al., 2022](https://arxiv.org/abs/2212.04356);
          [Jeffries et al., 2024](https://arxiv.org/abs/2410.15608)
    """

    # The key of a batch that this layer reads.
    raw = "waveform"
    # Attention over 30 seconds takes much memory.
    clips_at_once = 8

    def __init__(self, encoder, trainable=False, **kwargs):
        # Samples keep their digits however few the compute dtype has.
        super().__init__(trainable=trainable, autocast=False, **kwargs)
        self.encoder = encoder
        self.sample_rate = encoder.sample_rate
        self.features = encoder.features
        self.supports_masking = True
        encoder.let_learn(trainable)
        self.built = True

    @classmethod
    def from_preset(cls, preset, **kwargs):
        """Take the half of a trained recogniser that hears.

        Args:
            preset: name of a KerasHub preset, such as `"whisper_base_en"` or
                `"moonshine_tiny_en"`, or a folder that holds one.
            **kwargs: passed on to the constructor.

        Returns:
            A `PretrainedSpeech`.
        """
        import keras_hub

        try:
            backbone = keras_hub.models.Backbone.from_preset(str(preset))
            found = type(backbone).__name__
            if found not in ENCODERS:
                raise ValueError(f"it holds a {found}")
            converter = keras_hub.layers.AudioConverter.from_preset(str(preset))
        except Exception as error:
            reason = " ".join(str(error).split())[:300]
            raise ValueError(
                f"`preset={str(preset)!r}` holds no Whisper or Moonshine that KerasHub "
                f'loads ({reason}). Give the name of a preset, such as "whisper_'
                'base_en" or "moonshine_tiny_en", or a folder with config.json, '
                "weights and audio_converter.json."
            ) from error
        return cls(ENCODERS[found].from_backbone(backbone, converter), **kwargs)

    def call(self, waveform, mask=None, training=None):
        samples = mono_samples(waveform, mask)
        batch, length = ops.shape(samples)[0], ops.shape(samples)[1]
        part = self.encoder.read_at_once(length)
        parts = bounded_length(-(-length // part), 1)
        samples = ops.pad(samples, [[0, 0], [0, parts * part - length]])
        # (batch, parts): samples of each part
        lengths = self._lengths(mask, batch, length)[:, None] - part * ops.arange(parts)
        lengths = ops.clip(lengths, 0, part)
        training = bool(training) and self.trainable
        states = self.encoder(
            ops.reshape(samples, (-1, part)),
            ops.reshape(lengths, (-1,)),
            training=training,
        )
        steps = self.encoder.steps(part)
        there = ops.arange(steps) < self.encoder.steps(lengths)[..., None]
        states = ops.reshape(states, (batch, parts * steps, self.features))
        there = ops.reshape(there, (batch, parts * steps))
        # The last part need not be a whole one.
        wanted = (parts - 1) * steps + self.encoder.steps(length - (parts - 1) * part)
        states = zero_masked(states[:, :wanted], there[:, :wanted])
        return states, there[:, :wanted]

    def _lengths(self, mask, batch, length):
        """Samples of each clip, up to and including the last observed one."""
        if mask is None:
            return ops.broadcast_to(ops.cast(length, "int32"), (batch,))
        return extents(ops.cast(mask, "bool"))

    def compute_mask(self, waveform, mask=None):
        return None

    def compute_output_spec(self, waveform, mask=None, training=None):
        batch, length = waveform.shape[:2]
        steps = None
        if length is not None:
            part = self.encoder.read_at_once(length)
            before = max(0, -(-length // part) - 1)
            steps = before * self.encoder.steps(part)
            steps += self.encoder.steps(length - before * part)
        states = keras.KerasTensor((batch, steps, self.features), self.compute_dtype)
        return states, keras.KerasTensor((batch, steps), dtype="bool")

    def get_config(self):
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
        }

    @classmethod
    def from_config(cls, config):
        encoder = keras.saving.deserialize_keras_object(config["encoder"])
        return cls(**{**config, "encoder": encoder})
