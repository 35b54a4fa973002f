"""Features of each step in the light of all others, as of utterances in a dialogue."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.sequence_encoder import SequenceEncoder
from mmzoo.ops.masking import zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class UtteranceContext(keras.layers.Layer):
    """A recurrent layer over the utterances of a dialogue, and a dense one at each.

    `h_t = [LSTM(x_1 ... x_t); LSTM(x_T ... x_t)]`, `z_t = act(W h_t + b)`. The steps
    of a sequence are utterances, so that `z_t` holds what an utterance says in the
    light of those before and after it. `SequenceEncoder` is the recurrent layer.

    Masking: takes a mask; masked steps are zeros, and what they hold changes no other.
    The recurrence passes through a gap as `SequenceEncoder` does, with zeros. A row
    with nothing observed gives zeros.

    Args:
        units: int. Width of the recurrent layer, in each direction.
        output_dim: int. Width of the dense layer.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        bidirectional: bool. Whether utterances that follow are read too. Defaults to
            `True`.
        activation: of the dense layer. Defaults to `"tanh"`.
        dropout: float. Fraction of the inputs, and of the recurrent layer's states,
            dropped in training. Defaults to `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        training: bool. Whether dropout is active.

    Returns:
        The features `(batch, timesteps, output_dim)`, and those of the whole sequence
        `(batch, output_dim)`, which are made of the last states of each direction.

    Example:
    ```python
    context = mmzoo.layers.UtteranceContext(units=32, output_dim=16)
    features, whole = context(keras.ops.ones((4, 10, 300)))
    features.shape, whole.shape  # (4, 10, 16), (4, 16)
    ```

    Reference:
        - [Poria et al., 2017](https://aclanthology.org/P17-1081), contextual LSTM
        - [Ghosal et al., 2018](https://aclanthology.org/D18-1382), contextual GRU
    """

    def __init__(
        self,
        units,
        output_dim,
        cell="lstm",
        bidirectional=True,
        activation="tanh",
        dropout=0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = units
        self.output_dim = output_dim
        self.cell = cell
        self.bidirectional = bidirectional
        self.activation = activation
        self.dropout = dropout
        self.supports_masking = True
        named = {"dtype": self.dtype_policy}
        self.encoder = SequenceEncoder(
            units,
            cell=cell,
            bidirectional=bidirectional,
            dropout=dropout,
            name="encoder",
            **named,
        )
        self.state_dropout = keras.layers.Dropout(
            dropout, name="state_dropout", **named
        )
        self.dense = keras.layers.Dense(output_dim, activation, name="dense", **named)

    def build(self, input_shape):
        self.encoder.build((None, None, input_shape[-1]))
        self.dense.build((None, None, self.encoder.output_dim))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None, training=None):
        states, last = self.encoder(inputs, mask=mask, training=training)
        features, whole = (
            self.dense(self.state_dropout(each, training=training))
            for each in (states, last)
        )
        some = None if mask is None else ops.any(ops.cast(mask, "bool"), axis=1)
        return zero_masked(features, mask), zero_masked(whole, some)

    def compute_mask(self, inputs, mask=None):
        return mask, None

    def compute_output_shape(self, input_shape):
        batch, timesteps, _ = input_shape
        return (batch, timesteps, self.output_dim), (batch, self.output_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "output_dim": self.output_dim,
            "cell": self.cell,
            "bidirectional": self.bidirectional,
            "activation": self.activation,
            "dropout": self.dropout,
        }
