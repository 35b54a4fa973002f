"""One vector from the sequence of one modality, as MISA reads it."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.sequence_encoder import SequenceEncoder


@keras.saving.register_keras_serializable(package="mmzoo")
class RecurrentSummary(keras.layers.Layer):
    """The last states of two bidirectional LSTMs, the second on the first's states.

    The states of the first are normalised over their features before the second reads
    them, and the last states of both stand side by side. `SequenceEncoder` gives those
    of its top layer alone, and normalises none.

    Masking: takes a mask. What masked steps hold counts nowhere; a recurrence
    passes through a gap with zeros. A row with nothing observed gives zeros.

    Args:
        units: int. Width of each LSTM in each direction.
        dropout: float. Fraction of each LSTM's inputs dropped in training. Defaults to
            `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        training: bool. Whether dropout is active.

    Returns:
        Float tensor `(batch, 4 * units)`.

    Example:
    ```python
    summary = mmzoo.layers.RecurrentSummary(16)
    summary(keras.ops.ones((4, 10, 74))).shape  # (4, 64)
    ```

    Reference:
        - [Hazarika et al., 2020](https://arxiv.org/abs/2005.03545), and the
          authors' code, declare-lab/MISA
    """

    def __init__(self, units, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dropout = dropout
        self.supports_masking = True
        named = {"dtype": self.dtype_policy}
        self.first, self.second = (
            SequenceEncoder(
                units, bidirectional=True, dropout=dropout, name=name, **named
            )
            for name in ("first", "second")
        )
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5, name="norm", **named)

    def build(self, input_shape):
        states = (None, None, 2 * self.units)
        self.first.build((None, None, input_shape[-1]))
        self.norm.build(states)
        self.second.build(states)
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None, training=None):
        states, first = self.first(inputs, mask=mask, training=training)
        _, second = self.second(self.norm(states), mask=mask, training=training)
        return ops.concatenate([first, second], axis=-1)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return input_shape[0], 4 * self.units

    def get_config(self):
        return {**super().get_config(), "units": self.units, "dropout": self.dropout}
