"""An LSTM a modality, and a gated memory of how their cells change together."""

import keras
import numpy as np
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model
from mmzoo.ops.masking import masked_softmax
from mmzoo.ops.precision import wide_dtype, widened

__all__ = [
    "DeltaMemory",
    "LSTMSystem",
    "MemoryFusionNetwork",
    "build_memory_fusion_network",
]


@keras.saving.register_keras_serializable(package="mmzoo")
class LSTMSystem(keras.layers.Layer):
    """One LSTM a modality, stepped side by side, which show their cells at every step.

    `i, f, g, o = split(W x_t + U h_(t-1) + b)`, `c_t = s(f) c_(t-1) + s(i) tanh(g)`,
    `h_t = s(o) tanh(c_t)`, for each modality alone. Keras' LSTM shows its last cells
    only. All modalities take one step together, as one LSTM whose recurrent kernel is
    block-diagonal: a loop over time costs by its steps and not by their width.

    Masking: takes masks. A modality keeps its states at a step where it was not
    observed, so that such steps change nothing wherever they are. A modality that is
    missing altogether keeps zeros.

    Args:
        units: list of ints. Width of each modality's LSTM.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: list of float tensors `(batch, timesteps, features)`, one a modality.
        mask: list of boolean tensors `(batch, timesteps)`, True = observed.

    Returns:
        The hidden states and the cells of all modalities side by side, each float32
        `(batch, timesteps, sum of units)`.

    Example:
    ```python
    system = mmzoo.models.LSTMSystem([8, 4])
    frames = [keras.ops.ones((2, 9, 300)), keras.ops.ones((2, 9, 74))]
    hidden, cells = system(frames, mask=[keras.ops.ones((2, 9), "bool")] * 2)
    hidden.shape, cells.shape  # (2, 9, 12), (2, 9, 12)
    ```

    Reference:
        - [Zadeh et al., 2018](https://arxiv.org/abs/1802.00927), "System of LSTMs"
    """

    def __init__(self, units, **kwargs):
        # Cells are running sums: only the projections of the frames are narrow.
        super().__init__(autocast=False, **kwargs)
        self.units = [int(width) for width in units]
        self.supports_masking = True

    def build(self, input_shape):
        self.projections, self.recurrent_kernels = [], []
        for index, (shape, units) in enumerate(
            zip(input_shape, self.units, strict=True)
        ):
            projection = keras.layers.Dense(
                4 * units,
                bias_initializer=self._open_forget_gate,
                dtype=self.dtype_policy,
                name=f"projection_{index}",
            )
            projection.build((None, None, shape[-1]))
            self.projections.append(projection)
            kernel = self.add_weight(
                shape=(units, 4 * units),
                initializer="orthogonal",
                autocast=False,
                name=f"recurrent_kernel_{index}",
            )
            self.recurrent_kernels.append(kernel)
        keep_frozen(self)
        self.built = True

    def _open_forget_gate(self, shape, dtype=None):
        """Biases of 1 for the gate that keeps the cells, as in Keras' LSTM."""
        quarter = ops.zeros((shape[0] // 4,), dtype)
        return ops.concatenate([quarter, quarter + 1, quarter, quarter])

    def call(self, inputs, mask):
        projected = self._side_by_side(
            [
                widened(layer(frames))
                for layer, frames in zip(self.projections, inputs, strict=True)
            ]
        )
        # (batch, timesteps, sum of units)
        observed = ops.concatenate(
            [
                ops.repeat(ops.cast(each, "bool")[..., None], units, axis=-1)
                for each, units in zip(mask, self.units, strict=True)
            ],
            axis=-1,
        )
        start = ops.zeros_like(projected[:, 0, : sum(self.units)])
        recurrent = self._recurrent_kernel()

        def step(states, gates, observed):
            return (_lstm_step(recurrent, *states, gates, observed),) * 2

        return _scan(step, (start, start), projected, mask=observed)

    def _side_by_side(self, gates):
        """Join `(..., 4 * units)` of each modality so that equal gates are adjacent."""
        parts = [ops.split(each, 4, axis=-1) for each in gates]
        return ops.concatenate(
            [part[gate] for gate in range(4) for part in parts], axis=-1
        )

    def _recurrent_kernel(self):
        """The kernels as blocks of one `(sum of units, 4 * sum of units)`."""
        rows, before, width = [], 0, sum(self.units)
        for kernel, units in zip(self.recurrent_kernels, self.units, strict=True):
            block = ops.reshape(ops.convert_to_tensor(kernel), (units, 4, units))
            after = width - before - units
            row = ops.pad(block, [[0, 0], [0, 0], [before, after]])
            rows.append(ops.reshape(row, (units, 4 * width)))
            before += units
        return ops.concatenate(rows, axis=0)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask):
        shape = (*inputs[0].shape[:2], sum(self.units))
        wide = wide_dtype(self.compute_dtype)
        # Two, since Keras tells outputs apart by their identity.
        return keras.KerasTensor(shape, wide), keras.KerasTensor(shape, wide)

    def get_config(self):
        return {**super().get_config(), "units": list(self.units)}


def _scan(step, start, *sequences, mask):
    """`ops.scan` along the steps of sequences `(batch, timesteps, features)`.

    They are joined to one, since Keras on TensorFlow cannot scan several whose number
    of steps is not known, as in a model that is exported.

    Args:
        step: function of the states, a step of each sequence and of the mask.
        start: the states before the first step.
        *sequences: float tensors of one dtype.
        mask: boolean tensor `(batch, timesteps, features)`.

    Returns:
        What the function returned beside the states, `(batch, timesteps, ...)`.
    """
    parts = [*sequences, ops.cast(mask, sequences[0].dtype)]
    ends = np.cumsum([0, *(part.shape[-1] for part in parts)]).tolist()

    def joined_step(states, now):
        # Slices: PyTorch's exporter does not know the sizes of what is split.
        cut = zip(ends, ends[1:], strict=False)
        *steps, observed = (now[:, start:end] for start, end in cut)
        return step(states, *steps, ops.cast(observed, "bool"))

    # (timesteps, batch, all features)
    joined = ops.transpose(ops.concatenate(parts, axis=-1), (1, 0, 2))
    _, found = ops.scan(joined_step, start, joined)
    return keras.tree.map_structure(lambda x: ops.transpose(x, (1, 0, 2)), found)


def _lstm_step(recurrent, hidden, cells, projected, observed):
    gates = projected + ops.matmul(hidden, recurrent)
    i, f, g, o = ops.split(gates, 4, axis=-1)
    changed = ops.sigmoid(f) * cells + ops.sigmoid(i) * ops.tanh(g)
    cells = ops.where(observed, changed, cells)
    return ops.where(observed, ops.sigmoid(o) * ops.tanh(changed), hidden), cells


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
            memory = ops.where(observed, changed, memory)
            return memory, memory

        start = ops.zeros_like(candidate[:, 0])
        return _scan(step, start, candidate, gates, kept, mask=observed)

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
class MemoryFusionNetwork(MultimodalModel):
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
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        self.units = self.width_of_each(units)
        self.memory_dim = memory_dim
        self.hidden_dim = hidden_dim
        self.gates_read_memory = gates_read_memory
        self.dropout = dropout
        named = {"dtype": self.dtype_policy}
        self.modality_concat = ModalityConcat(
            self.input_dims, name="modality_concat", **named
        )
        self.lstms = LSTMSystem(list(self.units.values()), name="lstms", **named)
        self.memory = DeltaMemory(
            memory_dim, hidden_dim, dropout, gates_read_memory, name="memory", **named
        )
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            dropout,
            hidden_dim,
            name="answer_head",
            **named,
        )
        width = sum(self.units.values())
        self.lstms.build([(None, None, size) for size in self.input_dims.values()])
        self.memory.build((None, None, width))
        self.answer_head.build((None, width + memory_dim))
        self.built = True

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        states, _ = self._read(inputs, training)
        if self.labels_per == "sequence":
            # Masked steps keep the states, and the last ones are the last observed.
            states = states[:, -1]
        return {self.target: self.answer_head(states, training=training)}

    def _read(self, inputs, training=None):
        """Hidden states and memory `(batch, timesteps, ...)`, and the attention."""
        _, joint = self.modality_concat(inputs)
        each = [
            self.modality_concat(inputs, modalities=[name]) for name in self.input_dims
        ]
        frames, masks = zip(*each, strict=True)
        hidden, cells = self.lstms(list(frames), mask=list(masks))
        memory, attention = self.memory(cells, mask=joint, training=training)
        return ops.concatenate([hidden, memory], axis=-1), attention

    def attend(self, inputs):
        """How much of the attention at each step is on each modality's cells.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict from modality to weights `(batch, timesteps)`, which sum to 1 over the
            modalities at every step.
        """
        inputs = self.featurize(inputs)
        _, attention = self._read(inputs)
        before, after = ops.split(attention, 2, axis=-1)
        ends = np.cumsum(list(self.units.values()))[:-1].tolist()
        parts = ops.split(before + after, ends, axis=-1)
        return {
            name: ops.sum(part, axis=-1)
            for name, part in zip(self.units, parts, strict=True)
        }

    def get_config(self):
        return {
            **super().get_config(),
            "units": dict(self.units),
            "memory_dim": self.memory_dim,
            "hidden_dim": self.hidden_dim,
            "gates_read_memory": self.gates_read_memory,
            "dropout": self.dropout,
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
