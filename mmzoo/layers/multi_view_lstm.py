"""One LSTM whose cells belong to views, which read each other in part."""

import keras
import numpy as np
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.recurrent import LSTM
from mmzoo.ops.masking import last_observed, zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class MultiViewLSTM(keras.layers.Layer):
    """Let the gates of each view read a share of its own past and of the others'.

    For each view v and each gate q of i, f, g and o,
    `q^v = act(W_q^v x_t^v + W_q^vv A h_(t-1)^v + sum_k W_q^vk B h_(t-1)^k + b_q^v)`
    with k over the other views, then `c_t = s(f) c_(t-1) + s(i) tanh(g)` and
    `h_t = s(o) tanh(c_t)`. A keeps the first `alpha` of a view's states and B the last
    `beta`: `alpha=1, beta=0` is an LSTM a view, `alpha=0, beta=1` views that read each
    other only, `alpha=beta=1` all of them.

    All views together are the stock LSTM, with its fused kernels: what a view does not
    read has a weight of 0, which a constraint keeps at 0 after every step of an
    optimizer. Where that clips by norm, the gradients of these zeros count too.

    Masking: as in `SequenceEncoder`. A masked step is read as zeros and its states are
    returned as zeros; the recurrence passes through it. A row with nothing observed
    gives zeros. A view that is missing at a step is zeros in `inputs`, as
    `ModalityConcat` gives it.

    Args:
        units: list of ints. Width of each view's states.
        view_dims: list of ints. Features of each view.
        alpha: float from 0 to 1. Share of its own states that a view reads, rounded to
            whole states. Defaults to `0.1`.
        beta: float from 0 to 1. Share of each other view's states, likewise. Defaults
            to `1.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, sum of view_dims)`, the views side by
            side.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.

    Returns:
        The states `(batch, timesteps, sum of units)`, views side by side, and the last
        observed ones `(batch, sum of units)`.

    Example:
    ```python
    layer = mmzoo.layers.MultiViewLSTM([8, 4], view_dims=[300, 74])
    states, last = layer(keras.ops.ones((2, 9, 374)))
    states.shape, last.shape  # (2, 9, 12), (2, 12)
    ```

    Reference:
        - [Rajagopalan et al., 2016](https://doi.org/10.1007/978-3-319-46478-7_21), and
          the authors' code, r-shyam/mv-lstm, whose B keeps the first states
    """

    def __init__(self, units, view_dims, alpha=0.1, beta=1.0, **kwargs):
        super().__init__(**kwargs)
        if len(units) != len(view_dims):
            raise ValueError(
                f"`units={units}` and `view_dims={view_dims}` name different numbers "
                "of views: give one width of each for every view."
            )
        for name, share in (("alpha", alpha), ("beta", beta)):
            if not 0 <= share <= 1:
                raise ValueError(f"`{name}` is a share from 0 to 1, not {share}.")
        self.units = [int(width) for width in units]
        self.view_dims = [int(width) for width in view_dims]
        self.alpha = alpha
        self.beta = beta
        self.supports_masking = True
        frames, states = self._blocks()
        self.lstm = LSTM(
            sum(self.units),
            return_sequences=True,
            kernel_initializer=frames.start,
            recurrent_initializer=states.start,
            kernel_constraint=frames.keep,
            recurrent_constraint=states.keep,
            dtype=self.dtype_policy,
            name="lstm",
        )

    def _blocks(self):
        """The weights on the features, and on the states, that each view reads."""
        # (sum of view_dims, views)
        own = np.eye(len(self.units), dtype=bool)
        features = np.repeat(own, self.view_dims, axis=0)
        # (sum of units, 1)
        first, last = (
            np.concatenate([share(width) for width in self.units])[:, None]
            for share in (
                lambda width: np.arange(width) < round(self.alpha * width),
                lambda width: np.arange(width) >= width - round(self.beta * width),
            )
        )
        # (sum of units, views)
        states = np.where(np.repeat(own, self.units, axis=0), first, last)
        return (
            _Blocks(features, self.units, "glorot_uniform"),
            _Blocks(states, self.units, "orthogonal"),
        )

    def build(self, input_shape):
        if input_shape[-1] != sum(self.view_dims):
            raise ValueError(
                f"`inputs` have {input_shape[-1]} features, but `view_dims="
                f"{self.view_dims}` are {sum(self.view_dims)}: join these views."
            )
        self.lstm.build((None, None, input_shape[-1]))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None):
        states = self.lstm(zero_masked(inputs, mask))
        return zero_masked(states, mask), last_observed(states, mask)

    def compute_mask(self, inputs, mask=None):
        return mask, None

    def compute_output_shape(self, input_shape):
        batch, timesteps, _ = input_shape
        return (batch, timesteps, sum(self.units)), (batch, sum(self.units))

    def get_config(self):
        return {
            **super().get_config(),
            "units": list(self.units),
            "view_dims": list(self.view_dims),
            "alpha": self.alpha,
            "beta": self.beta,
        }


class _Blocks:
    """Which entries of an LSTM's kernel are weights; the others are zeros for ever.

    Args:
        read: boolean array `(rows, views)`, the rows that each view reads.
        units: list of ints, the width of each view.
        initializer: name of the initializer of what a view reads, all gates together.
    """

    def __init__(self, read, units, initializer):
        self.read = read
        self.units = units
        self.initializer = initializer

    def start(self, shape, dtype=None):
        """A kernel `(rows, 4 * sum of units)` whose weights are those of an LSTM."""
        blocks = [
            self._start_of_one(rows, units, dtype)
            for rows, units in zip(self.read.T, self.units, strict=True)
        ]
        return ops.reshape(ops.concatenate(blocks, axis=-1), shape)

    def _start_of_one(self, rows, units, dtype):
        """The weights of one view, `(rows, 4, units)`."""
        if not rows.any():
            return ops.zeros((len(rows), 4, units), dtype)
        # An initializer counts the rows that are read: it scales by their number.
        draw = keras.initializers.get(self.initializer)
        drawn = draw((int(rows.sum()), 4 * units), dtype)
        place = np.eye(len(rows))[:, rows]
        placed = ops.matmul(ops.convert_to_tensor(place, drawn.dtype), drawn)
        return ops.reshape(placed, (len(rows), 4, units))

    def keep(self, kernel):
        """The kernel with zeros wherever there are no weights."""
        kernel = ops.convert_to_tensor(kernel)
        mask = np.tile(np.repeat(self.read, self.units, axis=1), 4)
        return ops.where(mask, kernel, ops.zeros_like(kernel))
