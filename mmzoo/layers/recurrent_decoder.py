"""What decoders of sequences share: a recurrence, attention after it, an output."""

import keras
from keras import ops

from mmzoo.layers.luong_attention import LuongAttention
from mmzoo.layers.recurrent import CELLS
from mmzoo.ops.precision import wide_dtype


class RecurrentDecoder(keras.layers.Layer):
    """The parts of a decoder whose attention, if any, follows the recurrence.

    A subclass says what the recurrence reads and where it starts, in `build` and `call`
    of its own. It makes its parts in its constructor, the output last: Keras draws the
    seeds of weights in the order in which layers are made.

    Args:
        output_dim: int. Features of a frame, or the size of the vocabulary.
        units: int. Width of the recurrent layers.
        num_layers: int. How many are stacked.
        cell: `"lstm"` or `"gru"`.
        attention: `"global"`, `"aligned"`, or the name that a subclass gives to none
            over the states of the recurrence.
        window: int. Steps that aligned attention sees on either side.
        dropout: float. Fraction dropped in training where a subclass drops.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Reference:
        - [Luong et al., 2015](https://arxiv.org/abs/1508.04025)
    """

    # What `attention` is called where none follows the recurrence.
    without_attention = "none"

    def __init__(
        self, output_dim, units, num_layers, cell, attention, window, dropout, **kwargs
    ):
        super().__init__(**kwargs)
        if cell not in CELLS:
            raise ValueError(f"`cell` is one of {sorted(CELLS)}, not {cell!r}.")
        if num_layers < 1:
            raise ValueError(f"`num_layers` is at least 1, not {num_layers}.")
        self.output_dim = output_dim
        self.units = units
        self.num_layers = num_layers
        self.cell = cell
        self.attention = attention
        self.window = window
        self.dropout = dropout
        self.supports_masking = True
        self.combine_dropout = None

    def _dropouts(self, *names):
        """A dropout a name, on what that part reads."""
        return [
            keras.layers.Dropout(
                self.dropout, dtype=self.dtype_policy, name=f"{name}_dropout"
            )
            for name in names
        ]

    def _recurrence(self):
        """The stacked recurrent layers, lowest first."""
        return [
            CELLS[self.cell](
                self.units,
                return_sequences=True,
                dtype=self.dtype_policy,
                name=f"decoder_{index}",
            )
            for index in range(self.num_layers)
        ]

    def _make_output(self):
        """The attention over the states of the encoder, and the output."""
        dtype = self.dtype_policy
        self.attention_layer = self.combine = None
        if self.attention != self.without_attention:
            self.attention_layer = LuongAttention(
                self.attention, self.window, dtype=dtype, name="attention"
            )
            self.combine = keras.layers.Dense(
                self.units, activation="tanh", dtype=dtype, name="combine"
            )
        # An answer is never narrow, and errors are computed from it.
        self.output_layer = keras.layers.Dense(
            self.output_dim, dtype=wide_dtype(self.variable_dtype), name="output"
        )

    def _build_from(self, features, states_dim):
        """Build recurrence and output, for frames and states of these widths."""
        for layer in self.decoder_layers:
            layer.build((None, None, features))
            features = self.units
        if self.attention_layer is not None:
            self.attention_layer.build((None, None, features), (None, None, states_dim))
            self.combine.build((None, None, features + states_dim))
        self.output_layer.build((None, None, features))

    def _attend(self, hidden, memory, memory_mask, offset=0, training=False):
        """The output of each state of the recurrence, and the attention or `None`."""
        weights = None
        if self.attention_layer is not None:
            hidden, weights = self._combine(
                hidden, memory, memory_mask, offset, training
            )
        hidden = self.output_dropout(hidden, training=training)
        return self.output_layer(hidden), weights

    def _combine(self, hidden, memory, memory_mask, offset, training):
        """Luong's attentional state: the decoder's state joined with its context."""
        context, weights = self.attention_layer(
            hidden, memory, memory_mask=memory_mask, offset=offset
        )
        joined = ops.concatenate([context, hidden], axis=-1)
        if self.combine_dropout is not None:
            joined = self.combine_dropout(joined, training=training)
        return self.combine(joined), weights

    def compute_mask(self, *args, **kwargs):
        return None

    def _output_spec(self, steps, source_steps, attends, return_attention):
        """What a call returns, `steps` being `(batch, steps)`."""
        wide = self.output_layer.compute_dtype
        outputs = keras.KerasTensor((*steps, self.output_dim), wide)
        if not return_attention:
            return outputs
        if not attends:
            return outputs, None
        return outputs, keras.KerasTensor((*steps, source_steps), wide)

    def get_config(self):
        return {
            **super().get_config(),
            "output_dim": self.output_dim,
            "units": self.units,
            "num_layers": self.num_layers,
            "cell": self.cell,
            "attention": self.attention,
            "window": self.window,
            "dropout": self.dropout,
        }
