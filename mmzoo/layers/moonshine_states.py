"""The half of Moonshine that hears, on samples."""

import keras
from keras import ops

from mmzoo.layers.speech_states import SpeechStates
from mmzoo.ops.bounded_length import bounded_length
from mmzoo.ops.masking import masked_mean, zero_masked
from mmzoo.ops.precision import widened

# Width and stride of each convolution.
CONVOLUTIONS = ((127, 64), (7, 3), (3, 2))
# The fewest samples that all of them reach over: one state.
FEWEST = 895


@keras.saving.register_keras_serializable(package="mmzoo")
class MoonshineStates(SpeechStates):
    """Read samples as the states of Moonshine's encoder, about 42 a second.

    It holds the parts of KerasHub's `MoonshineBackbone` that hear, without those that
    write. Three convolutions read the samples themselves, and transformer blocks with
    rotary places the states. The group norm behind the first convolution takes its
    statistics over time: KerasHub's counts padding, here they are of the clip alone, so
    that its states are those that KerasHub gives it by itself.

    Masking: what lies behind a clip's end enters neither the statistics nor the
    attention. What is shorter than the convolutions reach (56 ms) has one state.

    Args:
        convolutions: list of three `keras.layers.Conv1D`.
        group_normalization: `keras.layers.GroupNormalization` with one group.
        rotary: layer, from places to the angles of the rotary embedding.
        blocks: list of layers, the transformer's.
        normalization: `keras.layers.LayerNormalization`.
        converter: `keras_hub.layers.MoonshineAudioConverter`.
        longest: int. Samples that are read at once; of a longer clip each part as if it
            were a clip. Defaults to `1024000`: 64 seconds, beyond which the converter
            warns.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        samples: float tensor `(batch, samples)`, zeros behind a clip's end.
        lengths: int tensor `(batch,)`. Samples of each clip.
        training: bool. Whether dropout is active.

    Returns:
        States `(batch, steps, features)`.

    Example:
    ```python
    hub = __import__("keras_hub")
    sizes = {"hidden_dim": 4, "intermediate_dim": 8}
    sizes |= {"encoder_num_layers": 1, "decoder_num_layers": 1}
    sizes |= {"encoder_num_heads": 1, "decoder_num_heads": 1}
    backbone = hub.models.MoonshineBackbone(9, 4, **sizes)
    converter = hub.layers.MoonshineAudioConverter()
    layer = mmzoo.layers.MoonshineStates.from_backbone(backbone, converter)
    lengths = keras.ops.array([16000, 8000])
    layer(keras.ops.ones((2, 16000)), lengths).shape  # (2, 40, 4)
    ```

    Reference:
        - [Jeffries et al., 2024](https://arxiv.org/abs/2410.15608)
    """

    parts = (
        "convolutions",
        "group_normalization",
        "rotary",
        "blocks",
        "normalization",
        "converter",
    )

    def __init__(
        self,
        convolutions,
        group_normalization,
        rotary,
        blocks,
        normalization,
        converter,
        longest=1024000,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if longest < FEWEST:
            raise ValueError(f"`longest` is at least {FEWEST} samples, not {longest}.")
        self.convolutions = convolutions
        self.group_normalization = group_normalization
        self.rotary = rotary
        # bfloat16 would round places beyond 256.
        rotary.dtype_policy = "float32"
        self.blocks = blocks
        self.normalization = normalization
        self.converter = converter
        self.longest = longest
        self.finish(converter.sampling_rate, normalization)

    @classmethod
    def parts_of(cls, backbone):
        """The parts of a backbone that hear.

        Args:
            backbone: `keras_hub.models.MoonshineBackbone`.

        Returns:
            Dict from the names of arguments to layers.
        """
        return {
            "convolutions": [backbone.conv1, backbone.conv2, backbone.conv3],
            "group_normalization": backbone.group_norm,
            "rotary": backbone.encoder_rotary_embedding,
            "blocks": backbone.encoder_blocks,
            "normalization": backbone.encoder_final_layer_norm,
        }

    def read_at_once(self, length):
        """How many samples a part of a clip has.

        Args:
            length: int or int tensor. Samples of the longest clip of a batch.

        Returns:
            Likewise: all of them, or `longest`.
        """
        return bounded_length(length, FEWEST, self.longest)

    def steps(self, lengths):
        """How many states are of some samples.

        Args:
            lengths: int, or int tensor.

        Returns:
            Likewise; a state counts whose samples are all inside, and at least one
            where there is a sample.
        """
        return _reached(bounded_length(lengths, FEWEST)) * bounded_length(lengths, 0, 1)

    def call(self, samples, lengths, training=None):
        states = self._stem(samples, lengths)
        places = ops.arange(ops.shape(states)[1], dtype="int32")
        # A clip without samples reads its first state, which nothing reads in turn.
        seen = places[None] < bounded_length(self.steps(lengths), 1)[:, None]
        angles = self.rotary(places)
        for block in self.blocks:
            states = block(states, angles, attention_mask=seen, training=training)
        return self.normalization(states)

    def _stem(self, samples, lengths):
        """What the convolutions make of the samples."""
        samples = self._converted(samples, lengths)
        first, second, third = self.convolutions
        states = keras.activations.tanh(first(samples[..., None]))
        states = keras.activations.gelu(second(self._normalized(states, lengths)))
        return keras.activations.gelu(third(states))

    def _converted(self, samples, lengths):
        """The samples, standardised where the converter says so."""
        if not self.converter.do_normalize:
            return samples
        there = ops.arange(ops.shape(samples)[1])[None] < lengths[:, None]
        mean = masked_mean(samples[..., None], there)
        centred = zero_masked((samples - mean)[..., None], there)
        variance = masked_mean(ops.square(centred), there)
        return centred[..., 0] / ops.sqrt(variance + 1e-7)

    def _normalized(self, states, lengths):
        """The group norm, with the statistics of what is of the clip."""
        norm, wide = self.group_normalization, widened(states)
        width, stride = CONVOLUTIONS[0]
        inside = (bounded_length(lengths, FEWEST) - width) // stride + 1
        there = ops.arange(ops.shape(wide)[1])[None] < inside[:, None]
        # (batch, 1, 1), over time and features
        mean = ops.mean(masked_mean(wide, there), axis=-1)[:, None, None]
        centred = wide - mean
        variance = ops.mean(masked_mean(ops.square(centred), there), axis=-1)
        centred = centred / ops.sqrt(variance + norm.epsilon)[:, None, None]
        return ops.cast(centred * norm.gamma + norm.beta, states.dtype)

    def get_config(self):
        return {**super().get_config(), "longest": self.longest}


def _reached(lengths):
    """Places that the convolutions have on samples, one behind the other."""
    for width, stride in CONVOLUTIONS:
        lengths = (lengths - width) // stride + 1
    return lengths
