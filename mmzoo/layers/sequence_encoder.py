"""K stacked recurrent layers (eq. 1-2 and 7-8 of the seq2seq paper)."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.recurrent import CELLS
from mmzoo.ops.masking import last_observed, reverse_extents, zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class SequenceEncoder(keras.layers.Layer):
    """Encode a sequence with K stacked LSTM or GRU layers.

    The recurrence itself runs over every step and never sees the mask. With right
    padding that is exact: a padded step comes after all real ones, so it cannot reach
    them, and the last *observed* state is read instead of the last one. The backward
    direction reads each row turned around within its own length. Without a mask in
    the recurrence, Keras serves the fused GPU kernels on every backend.

    Masking: takes a mask. A masked step *inside* a sequence (nothing was observed
    there) is read as zeros and its state is returned as zeros; the recurrence
    passes through it. A row with nothing observed gives zeros.

    Args:
        units: int. Width of each recurrent layer, in each direction.
        num_layers: int. How many layers are stacked (K). Defaults to `1`.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        bidirectional: bool. Whether each layer reads in both directions, which
            doubles the width of the output. Defaults to `False`.
        dropout: float. Fraction of each layer's inputs dropped in training.
            Defaults to `0.0`.
        projection: optional int. Width to which a linear layer brings the inputs
            first, so that the recurrent layers fit inputs of any width. Defaults to
            `None`: none.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        training: bool. Whether dropout is active.

    Returns:
        The states `(batch, timesteps, output_dim)` of the top layer, and E, its last
        observed state, `(batch, output_dim)`; `output_dim` is `units`, or twice that
        when bidirectional.

    Example:
    ```python
    encoder = mmzoo.layers.SequenceEncoder(units=32, num_layers=2)
    states, embedding = encoder(keras.ops.ones((4, 10, 300)))
    states.shape, embedding.shape  # (4, 10, 32), (4, 32)
    ```

    Reference:
        - [Pham et al., 2018](https://arxiv.org/abs/1807.03915), eq. 1-2 and 7-8.
    """

    def __init__(
        self,
        units,
        num_layers=1,
        cell="lstm",
        bidirectional=False,
        dropout=0.0,
        projection=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if cell not in CELLS:
            raise ValueError(f"`cell` is one of {sorted(CELLS)}, not {cell!r}.")
        if num_layers < 1:
            raise ValueError(f"`num_layers` is at least 1, not {num_layers}.")
        self.units = units
        self.num_layers = num_layers
        self.cell = cell
        self.bidirectional = bidirectional
        self.dropout = dropout
        self.projection = projection
        self.supports_masking = True
        self.output_dim = units * (2 if bidirectional else 1)
        self.input_dropout = keras.layers.Dropout(
            dropout, dtype=self.dtype_policy, name="input_dropout"
        )
        # Without a bias, what is masked stays zero.
        self.projection_layer = projection and keras.layers.Dense(
            projection, use_bias=False, dtype=self.dtype_policy, name="projection"
        )
        self.forward_layers = self._recurrent_layers("forward")
        self.backward_layers = (
            self._recurrent_layers("backward") if bidirectional else []
        )

    def _recurrent_layers(self, direction):
        return [
            CELLS[self.cell](
                self.units,
                return_sequences=True,
                dtype=self.dtype_policy,
                name=f"{direction}_{index}",
            )
            for index in range(self.num_layers)
        ]

    def build(self, input_shape):
        features = input_shape[-1]
        if self.projection:
            self.projection_layer.build((None, None, features))
            features = self.projection
        for index in range(self.num_layers):
            for layer in (self.forward_layers, self.backward_layers):
                if layer:
                    layer[index].build((None, None, features))
            features = self.output_dim
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None, training=None):
        states = zero_masked(inputs, mask)
        if self.projection:
            states = self.projection_layer(states)
        embedding = None
        for index in range(self.num_layers):
            states = self.input_dropout(states, training=training)
            states, embedding = self._encode(states, index, mask)
        return zero_masked(states, mask), embedding

    def _encode(self, inputs, index, mask):
        forward = self.forward_layers[index](inputs)
        if not self.bidirectional:
            return forward, last_observed(forward, mask)
        backward = self.backward_layers[index](reverse_extents(inputs, mask))
        # (batch, 2 * units)
        embedding = ops.concatenate(
            [last_observed(forward, mask), last_observed(backward, mask)], axis=-1
        )
        # (batch, timesteps, 2 * units)
        states = ops.concatenate([forward, reverse_extents(backward, mask)], axis=-1)
        return states, embedding

    def compute_mask(self, inputs, mask=None):
        return mask, None

    def compute_output_shape(self, input_shape):
        batch, timesteps, _ = input_shape
        return (batch, timesteps, self.output_dim), (batch, self.output_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "num_layers": self.num_layers,
            "cell": self.cell,
            "bidirectional": self.bidirectional,
            "dropout": self.dropout,
            "projection": self.projection,
        }
