"""An LSTM a modality, stepped side by side, as one with a block-diagonal kernel."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.ops.precision import wide_dtype, widened
from mmzoo.ops.scan_steps import scan_steps


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
    system = mmzoo.layers.LSTMSystem([8, 4])
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
        projected = self._project(inputs)
        start = ops.zeros_like(projected[:, 0, : sum(self.units)])
        recurrent = self._recurrent_kernel()

        def step(states, projected, observed):
            hidden, cells = states
            changed = lstm_step(projected + ops.matmul(hidden, recurrent), cells)
            return kept_unless(observed, changed, states)

        return scan_steps(step, (start, start), projected, mask=self._observed(mask))

    def _project(self, inputs):
        """What the gates read of the frames, for all steps at once."""
        return self._side_by_side(
            [
                widened(layer(frames))
                for layer, frames in zip(self.projections, inputs, strict=True)
            ]
        )

    def _observed(self, mask):
        """The mask of each modality once a unit, `(batch, timesteps, sum of units)`."""
        return ops.concatenate(
            [
                ops.repeat(ops.cast(each, "bool")[..., None], units, axis=-1)
                for each, units in zip(mask, self.units, strict=True)
            ],
            axis=-1,
        )

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


def lstm_step(gates, cells):
    """One step of an LSTM.

    Args:
        gates: float tensor `(..., 4 * units)`, before their activations: those that
            write, forget and show, with the candidate in the third place (i, f, g, o).
        cells: float tensor `(..., units)`, the cells before the step.

    Returns:
        The hidden states and the cells after the step.
    """
    i, f, g, o = ops.split(gates, 4, axis=-1)
    cells = ops.sigmoid(f) * cells + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(cells), cells


def kept_unless(observed, changed, states):
    """Each state as it was where it was not observed.

    Args:
        observed: boolean tensor that broadcasts to the states.
        changed: states after a step.
        states: states before it.

    Returns:
        Tuple of states.
    """
    pairs = zip(changed, states, strict=True)
    return tuple(ops.where(observed, *pair) for pair in pairs)
