"""A memory that gates rewrite at every step, as in the memory fusion network."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.ops.precision import wide_dtype
from mmzoo.ops.scan_steps import scan_steps


@keras.saving.register_keras_serializable(package="mmzoo")
class GatedMemory(keras.layers.Layer):
    """Write each step of a sequence into a memory through two gates.

    With perceptrons D of one hidden layer and s the logistic function:
    `u^ = tanh(D_u(x_t))`, `r = s(D_1([x_t; u_(t-1)]))`, `w = s(D_2([x_t; u_(t-1)]))`,
    `u_t = r u_(t-1) + w u^`. What does not read `u_(t-1)` is computed for all steps at
    once, the gates step by step. All of it is computed in float32.

    Masking: takes a mask; the memory stays as it is at a masked step.

    Args:
        memory_dim: int. Width of the memory u.
        hidden_dim: int. Width of each perceptron's hidden layer. Defaults to `64`.
        dropout: float. Fraction of each hidden layer dropped in training. Defaults to
            `0.0`.
        gates_read_memory: bool. Whether the gates read `u_(t-1)`; if not, they read
            `x_t` only. Defaults to `True`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        training: bool. Whether dropout is active.

    Returns:
        The memory `(batch, timesteps, memory_dim)`.

    Example:
    ```python
    memory = mmzoo.layers.GatedMemory(memory_dim=16, hidden_dim=32)
    memory(keras.ops.ones((2, 9, 12))).shape  # (2, 9, 16)
    ```

    Reference:
        - [Zadeh et al., 2018](https://arxiv.org/abs/1802.00927), "Multi-view Gated
          Memory"
    """

    def __init__(
        self,
        memory_dim,
        hidden_dim=64,
        dropout=0.0,
        gates_read_memory=True,
        **kwargs,
    ):
        # A memory is a running sum.
        super().__init__(autocast=False, **kwargs)
        self.memory_dim = memory_dim
        self.hidden_dim = hidden_dim
        self.dropout = dropout
        self.gates_read_memory = gates_read_memory
        self.supports_masking = True
        self.wide = wide_dtype(self.variable_dtype)
        self.hidden_dropout = keras.layers.Dropout(
            dropout, dtype=self.wide, name="hidden_dropout"
        )

    def build(self, input_shape):
        width, hidden, memory = input_shape[-1], self.hidden_dim, self.memory_dim
        self.candidate_hidden = self._dense("candidate_hidden", width, hidden, "relu")
        self.candidate = self._dense("candidate", hidden, memory, "tanh")
        # The hidden layers of both gates side by side.
        self.gates_hidden = self._dense("gates_hidden", width, 2 * hidden)
        self.gates_memory = None
        if self.gates_read_memory:
            self.gates_memory = self._dense(
                "gates_memory", memory, 2 * hidden, use_bias=False
            )
        self.retain = self._dense("retain", hidden, memory, "sigmoid")
        self.write = self._dense("write", hidden, memory, "sigmoid")
        keep_frozen(self)
        self.built = True

    def _dense(self, name, features, units, activation=None, use_bias=True):
        layer = keras.layers.Dense(
            units, activation, use_bias, dtype=self.wide, name=name
        )
        layer.build((None, None, features))
        return layer

    def call(self, inputs, mask=None, training=None):
        inputs = ops.cast(inputs, self.wide)
        if mask is None:
            mask = ops.ones_like(inputs[..., 0], dtype="bool")
        hidden = self.hidden_dropout(self.candidate_hidden(inputs), training=training)
        candidate, gates = self.candidate(hidden), self.gates_hidden(inputs)
        # What is dropped is drawn before the scan, in which no state may change.
        kept = self.hidden_dropout(ops.ones_like(gates), training=training)
        return self._remember(candidate, gates, kept, ops.cast(mask, "bool")[..., None])

    def _remember(self, candidate, gates, kept, observed):
        def step(memory, candidate, gates, kept, observed):
            if self.gates_memory is not None:
                gates = gates + self.gates_memory(memory)
            retain, write = ops.split(ops.relu(gates) * kept, 2, axis=-1)
            changed = self.retain(retain) * memory + self.write(write) * candidate
            return ops.where(observed, changed, memory)

        start = ops.zeros_like(candidate[:, 0])
        return scan_steps(step, start, candidate, gates, kept, mask=observed)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None, training=None):
        shape = (*inputs.shape[:2], self.memory_dim)
        return keras.KerasTensor(shape, dtype=self.wide)

    def get_config(self):
        return {
            **super().get_config(),
            "memory_dim": self.memory_dim,
            "hidden_dim": self.hidden_dim,
            "dropout": self.dropout,
            "gates_read_memory": self.gates_read_memory,
        }
