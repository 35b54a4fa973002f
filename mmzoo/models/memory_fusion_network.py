"""An LSTM a modality, and a gated memory of how their cells change together."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.lstm_system import LSTMSystem
from mmzoo.models.registry import register_model
from mmzoo.models.state_fusion_model import StateFusionModel
from mmzoo.ops.masking import masked_softmax
from mmzoo.ops.precision import wide_dtype
from mmzoo.ops.scan_steps import scan_steps

__all__ = ["DeltaMemory", "MemoryFusionNetwork", "build_memory_fusion_network"]


@keras.saving.register_keras_serializable(package="mmzoo")
class DeltaMemory(keras.layers.Layer):
    """Attend to how the cells of all modalities change, and remember it through gates.

    With `c* = [c_(t-1); c_t]` and four perceptrons D of one hidden layer:
    `a = softmax(D_a(c*))` over its entries, `c^ = a c*`, `u^ = tanh(D_u(c^))`,
    `r = s(D_1([c^; u_(t-1)]))`, `w = s(D_2([c^; u_(t-1)]))`, `u_t = r u_(t-1) + w u^`.
    The entries of the softmax are features, not steps: it tells which dimensions of
    which modality's memory change together. What does not read `u_(t-1)` is computed
    for all steps at once, the gates step by step. All of it is computed in float32.

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
    memory = mmzoo.models.DeltaMemory(memory_dim=16, hidden_dim=32)
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
        width, hidden, memory = 2 * input_shape[-1], self.hidden_dim, self.memory_dim
        self.attention_hidden = self._dense("attention_hidden", width, hidden, "relu")
        self.attention = self._dense("attention", hidden, width)
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

    def call(self, cells, mask=None, training=None):
        cells = ops.cast(cells, self.wide)
        if mask is None:
            mask = ops.ones_like(cells[..., 0], dtype="bool")
        before = ops.pad(cells[:, :-1], [[0, 0], [1, 0], [0, 0]])
        # (batch, timesteps, 2 * features)
        both = ops.concatenate([before, cells], axis=-1)
        hidden = self.hidden_dropout(self.attention_hidden(both), training=training)
        weights = masked_softmax(self.attention(hidden))
        attended = weights * both
        hidden = self.hidden_dropout(self.candidate_hidden(attended), training=training)
        candidate, gates = self.candidate(hidden), self.gates_hidden(attended)
        # What is dropped is drawn before the scan, in which no state may change.
        kept = self.hidden_dropout(ops.ones_like(gates), training=training)
        kept_steps = ops.cast(mask, "bool")[..., None]
        return self._remember(candidate, gates, kept, kept_steps), weights

    def _remember(self, candidate, gates, kept, observed):
        def step(memory, candidate, gates, kept, observed):
            if self.gates_memory is not None:
                gates = gates + self.gates_memory(memory)
            retain, write = ops.split(ops.relu(gates) * kept, 2, axis=-1)
            changed = self.retain(retain) * memory + self.write(write) * candidate
            return ops.where(observed, changed, memory)

        start = ops.zeros_like(candidate[:, 0])
        return scan_steps(step, start, candidate, gates, kept, mask=observed)

    def compute_mask(self, cells, mask=None):
        return None

    def compute_output_spec(self, cells, mask=None, training=None):
        batch, timesteps, features = cells.shape
        return (
            keras.KerasTensor((batch, timesteps, self.memory_dim), dtype=self.wide),
            keras.KerasTensor((batch, timesteps, 2 * features), dtype=self.wide),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "memory_dim": self.memory_dim,
            "hidden_dim": self.hidden_dim,
            "dropout": self.dropout,
            "gates_read_memory": self.gates_read_memory,
        }


@keras.saving.register_keras_serializable(package="mmzoo")
class MemoryFusionNetwork(StateFusionModel):
    """An LSTM a modality, a memory of how their cells change, an answer from both.

    `LSTMSystem` reads each modality, `DeltaMemory` the cells of all, and a perceptron
    answers from the hidden states and the memory at the last step, or at every step.

    Masking: a masked step of a modality leaves its LSTM as it is, a step at which no
    modality was observed leaves the memory too, so that neither padding nor gaps change
    an answer. A modality that is missing from a sample is masked throughout.

    Differs from the paper: the four perceptrons of the memory share their width and
    dropout; frames are standardised on the training split; classes are an addition.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them. Their steps are aligned.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"` or `"step"`. Defaults to `"sequence"`.
        units: int, or a dict of them by modality. Width of each LSTM. Defaults to `64`.
        memory_dim: int. Width of the memory. Defaults to `128`.
        hidden_dim: int. Width of the hidden layer of each perceptron. Defaults to `64`.
        gates_read_memory: bool. Whether the gates of the memory read it, as in the
            authors' code; in the paper they do not. Defaults to `True`.
        dropout: float. Of each hidden layer. Defaults to `0.2`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)` or logits `(batch, classes)`; with
        labels one a step `(batch, timesteps)` or `(batch, timesteps, classes)`.

    Example:
    ```python
    model = mmzoo.models.MemoryFusionNetwork({"audio": 74, "text": 300}, units=16)
    ones = keras.ops.ones
    model({"audio": ones((2, 9, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Zadeh et al., 2018](https://arxiv.org/abs/1802.00927)
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        memory_dim=128,
        hidden_dim=64,
        gates_read_memory=True,
        dropout=0.2,
        **kwargs,
    ):
        answers = classes, target, labels_per
        super().__init__(input_dims, *answers, units, hidden_dim, dropout, **kwargs)
        self.memory_dim = memory_dim
        self.gates_read_memory = gates_read_memory
        named = {"dtype": self.dtype_policy}
        self.lstms = LSTMSystem(list(self.units.values()), name="lstms", **named)
        self.memory = DeltaMemory(
            memory_dim, hidden_dim, dropout, gates_read_memory, name="memory", **named
        )
        self.lstms.build([(None, None, size) for size in self.input_dims.values()])
        self.memory.build((None, None, sum(self.units.values())))
        self.answer_from(memory_dim)

    def states(self, frames, masks, training=None):
        return self._read(frames, masks, training)[:2]

    def _read(self, frames, masks, training=None):
        """Hidden states and memory `(batch, timesteps, ...)`, and the attention."""
        hidden, cells = self.lstms(frames, mask=masks)
        some = ops.any(ops.stack(masks), axis=0)
        return hidden, *self.memory(cells, mask=some, training=training)

    def attend(self, inputs):
        """How much of the attention at each step is on each modality's cells.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict from modality to weights `(batch, timesteps)`, which sum to 1 over the
            modalities at every step.
        """
        *_, attention = self._read(*self.aligned(self.featurize(inputs)))
        before, after = ops.split(attention, 2, axis=-1)
        return self.by_modality(before + after)

    def get_config(self):
        return {
            **super().get_config(),
            "memory_dim": self.memory_dim,
            "gates_read_memory": self.gates_read_memory,
        }


@register_model
def build_memory_fusion_network(input_dims, **options) -> MemoryFusionNetwork:
    """An LSTM a modality, and a gated memory of how their cells change together.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `MemoryFusionNetwork`.

    Returns:
        A `MemoryFusionNetwork`.

    Example:
    ```python
    model = mmzoo.build_memory_fusion_network({"text": 300, "audio": 74}, units=32)
    ```
    """
    return MemoryFusionNetwork(input_dims, **options)
