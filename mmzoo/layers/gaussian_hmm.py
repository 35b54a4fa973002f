"""Hidden Markov models with Gaussian emissions, one a class, trained by gradient."""

import math

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.ops.masking import zero_masked
from mmzoo.ops.precision import wide_dtype
from mmzoo.ops.scan_steps import scan_steps


@keras.saving.register_keras_serializable(package="mmzoo")
class GaussianHMM(keras.layers.Layer):
    """How likely a sequence of several modalities is under the model of each class.

    Each class has a Markov chain of `states` with probabilities `pi` of the first state
    and `A` of the next one. Given its state, a step's features are independent and
    normal, so that the log densities of all modalities add up:
    `e_t(s) = sum_m sum_j log N(x^m_tj; mu_sj, var_sj)`. The forward recursion sums over
    all paths in log space, `a_1 = log pi + e_1` and
    `a_(t+1)(s) = log sum_r exp(a_t(r) + log A_rs) + e_(t+1)(s)`, and the likelihood is
    `log sum_s exp(a_T(s))`. Emissions of all steps are two products of matrices before
    the scan. Probabilities are softmaxes of free weights, so that any optimizer keeps
    them what they are. All of it is computed in float32.

    Masking: takes a mask a modality. What was not observed is integrated out, which is
    exact: a masked step of a modality leaves its term out of the sum, and at a step
    without any modality the chain goes on alone. Steps after the last observed one
    change nothing; a sequence without any has the likelihood 1.

    Args:
        classes: int. How many models there are.
        states: int. Of each of them. Defaults to `3`.
        tempered: bool. Whether the log density of a modality is divided by the number
            of its features, so that one of 300 does not drown one of 36; likelihoods
            are then none of the paper's. Defaults to `False`.
        least_variance: float. What is added to each variance, so that none collapses.
            Defaults to `1e-3`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: list of float tensors `(batch, timesteps, features)`, one a modality,
            of the same steps.
        mask: optional list of boolean tensors `(batch, timesteps)`, True = observed;
            any of them may be `None`.

    Returns:
        Float32 tensor `(batch, classes)`, the log likelihoods in nats.

    Example:
    ```python
    hmm = mmzoo.layers.GaussianHMM(classes=2, states=3)
    ones = keras.ops.ones
    hmm([ones((4, 9, 5)), ones((4, 9, 2))]).shape  # (4, 2)
    ```

    Reference:
        - [Morency et al., 2011](https://doi.org/10.1145/2070481.2070509)
        - [Rabiner, 1989](https://doi.org/10.1109/5.18626), section III A, for the
          forward recursion
    """

    def __init__(
        self, classes, states=3, tempered=False, least_variance=1e-3, **kwargs
    ):
        # Squares of features, and sums over hundreds of them, need their digits.
        super().__init__(autocast=False, **kwargs)
        sizes = {"classes": classes, "states": states}
        for name, size in sizes.items():
            if size < 1:
                raise ValueError(f"`{name}` is at least 1, not {size}.")
        if least_variance <= 0:
            raise ValueError(f"`least_variance` is above 0, not {least_variance}.")
        self.classes = classes
        self.states = states
        self.tempered = tempered
        self.least_variance = least_variance
        self.supports_masking = True

    def build(self, input_shape):
        each = (self.classes, self.states)
        self.first = self._weight("first", each)
        self.next = self._weight("next", (*each, self.states))
        self.means, self.log_variances = [], []
        for index, shape in enumerate(input_shape):
            size = (*each, shape[-1])
            self.means.append(self._weight(f"means_{index}", size))
            self.log_variances.append(
                self._weight(f"log_variances_{index}", size, "zeros")
            )
        keep_frozen(self)
        self.built = True

    def _weight(self, name, shape, initializer=None):
        # States that start alike would stay alike.
        initializer = initializer or keras.initializers.RandomNormal(stddev=0.5)
        return self.add_weight(
            shape=shape, initializer=initializer, autocast=False, name=name
        )

    def call(self, inputs, mask=None):
        emissions = self._emissions(inputs, mask)
        first = ops.reshape(ops.log_softmax(self.first), (1, -1))
        start = first + ops.zeros_like(emissions[:, 0])
        moves = ops.log_softmax(self.next)

        def step(expected, emission):
            # (batch, classes, states, 1): the step's state; then the next step's.
            seen = self._by_class(expected + emission)[..., None]
            found = ops.logsumexp(seen + moves, axis=-2)
            return ops.reshape(found, (-1, self.classes * self.states))

        expected = scan_steps(step, start, emissions)
        return ops.logsumexp(self._by_class(expected[:, -1]), axis=-1)

    def _emissions(self, inputs, mask):
        """The log density of each step in every state of every class, side by side.

        Float32 `(batch, timesteps, classes * states)`.
        """
        masks = mask if mask is not None else [None] * len(inputs)
        parts = zip(inputs, masks, self.means, self.log_variances, strict=True)
        return sum(self._log_density(*each) for each in parts)

    def _by_class(self, rows):
        return ops.reshape(rows, (-1, self.classes, self.states))

    def _log_density(self, frames, mask, means, log_variances):
        """`log N` of one modality, `(batch, timesteps, classes * states)`."""
        features = means.shape[-1]
        frames = zero_masked(ops.cast(frames, means.dtype), mask)
        # (features, classes * states)
        means = ops.transpose(ops.reshape(means, (-1, features)))
        variances = ops.exp(ops.transpose(ops.reshape(log_variances, (-1, features))))
        variances = variances + self.least_variance
        # The square (x - mu)^2 multiplied out needs no tensor of steps by states by x.
        squares = ops.matmul(ops.square(frames), 1.0 / variances)
        squares = squares - 2.0 * ops.matmul(frames, means / variances)
        constant = ops.square(means) / variances + ops.log(variances)
        constant = ops.sum(constant, axis=0) + features * math.log(2.0 * math.pi)
        density = -0.5 * (squares + constant)
        if self.tempered:
            density = density / features
        return zero_masked(density, mask)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None):
        shape = (inputs[0].shape[0], self.classes)
        return keras.KerasTensor(shape, wide_dtype(self.variable_dtype))

    def get_config(self):
        return {
            **super().get_config(),
            "classes": self.classes,
            "states": self.states,
            "tempered": self.tempered,
            "least_variance": self.least_variance,
        }
