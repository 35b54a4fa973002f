"""A gated memory of what attention finds in the changes of all LSTMs' cells."""

import keras
from keras import ops

from mmzoo.layers.gated_memory import GatedMemory
from mmzoo.ops.masking import masked_softmax
from mmzoo.ops.scan_steps import step_before


@keras.saving.register_keras_serializable(package="mmzoo")
class DeltaMemory(GatedMemory):
    """Attend to how the cells of all modalities change, and remember it through gates.

    With `c* = [c_(t-1); c_t]` and a perceptron D_a of one hidden layer,
    `a = softmax(D_a(c*))` over its entries; a `GatedMemory` remembers `c^ = a c*`. The
    entries of the softmax are features, not steps: it tells which dimensions of which
    modality's memory change together. All of it is computed in float32.

    Masking: takes a mask; the memory stays as it is at a masked step.

    Args:
        memory_dim: int. Width of the memory u.
        hidden_dim: int. Width of each perceptron's hidden layer. Defaults to `64`.
        dropout: float. Fraction of each hidden layer dropped in training. Defaults to
            `0.0`.
        gates_read_memory: bool. Whether the gates read `u_(t-1)`; if not, they read
            `c^` only. Defaults to `True`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        cells: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        training: bool. Whether dropout is active.

    Returns:
        The memory `(batch, timesteps, memory_dim)` and the weights a, `(batch,
        timesteps, 2 * features)`: those of the cells before the step come first.

    Example:
    ```python
    memory = mmzoo.layers.DeltaMemory(memory_dim=16, hidden_dim=32)
    remembered, weights = memory(keras.ops.ones((2, 9, 12)))
    remembered.shape, weights.shape  # (2, 9, 16), (2, 9, 24)
    ```

    Reference:
        - [Zadeh et al., 2018](https://arxiv.org/abs/1802.00927), "Delta-memory
          Attention Network" and "Multi-view Gated Memory"
    """

    def __init__(
        self,
        memory_dim,
        hidden_dim=64,
        dropout=0.0,
        gates_read_memory=True,
        **kwargs,
    ):
        super().__init__(memory_dim, hidden_dim, dropout, gates_read_memory, **kwargs)

    def build(self, input_shape):
        width, hidden = 2 * input_shape[-1], self.hidden_dim
        self.attention_hidden = self._dense("attention_hidden", width, hidden, "relu")
        self.attention = self._dense("attention", hidden, width)
        super().build((None, None, width))

    def call(self, cells, mask=None, training=None):
        cells = ops.cast(cells, self.wide)
        # (batch, timesteps, 2 * features)
        both = ops.concatenate([step_before(cells), cells], axis=-1)
        hidden = self.hidden_dropout(self.attention_hidden(both), training=training)
        weights = masked_softmax(self.attention(hidden))
        return super().call(weights * both, mask=mask, training=training), weights

    def compute_output_spec(self, cells, mask=None, training=None):
        weights = (*cells.shape[:2], 2 * cells.shape[-1])
        memory = super().compute_output_spec(cells, mask, training)
        return memory, keras.KerasTensor(weights, dtype=self.wide)
