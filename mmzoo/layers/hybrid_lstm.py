"""An LSTM a modality, all of which read what was fused of them a step before."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.lstm_system import LSTMSystem, kept_unless, lstm_step
from mmzoo.ops.precision import wide_dtype, widened
from mmzoo.ops.scan_steps import scan_steps


@keras.saving.register_keras_serializable(package="mmzoo")
class HybridLSTM(LSTMSystem):
    """One LSTM a modality, coupled through what is fused of all hidden states.

    The long-short term hybrid memory (LSTHM): with h of all modalities side by side and
    `z_t = fusion(h_t)`, the gates of each modality are
    `[i, f, g, o] = split(W x_t + U h_(t-1) + V z_(t-1) + b)`, and its cells and hidden
    states those of an LSTM. All states are zeros at the start, z too. `W x` is computed
    for all steps at once; U of all modalities is block-diagonal and stands above V, so
    that a step is one product, whatever the number of modalities, and the fusion. With
    `V = 0` it is an `LSTMSystem`.

    Masking: takes masks. A modality keeps its states at a step where it was not
    observed, and z stays where none was, so that such steps change nothing wherever
    they are. The states of a modality that is missing altogether are zeros.

    Args:
        units: list of ints. Width of each modality's LSTM.
        fusion: layer from hidden states `(batch, sum of units)` to z `(batch,
            fused_dim)`, such as `Dense`. It is called inside a scan, in which no state
            may change: it has no dropout of its own.
        dropout: float. Fraction of z that the gates do not see in training, the same
            entries at all steps of a sequence. Defaults to `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: list of float tensors `(batch, timesteps, features)`, one a modality.
        mask: list of boolean tensors `(batch, timesteps)`, True = observed.
        training: bool. Whether dropout is active.

    Returns:
        The hidden states of all modalities side by side, float32 `(batch, timesteps,
        sum of units)`, and z `(batch, timesteps, fused_dim)`.

    Example:
    ```python
    layer = mmzoo.layers.HybridLSTM([8, 4], fusion=keras.layers.Dense(6, "tanh"))
    frames = [keras.ops.ones((2, 9, 300)), keras.ops.ones((2, 9, 74))]
    hidden, fused = layer(frames, mask=[keras.ops.ones((2, 9), "bool")] * 2)
    hidden.shape, fused.shape  # (2, 9, 12), (2, 9, 6)
    ```

    Reference:
        - [Zadeh et al., 2018](https://arxiv.org/abs/1802.00923), "Long-short Term
          Hybrid Memory"
    """

    def __init__(self, units, fusion, dropout=0.0, **kwargs):
        super().__init__(units, **kwargs)
        self.fusion = fusion
        self.dropout = dropout
        self.fused_dropout = keras.layers.Dropout(
            dropout, dtype=wide_dtype(self.variable_dtype), name="fused_dropout"
        )

    def build(self, input_shape):
        super().build(input_shape)
        # A fusion that was deserialized is already built.
        if not self.fusion.built:
            self.fusion.build((None, sum(self.units)))
        states = keras.KerasTensor((None, sum(self.units)))
        self.fused_dim = self.fusion.compute_output_spec(states).shape[-1]
        self.coupling_kernels = [
            self.add_weight(
                shape=(self.fused_dim, 4 * units),
                initializer="glorot_uniform",
                autocast=False,
                name=f"coupling_kernel_{index}",
            )
            for index, units in enumerate(self.units)
        ]
        keep_frozen(self)

    def call(self, inputs, mask, training=None):
        projected, observed = self._project(inputs), self._observed(mask)
        hidden = ops.zeros_like(projected[:, 0, : sum(self.units)])
        fused = ops.repeat(hidden[:, :1], self.fused_dim, axis=-1)
        # Drawn before the scan, in which no state may change.
        kept = self.fused_dropout(ops.ones_like(fused), training=training)
        kernel = ops.concatenate([self._recurrent_kernel(), self._coupling_kernel()])

        def step(states, projected, observed):
            hidden, cells, fused = states
            read = ops.concatenate([hidden, fused * kept], axis=-1)
            gates = projected + ops.matmul(read, kernel)
            changed = lstm_step(gates, cells)
            hidden, cells = kept_unless(observed, changed, (hidden, cells))
            some = ops.any(observed, axis=-1, keepdims=True)
            fused = ops.where(some, widened(self.fusion(hidden)), fused)
            return hidden, cells, fused

        start = hidden, hidden, fused
        hidden, _, fused = scan_steps(step, start, projected, mask=observed)
        return hidden, fused

    def _coupling_kernel(self):
        """V of all modalities side by side, `(fused_dim, 4 * sum of units)`."""
        return self._side_by_side(
            [ops.convert_to_tensor(kernel) for kernel in self.coupling_kernels]
        )

    def compute_output_spec(self, inputs, mask, training=None):
        hidden, _ = super().compute_output_spec(inputs, mask)
        shape = (*hidden.shape[:2], self.fused_dim)
        return hidden, keras.KerasTensor(shape, hidden.dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "fusion": keras.saving.serialize_keras_object(self.fusion),
            "dropout": self.dropout,
        }

    @classmethod
    def from_config(cls, config):
        fusion = keras.saving.deserialize_keras_object(config["fusion"])
        return cls(**{**config, "fusion": fusion})
