"""What one vector says of another: a Gaussian around what it predicts."""

import keras

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.ops.precision import wide_dtype


@keras.saving.register_keras_serializable(package="mmzoo")
class GaussianPrediction(keras.layers.Layer):
    """Mean and log variance of a vector, predicted from another one.

    Two dense layers each, ReLU between them; the log variance ends in a tanh, so that
    deviations lie between 0.6 and 1.6. With `mmzoo.ops.gaussian_log_density` it is the
    conditional density whose mean bounds mutual information from below.
    `GaussianLatent` draws a vector, and has one layer each.

    Masking: none, a vector has no steps.

    Args:
        output_dim: int. Width of the vector that is predicted.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, features)`.

    Returns:
        Two float tensors `(batch, output_dim)`, mean and log variance, never narrower
        than float32.

    Example:
    ```python
    predict = mmzoo.layers.GaussianPrediction(16)
    mean, log_variance = predict(keras.ops.ones((4, 64)))
    mean.shape  # (4, 16)
    ```

    Reference:
        - [Han et al., 2021](https://arxiv.org/abs/2109.00412), section 3.4, and the
          authors' code, declare-lab/Multimodal-Infomax
    """

    def __init__(self, output_dim, **kwargs):
        super().__init__(**kwargs)
        if output_dim < 1:
            raise ValueError(f"`output_dim` is at least 1, not {output_dim}.")
        self.output_dim = output_dim
        # Densities are computed from both.
        wide = wide_dtype(self.variable_dtype)
        self.mean_hidden, self.mean, self.log_variance_hidden, self.log_variance = (
            keras.layers.Dense(output_dim, activation, dtype=wide, name=name)
            for name, activation in (
                ("mean_hidden", "relu"),
                ("mean", None),
                ("log_variance_hidden", "relu"),
                ("log_variance", "tanh"),
            )
        )

    def build(self, input_shape):
        for hidden in (self.mean_hidden, self.log_variance_hidden):
            hidden.build((None, input_shape[-1]))
        for last in (self.mean, self.log_variance):
            last.build((None, self.output_dim))
        keep_frozen(self)
        self.built = True

    def call(self, inputs):
        mean = self.mean(self.mean_hidden(inputs))
        return mean, self.log_variance(self.log_variance_hidden(inputs))

    def compute_output_spec(self, inputs):
        shape = (*inputs.shape[:-1], self.output_dim)
        wide = wide_dtype(self.variable_dtype)
        # Two, since Keras tells outputs apart by their identity.
        return tuple(keras.KerasTensor(shape, wide) for _ in range(2))

    def get_config(self):
        return {**super().get_config(), "output_dim": self.output_dim}
