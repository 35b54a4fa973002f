"""The half of Whisper that hears, on samples."""

import keras
from keras import ops

from mmzoo.layers.speech_states import SpeechStates

# What keeps the logarithm of silence finite.
LEAST_POWER = 1e-10
# Powers further below the loudest of a clip, in powers of ten, are raised to it.
RANGE = 8.0


@keras.saving.register_keras_serializable(package="mmzoo")
class WhisperStates(SpeechStates):
    """Read samples as the states of Whisper's encoder, 50 a second.

    It holds the parts of KerasHub's `WhisperBackbone` that hear, without those that
    write. The samples become 80 logarithmic mel bins by the filters and sizes of
    KerasHub's `WhisperAudioConverter`, which itself computes outside the graph on
    arrays. Two convolutions, of which the second takes every other frame, sinusoids for
    the places, and transformer blocks read them.

    Masking: Whisper has none. It reads clips of one length, 30 seconds, zeros behind
    the end of what is shorter; so a clip is read alike in every batch. Which states are
    of the clip, `steps` tells.

    Args:
        convolutions: list of two `keras.layers.Conv1D`.
        positions: `keras_hub.layers.PositionEmbedding`, which never learns.
        blocks: list of layers, the transformer's.
        normalization: `keras.layers.LayerNormalization`.
        converter: `keras_hub.layers.WhisperAudioConverter`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        samples: float tensor `(batch, longest)`, zeros behind a clip's end.
        lengths: int tensor `(batch,)`; it is not read.
        training: bool. Whether dropout is active.

    Returns:
        States `(batch, steps, features)`.

    Example:
    ```python
    hub = __import__("keras_hub")
    sizes = {"num_layers": 1, "num_heads": 2, "hidden_dim": 4, "intermediate_dim": 8}
    backbone = hub.models.WhisperBackbone(
        9, **sizes, max_encoder_sequence_length=100, max_decoder_sequence_length=4
    )
    converter = hub.layers.WhisperAudioConverter(max_audio_length=1)
    layer = mmzoo.layers.WhisperStates.from_backbone(backbone, converter)
    layer(keras.ops.ones((2, 16000)), None).shape  # (2, 50, 4)
    ```

    Reference:
        - [Radford et al., 2022](https://arxiv.org/abs/2212.04356), section 2.2
    """

    parts = ("convolutions", "positions", "blocks", "normalization", "converter")

    def __init__(
        self, convolutions, positions, blocks, normalization, converter, **kwargs
    ):
        super().__init__(**kwargs)
        self.convolutions = convolutions
        self.positions = positions
        self.blocks = blocks
        self.normalization = normalization
        self.converter = converter
        # The sinusoids stay as they are also where all else learns.
        self.still = (positions,)
        self.longest = converter.num_samples
        # The second convolution takes every other frame.
        self.stride = 2 * converter.stride
        self._check()
        self.finish(converter.sampling_rate, normalization)

    def _check(self):
        read, known = self.longest / self.stride, self.positions.sequence_length
        if read != known:
            raise ValueError(
                f"`converter` gives {2 * read:g} frames, but the encoder reads "
                f"{2 * known}: give the WhisperAudioConverter of the same preset."
            )

    @classmethod
    def parts_of(cls, backbone):
        """The parts of a backbone that hear.

        Args:
            backbone: `keras_hub.models.WhisperBackbone`.

        Returns:
            Dict from the names of arguments to layers.
        """
        return {
            "convolutions": [
                backbone.encoder_conv_layer_1,
                backbone.encoder_conv_layer_2,
            ],
            "positions": backbone.encoder_position_embedding,
            "blocks": backbone.encoder_transformer_layers,
            "normalization": backbone.encoder_layer_norm,
        }

    def read_at_once(self, length):
        """How many samples a part of a clip has.

        Args:
            length: int or int tensor. Samples of the longest clip of a batch.

        Returns:
            int: those of 30 seconds, whatever the length.
        """
        return self.longest

    def steps(self, lengths):
        """How many states are of some samples.

        Args:
            lengths: int, or int tensor.

        Returns:
            Likewise; a state that begins inside the samples counts.
        """
        return (lengths + self.stride - 1) // self.stride

    def call(self, samples, lengths, training=None):
        gelu = keras.activations.gelu
        first, second = self.convolutions
        states = gelu(first(self.log_mel(samples)), approximate=False)
        # Behind and before; "same" would put all of it behind.
        states = ops.pad(states, [[0, 0], [1, 1], [0, 0]])
        states = gelu(second(states), approximate=False)
        states = states + self.positions(states)
        for block in self.blocks:
            states = block(states, training=training)
        return self.normalization(states)

    def log_mel(self, samples):
        """The spectrogram that Whisper reads.

        Args:
            samples: float tensor `(batch, longest)`.

        Returns:
            Float32 tensor `(batch, frames, bins)`.
        """
        size = self.converter.num_fft_bins
        margin = [[0, 0], [size // 2, size // 2]]
        real, imaginary = ops.stft(
            ops.pad(samples, margin, mode="reflect"),
            sequence_length=size,
            sequence_stride=self.converter.stride,
            fft_length=size,
            center=False,
        )
        power = (ops.square(real) + ops.square(imaginary))[:, :-1]
        power = ops.matmul(power, ops.convert_to_tensor(self.converter.mel_filters))
        levels = ops.log10(ops.maximum(power, LEAST_POWER))
        loudest = ops.max(levels, axis=(1, 2), keepdims=True)
        return (ops.maximum(levels, loudest - RANGE) + 4.0) / 4.0
