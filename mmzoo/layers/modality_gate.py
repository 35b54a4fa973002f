"""A gate that switches a modality on or off at each step, learnt by its reward."""

import math

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.ops.masking import zero_masked
from mmzoo.ops.precision import wide_dtype


@keras.saving.register_keras_serializable(package="mmzoo")
class ModalityGate(keras.layers.Layer):
    """Decide at each step whether a modality is shown, from its frame alone.

    A controller gives the probability of being on, `p_t = s(w ReLU(W x_t + b) + c)`. In
    training each gate is drawn, `g_t ~ Bernoulli(p_t)`; otherwise nothing is, and a
    gate is on where `p_t > 0.5`. No gradient passes a gate: the controller learns by
    the log probability of what was drawn, see `mmzoo.ops.policy_gradient`. No gate
    depends on another, so that all steps are drawn at once.

    Masking: takes a mask. A gate at a masked step is 0, and counts in no log
    probability. Returns no mask.

    Args:
        hidden_dim: int. Width of the controller's hidden layer. Defaults to `32`.
        initial_rate: float between 0 and 1. Probability of being on that an untrained
            gate has for a frame of zeros. Defaults to `0.9`.
        seed: optional int. Of the draws; one seed gives one series of draws on each
            backend.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        training: bool. Whether gates are drawn.

    Returns:
        Three tensors, float32 at the least: the gates `(batch, timesteps)`, 1 or 0; the
        log probability of all gates of a sample `(batch,)`; and the probability of each
        to be on `(batch, timesteps)`.

    Example:
    ```python
    gate = mmzoo.layers.ModalityGate(hidden_dim=8, seed=1)
    frames = keras.ops.ones((2, 9, 74))
    gates, log_probability, rates = gate(frames, training=True)
    shown = gates[..., None] * frames  # (2, 9, 74)
    ```

    Reference:
        - [Chen et al., 2017](https://arxiv.org/abs/1802.00924)
        - [Williams, 1992](https://doi.org/10.1007/BF00992696), for what the gates
          learn by
    """

    def __init__(self, hidden_dim=32, initial_rate=0.9, seed=None, **kwargs):
        # A gate is one or the other: few digits would turn some of them.
        super().__init__(autocast=False, **kwargs)
        if hidden_dim < 1:
            raise ValueError(f"`hidden_dim` is at least 1, not {hidden_dim}.")
        if not 0 < initial_rate < 1:
            raise ValueError(
                f"`initial_rate` is a probability between 0 and 1, not {initial_rate}: "
                "a gate that is always one of both learns nothing."
            )
        self.hidden_dim = hidden_dim
        self.initial_rate = initial_rate
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True
        self.wide = wide_dtype(self.variable_dtype)
        self.hidden = keras.layers.Dense(
            hidden_dim, "relu", dtype=self.wide, name="hidden"
        )
        logit = keras.initializers.Constant(math.log(initial_rate / (1 - initial_rate)))
        self.logit = keras.layers.Dense(
            1, bias_initializer=logit, dtype=self.wide, name="logit"
        )

    def build(self, input_shape):
        self.hidden.build((None, None, input_shape[-1]))
        self.logit.build((None, None, self.hidden_dim))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None, training=None):
        if mask is None:
            mask = ops.ones_like(inputs[..., 0], dtype="bool")
        mask = ops.cast(mask, "bool")
        frames = ops.cast(zero_masked(inputs, mask), self.wide)
        # (batch, timesteps)
        logits = ops.squeeze(self.logit(self.hidden(frames)), axis=-1)
        rates = ops.sigmoid(logits)
        limit = 0.5 * ops.ones_like(rates)
        if training:
            limit = keras.random.uniform(
                ops.shape(rates), dtype=self.wide, seed=self.seed_generator
            )
        on = ops.logical_and(limit < rates, mask)
        # log s(z) of a gate that is on, log s(-z) of one that is off.
        each = -ops.softplus(ops.where(on, -logits, logits))
        none = ops.zeros_like(rates)
        return (
            ops.cast(on, self.wide),
            ops.sum(ops.where(mask, each, none), axis=1),
            ops.where(mask, rates, none),
        )

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None, training=None):
        batch, timesteps, _ = inputs.shape
        shapes = (batch, timesteps), (batch,), (batch, timesteps)
        return tuple(keras.KerasTensor(shape, self.wide) for shape in shapes)

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_dim": self.hidden_dim,
            "initial_rate": self.initial_rate,
            "seed": self.seed,
        }
