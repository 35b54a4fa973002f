"""Shift a word's vector by what was heard and seen at it, as RAVEN and MAG do."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.ops.masking import zero_masked
from mmzoo.ops.precision import widened

# What a gate's outputs are passed through, by the kind of gate.
GATES = {"vector": "relu", "scalar": "sigmoid", "none": None}
# Keeps the quotient of two lengths finite where there is no shift.
LEAST = 1e-12


@keras.saving.register_keras_serializable(package="mmzoo")
class GatedShift(keras.layers.Layer):
    """Add to each state a gated shift that other modalities make, of limited length.

    With the state z of a step and the frames x_m of the other modalities there:
    `h = sum_m g_m (W_m x_m + b_m)` and `z + a h`, `a = min(beta |z| / |h|, 1)`, so that
    the shift is at most `beta` times as long as the state. A gate reads the frames and
    the state: `g_m = ReLU(V_m [x_m; z] + c_m)`, a number for each feature, or
    `g_m = s(v_m [x_m; z] + c_m)`, one number, with s the logistic function. Lengths are
    Euclidean and computed in float32, and gradients pass through all of it.

    Masking: takes a mask for each of the other modalities. One that was not observed at
    a step adds nothing there, and where none was observed the state stays as it is, to
    the last digit. Returns no mask.

    Args:
        beta: float. How long a shift may be, as a part of the state's length; 0 leaves
            every state as it is. Defaults to `1.0`.
        gate: `"vector"`, MAG's; `"scalar"`, RAVEN's; or `"none"`, all g are 1. Defaults
            to `"vector"`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`, the states.
        others: list of float tensors `(batch, timesteps, ...)`, the frames of one
            modality each, at the same steps.
        mask: optional list of boolean tensors `(batch, timesteps)`, one for each of
            `others`, True = observed; any of them may be `None`.

    Returns:
        Float tensor `(batch, timesteps, features)`.

    Example:
    ```python
    shift = mmzoo.layers.GatedShift(beta=0.5, gate="scalar")
    ones = keras.ops.ones
    shift(ones((2, 9, 300)), [ones((2, 9, 74)), ones((2, 9, 47))]).shape  # (2, 9, 300)
    ```

    Reference:
        - [Wang et al., 2019](https://arxiv.org/abs/1811.09362), "Gated
          Modality-mixing Network" and "Multimodal Shifting"
        - [Rahman et al., 2020](https://arxiv.org/abs/1908.05787), section 3.2
    """

    def __init__(self, beta=1.0, gate="vector", **kwargs):
        super().__init__(**kwargs)
        if beta < 0:
            raise ValueError(f"`beta` is at least 0, not {beta}.")
        if gate not in GATES:
            raise ValueError(f"`gate` is one of {list(GATES)}, not {gate!r}.")
        self.beta = beta
        self.gate = gate
        self.supports_masking = True

    def build(self, inputs_shape, others_shape):
        features = inputs_shape[-1]
        units = 1 if self.gate == "scalar" else features
        self.shifts, self.gates = [], []
        for index, shape in enumerate(others_shape):
            self.shifts.append(self._dense(f"shift_{index}", shape[-1], features))
            if self.gate != "none":
                width, activation = shape[-1] + features, GATES[self.gate]
                gate = self._dense(f"gate_{index}", width, units, activation)
                self.gates.append(gate)
        keep_frozen(self)
        self.built = True

    def _dense(self, name, features, units, activation=None):
        layer = keras.layers.Dense(
            units, activation, dtype=self.dtype_policy, name=name
        )
        layer.build((None, None, features))
        return layer

    def call(self, inputs, others, mask=None):
        masks = mask if mask is not None else [None] * len(others)
        given = enumerate(zip(others, masks, strict=True))
        total = sum(self._shift(index, inputs, *each) for index, each in given)
        state, total = widened(inputs), widened(total)
        part = self.beta * _length(state) / ops.maximum(_length(total), LEAST)
        shifted = state + ops.minimum(part, 1.0) * total
        return ops.cast(shifted, self.compute_dtype)

    def _shift(self, index, inputs, frames, observed):
        """What one modality adds, before the length of the sum is limited."""
        frames = zero_masked(frames, observed)
        shift = self.shifts[index](frames)
        if self.gates:
            both = ops.concatenate([frames, inputs], axis=-1)
            shift = self.gates[index](both) * shift
        return zero_masked(shift, observed)

    def compute_mask(self, inputs, others=None, mask=None):
        return None

    def compute_output_spec(self, inputs, others, mask=None):
        return keras.KerasTensor(inputs.shape, self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "beta": self.beta, "gate": self.gate}


def _length(vectors):
    """Euclidean lengths `(..., 1)`, of which those that are 0 have the gradient 0."""
    square = ops.sum(ops.square(vectors), axis=-1, keepdims=True)
    longer = square > 0
    # The root of 0 has an infinite gradient, also where it is not selected.
    root = ops.sqrt(ops.where(longer, square, ops.ones_like(square)))
    return ops.where(longer, root, ops.zeros_like(root))
