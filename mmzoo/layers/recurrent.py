"""LSTM and GRU of Keras with a loop of their own for PyTorch on a CPU."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="mmzoo")
class LSTM(keras.layers.LSTM):
    """`keras.layers.LSTM` with a faster loop on PyTorch without a GPU.

    Everywhere else, and wherever a mask, a dropout or another activation is asked
    for, it is Keras' layer; the weights and the numbers are the same throughout.
    On PyTorch without CUDA, Keras reads step t of the projected inputs as `x[t]`,
    and the gradient of that fills a tensor of all steps with zeros, once a step:
    57 % of a training step. Here the steps are taken apart once; for the figures
    see benchmarks/README.md.

    Args:
        units: int. Width of the layer.
        **kwargs: passed on to `keras.layers.LSTM`.

    Example:
    ```python
    layer = mmzoo.layers.recurrent.LSTM(8, return_sequences=True)
    layer(keras.ops.ones((2, 5, 3))).shape  # (2, 5, 8)
    ```
    """

    def __init__(self, units, **kwargs):
        super().__init__(units, **kwargs)

    def inner_loop(self, sequences, initial_state, mask, training=False):
        if not _needs_own_loop(self, sequences, mask):
            return super().inner_loop(sequences, initial_state, mask, training)
        recurrent = ops.convert_to_tensor(self.cell.recurrent_kernel)
        hidden, memory = initial_state
        outputs = []
        for projected in _project(sequences, self.cell.kernel, self.cell.bias):
            gates = projected + ops.matmul(hidden, recurrent)
            i, f, g, o = ops.split(gates, 4, axis=-1)
            memory = ops.sigmoid(f) * memory + ops.sigmoid(i) * ops.tanh(g)
            hidden = ops.sigmoid(o) * ops.tanh(memory)
            outputs.append(hidden)
        return hidden, _collect(self, outputs), [hidden, memory]


@keras.saving.register_keras_serializable(package="mmzoo")
class GRU(keras.layers.GRU):
    """`keras.layers.GRU` with the loop of `LSTM` above.

    Args:
        units: int. Width of the layer.
        **kwargs: passed on to `keras.layers.GRU`.

    Example:
    ```python
    layer = mmzoo.layers.recurrent.GRU(8, return_sequences=True)
    layer(keras.ops.ones((2, 5, 3))).shape  # (2, 5, 8)
    ```
    """

    def __init__(self, units, **kwargs):
        super().__init__(units, **kwargs)

    def inner_loop(self, sequences, initial_state, mask, training=False):
        if not _needs_own_loop(self, sequences, mask) or not self.cell.reset_after:
            return super().inner_loop(sequences, initial_state, mask, training)
        recurrent = ops.convert_to_tensor(self.cell.recurrent_kernel)
        bias = ops.convert_to_tensor(self.cell.bias)
        (hidden,) = initial_state
        outputs = []
        for projected in _project(sequences, self.cell.kernel, bias[0]):
            x_z, x_r, x_h = ops.split(projected, 3, axis=-1)
            h_z, h_r, h_h = ops.split(
                ops.matmul(hidden, recurrent) + bias[1], 3, axis=-1
            )
            z = ops.sigmoid(x_z + h_z)
            candidate = ops.tanh(x_h + ops.sigmoid(x_r + h_r) * h_h)
            hidden = candidate + z * (hidden - candidate)
            outputs.append(hidden)
        return hidden, _collect(self, outputs), [hidden]


def _needs_own_loop(layer, sequences, mask):
    usual = (
        layer.activation is keras.activations.tanh
        and layer.recurrent_activation is keras.activations.sigmoid
        and layer.use_bias
    )
    return (
        usual
        and keras.backend.backend() == "torch"
        and sequences.device.type not in ("cuda", "meta")
        and mask is None
        and not layer.go_backwards
        and not layer.dropout
        and not layer.recurrent_dropout
    )


def _project(sequences, kernel, bias):
    # (timesteps, batch, gates * units)
    projected = ops.matmul(ops.transpose(sequences, (1, 0, 2)), kernel) + bias
    return ops.unstack(projected, axis=0)


def _collect(layer, outputs):
    return ops.stack(outputs if layer.return_sequences else outputs[-1:], axis=1)


CELLS = {"lstm": LSTM, "gru": GRU}
