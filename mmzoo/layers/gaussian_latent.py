"""A latent vector with a Gaussian posterior (variational autoencoder)."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.ops.precision import wide_dtype


@keras.saving.register_keras_serializable(package="mmzoo")
class GaussianLatent(keras.layers.Layer):
    """Mean and log variance of a latent vector, and a draw from them.

    In training the vector is drawn, `mean + deviation * noise`, so that the gradient
    reaches mean and deviation (the reparameterisation trick); otherwise it is the mean.

    The layer also counts the training steps, for the annealing of what the divergence
    from the prior N(0, I) costs. The count is a weight that no gradient changes: a file
    and a checkpoint keep it, so a training that goes on anneals on.

    Masking: none, a vector has no steps.

    Args:
        latent_dim: int. Length of the latent vector.
        kl_annealing: int. Training steps over which `annealing` rises from 0 to 1.
            Defaults to `0`: it is 1 from the start.
        seed: optional int. Of the draws; one seed gives one series of draws on each
            backend.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, features)`.
        training: bool. Whether the vector is drawn, and the step counted.

    Returns:
        Three tensors `(batch, latent_dim)`: the vector, the mean and the log variance,
        of which the last two are never narrower than float32.

    Example:
    ```python
    latent = mmzoo.layers.GaussianLatent(latent_dim=8, seed=1)
    vector, mean, log_variance = latent(keras.ops.ones((4, 32)), training=True)
    vector.shape  # (4, 8)
    ```

    Reference:
        - [Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114), section 2.4 and
          appendix B.
        - [Bowman et al., 2016](https://arxiv.org/abs/1511.06349), section 3.1, for the
          annealing, which rises there as a sigmoid and here as a line.
    """

    def __init__(self, latent_dim, kl_annealing=0, seed=None, **kwargs):
        super().__init__(**kwargs)
        if latent_dim < 1:
            raise ValueError(f"`latent_dim` is at least 1, not {latent_dim}.")
        if kl_annealing < 0:
            raise ValueError(f"`kl_annealing` is at least 0, not {kl_annealing}.")
        self.latent_dim = latent_dim
        self.kl_annealing = kl_annealing
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        # A deviation is the exponential of half a log variance.
        wide = wide_dtype(self.variable_dtype)
        self.mean, self.log_variance = (
            keras.layers.Dense(latent_dim, dtype=wide, name=name)
            for name in ("mean", "log_variance")
        )

    def build(self, input_shape):
        for part in (self.mean, self.log_variance):
            part.build(input_shape)
        # In half precision one more than 256 is 256.
        self.training_steps = self.add_weight(
            shape=(),
            initializer="zeros",
            trainable=False,
            autocast=False,
            name="training_steps",
        )
        keep_frozen(self)
        self.built = True

    @property
    def annealing(self):
        """How far the annealing is, a scalar from 0 to 1."""
        if not self.kl_annealing:
            return ops.ones((), self.training_steps.dtype)
        return ops.minimum(self.training_steps / self.kl_annealing, 1.0)

    def call(self, inputs, training=None):
        mean, log_variance = self.mean(inputs), self.log_variance(inputs)
        vector = mean
        if training:
            self.training_steps.assign_add(1.0)
            noise = keras.random.normal(
                ops.shape(mean), dtype=mean.dtype, seed=self.seed_generator
            )
            vector = mean + ops.exp(0.5 * log_variance) * noise
        return ops.cast(vector, self.compute_dtype), mean, log_variance

    def compute_output_spec(self, inputs, training=None):
        shape = (*inputs.shape[:-1], self.latent_dim)
        wide = wide_dtype(self.variable_dtype)
        return tuple(
            keras.KerasTensor(shape, dtype)
            for dtype in (self.compute_dtype, wide, wide)
        )

    def get_config(self):
        return {
            **super().get_config(),
            "latent_dim": self.latent_dim,
            "kl_annealing": self.kl_annealing,
            "seed": self.seed,
        }
