"""From a sequence of one modality to one vector."""

import keras
from keras import ops

from mmzoo.layers.attention_pooling import AttentionPooling
from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.masked_normalization import MaskedNormalization
from mmzoo.layers.sequence_encoder import SequenceEncoder
from mmzoo.layers.text_cnn import TextCNN
from mmzoo.ops.masking import masked_mean, zero_masked
from mmzoo.ops.precision import wide_dtype

POOLINGS = ("attention", "convolution", "mean", "dense", "first", "flatten", "none")


@keras.saving.register_keras_serializable(package="mmzoo")
class SequenceBranch(keras.layers.Layer):
    """Standardise, read with a recurrence if asked for, pool, reduce.

    On the states of a text encoder it is the paper's text branch: a fully connected
    layer from the encoder's width to `output_dim` (256 in Table 3). The paper does
    not say how tokens become one vector; attention (eq. 1-3) does it here by default,
    `"first"` takes the state of the first token ([CLS]), `"convolution"` is Kim's
    CNN of sentences (`TextCNN`), and `"none"` leaves the sequence as it is, for a
    fusion that reads sequences. `"flatten"` is what the paper's code does: all steps
    side by side, so that the dense layer has weights for each place, and a word two
    places later is another input. `"dense"` is the mean of what the fully connected
    layer makes of each step, where `"mean"` is read by it: EmoBox puts it on the states
    of speech encoders.

    Masking: masked steps count nowhere; a row with nothing observed stays finite. In
    `"flatten"` they are zeros, where the code has the vectors of its padding.

    Args:
        output_dim: int. Width of the vector. Defaults to `256`.
        recurrent_units: int. Width of a bidirectional LSTM before the pooling; 0
            leaves it out. Defaults to `0`.
        pooling: `"attention"`, `"convolution"`, `"mean"`, `"dense"`, `"first"`,
            `"flatten"` or `"none"`. Defaults to `"attention"`.
        dropout: float. Fraction of the pooled vector that is dropped in training.
            Defaults to `0.0`.
        max_steps: int. Steps that `"flatten"` reads; fewer are padded, more are cut.
            Defaults to `60`, Table 4's `text_sequence_max_length`.
        activation: name of the activation behind the fully connected layer. Defaults
            to `"relu"`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        training: bool. Whether dropout is active.
        return_attention: bool. Whether the weights of the pooling are returned too.

    Returns:
        Float tensor `(batch, output_dim)`, without pooling
        `(batch, timesteps, output_dim)`; with `return_attention`, also the weights
        `(batch, timesteps)`, `None` without attention.

    Example:
    ```python
    branch = mmzoo.layers.SequenceBranch(output_dim=32)
    branch(keras.ops.ones((4, 10, 384))).shape  # (4, 32)
    ```

    Reference:
        - Sections 3.1.3-3.1.4 of the audio-text paper; [Ma et al., 2024](
          https://arxiv.org/abs/2406.07162), EmoBox
    """

    def __init__(
        self,
        output_dim=256,
        recurrent_units=0,
        pooling="attention",
        dropout=0.0,
        max_steps=60,
        activation="relu",
        **kwargs,
    ):
        # What is standardised keeps its digits; the other parts narrow what they read.
        super().__init__(autocast=False, **kwargs)
        if pooling not in POOLINGS:
            raise ValueError(f"`pooling` is one of {list(POOLINGS)}, not {pooling!r}.")
        self.output_dim = output_dim
        self.recurrent_units = recurrent_units
        self.pooling = pooling
        self.dropout = dropout
        self.max_steps = max_steps
        self.activation = activation
        self.supports_masking = True
        dtype = self.dtype_policy
        self.normalization = MaskedNormalization(dtype=dtype, name="normalization")
        self.encoder = None
        if recurrent_units:
            self.encoder = SequenceEncoder(
                recurrent_units,
                bidirectional=True,
                dropout=dropout,
                dtype=dtype,
                name="encoder",
            )
        self.attention = None
        if pooling == "attention":
            self.attention = AttentionPooling(
                hidden_dim=output_dim, dtype=dtype, name="attention"
            )
        self.convolution = None
        if pooling == "convolution":
            self.convolution = TextCNN(dtype=dtype, name="convolution")
        self.output_dropout = keras.layers.Dropout(
            dropout, dtype=dtype, name="output_dropout"
        )
        self.reduction = keras.layers.Dense(
            output_dim, activation, dtype=dtype, name="reduction"
        )

    def build(self, input_shape):
        features = input_shape[-1]
        # `adapt` may have built it.
        if not self.normalization.built:
            self.normalization.build((None, None, features))
        if self.encoder is not None:
            self.encoder.build((None, None, features))
            features = self.encoder.output_dim
        if self.attention is not None:
            self.attention.build((None, None, features))
        if self.convolution is not None:
            self.convolution.build((None, None, features))
            features = self.convolution.output_dim
        if self.pooling == "flatten":
            features *= self.max_steps
        self._pooled_dim = features
        self.reduction.build((None, features))
        keep_frozen(self)
        self.built = True

    def adapt(self, frames):
        """As `MaskedNormalization.adapt`.

        Args:
            frames: array `(steps, features)`, or an iterable of such arrays.

        Returns:
            How many values were ignored, since they are not finite.
        """
        return self.normalization.adapt(frames)

    def call(self, inputs, mask=None, training=None, return_attention=False):
        states = self.normalization(inputs, mask=mask)
        if self.encoder is not None:
            states, _ = self.encoder(states, mask=mask, training=training)
        pooled, weights = self._pool(states, mask)
        pooled = self.output_dropout(pooled, training=training)
        vector = self.reduction(pooled)
        if self.pooling == "dense":
            vector = masked_mean(vector, mask)
        return (vector, weights) if return_attention else vector

    def _pool(self, states, mask):
        if self.attention is not None:
            return self.attention(states, mask=mask, return_attention=True)
        if self.convolution is not None:
            return self.convolution(states, mask=mask), None
        if self.pooling == "first":
            return states[:, 0], None
        if self.pooling in ("dense", "none"):
            return states, None
        if self.pooling == "flatten":
            return self._flat(states, mask), None
        return masked_mean(states, mask), None

    def _flat(self, states, mask):
        """The first `max_steps` steps side by side, `(batch, steps * features)`."""
        states = zero_masked(states, mask)
        # In a compiled step the number of steps may not be known before it runs.
        states = ops.pad(states, [[0, 0], [0, self.max_steps], [0, 0]])
        return ops.reshape(states[:, : self.max_steps], (-1, self._pooled_dim))

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(
        self, inputs, mask=None, training=None, return_attention=False
    ):
        batch, steps, _ = inputs.shape
        shape = (batch, steps) if self.pooling == "none" else (batch,)
        vector = keras.KerasTensor((*shape, self.output_dim), self.compute_dtype)
        weights = None
        if self.attention is not None:
            weights = keras.KerasTensor((batch, steps), wide_dtype(self.compute_dtype))
        return (vector, weights) if return_attention else vector

    def get_config(self):
        return {
            **super().get_config(),
            "output_dim": self.output_dim,
            "recurrent_units": self.recurrent_units,
            "pooling": self.pooling,
            "dropout": self.dropout,
            "max_steps": self.max_steps,
            "activation": self.activation,
        }
