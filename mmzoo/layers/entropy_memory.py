"""How much vectors vary within each class, over this batch and the last ones."""

import keras
from keras import ops

from mmzoo.ops.masking import zero_masked
from mmzoo.ops.precision import wide_dtype

# Fewer samples than dimensions span no volume.
RIDGE = 1e-3


@keras.saving.register_keras_serializable(package="mmzoo")
class EntropyMemory(keras.layers.Layer):
    """The entropy of vectors, taken for a mixture of a Gaussian a class.

    It is `1 / (2 K) sum_k log det(S_k + 0.001 I)` but for a constant, where `S_k` is
    the covariance of the k-th of K classes, over its samples in this batch and in those
    remembered. Samples are projected by a random matrix and tanh. It does not learn,
    since it could make any entropy. A class without samples counts 0.

    Counts, sums and products of the samples are remembered, which is all that a
    covariance needs, whatever the batch size. They are weights that no gradient
    changes: a file and a checkpoint keep them, so a training that goes on has them.

    Masking: a sample that belongs to no class counts nowhere, and may hold anything.

    Args:
        output_dim: int. Width of the projection.
        classes: int. How many classes there are.
        batches: int. How many batches are remembered. Defaults to `1`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, features)`.
        members: float tensor `(batch, classes)`, how often each sample counts in each
            class; 0 where it is not in it.

    Returns:
        Float scalar tensor, never narrower than float32: the entropy; 0 until the
        memory is full, which `remember` fills.

    Example:
    ```python
    entropy = mmzoo.layers.EntropyMemory(4, classes=2)
    vectors, members = keras.random.normal((8, 16)), keras.ops.ones((8, 2))
    entropy(vectors, members)  # 0.0
    entropy.remember(vectors, members)
    entropy(vectors, members)  # a float
    ```

    Reference:
        - [Han et al., 2021](https://arxiv.org/abs/2109.00412), section 3.4, and the
          authors' code, declare-lab/Multimodal-Infomax
    """

    def __init__(self, output_dim, classes, batches=1, **kwargs):
        # Sums and counts keep their digits under any policy.
        super().__init__(autocast=False, **kwargs)
        counts = {"output_dim": output_dim, "classes": classes, "batches": batches}
        for name, value in counts.items():
            if value < 1:
                raise ValueError(f"`{name}` is at least 1, not {value}.")
        self.output_dim = output_dim
        self.classes = classes
        self.batches = batches

    def build(self, inputs_shape, members_shape=None):
        # No dense layer, which whoever unfreezes a model would let learn.
        self.projection = self.add_weight(
            shape=(inputs_shape[-1], self.output_dim),
            initializer="glorot_uniform",
            trainable=False,
            autocast=False,
            name="projection",
        )
        ends = {"counts": 0, "sums": 1, "products": 2}
        # The newest batch is the first.
        self.memory = [
            self.add_weight(
                shape=(self.batches, self.classes, *[self.output_dim] * axes),
                initializer="zeros",
                trainable=False,
                autocast=False,
                name=f"moving_{name}",
            )
            for name, axes in ends.items()
        ]
        self.built = True

    def call(self, inputs, members):
        now = self._moments(inputs, members)
        counts, sums, products = (
            new + ops.sum(old, axis=0)
            for new, old in zip(now, self.memory, strict=True)
        )
        # Where nothing is, nothing is divided.
        size = ops.maximum(counts, 1e-6)
        mean, second = sums / size[:, None], products / size[:, None, None]
        spread = second - mean[:, :, None] * mean[:, None, :]
        ridge = RIDGE * ops.eye(self.output_dim, dtype=spread.dtype)
        volumes = ops.where(counts > 0, ops.logdet(spread + ridge), 0.0)
        full = ops.any(self.memory[0][-1] > 0)
        entropy = ops.sum(volumes) / (2 * self.classes)
        return ops.where(full, entropy, ops.zeros_like(entropy))

    def remember(self, inputs, members):
        """Put a batch into the memory, and drop the oldest.

        Args:
            inputs: float tensor `(batch, features)`.
            members: float tensor `(batch, classes)`.
        """
        for new, old in zip(self._moments(inputs, members), self.memory, strict=True):
            new = ops.cast(ops.stop_gradient(new), old.dtype)
            old.assign(ops.concatenate([new[None], old[:-1]], axis=0))

    def _moments(self, inputs, members):
        """Count, sum and sum of products of each class' samples."""
        wide = wide_dtype(self.variable_dtype)
        members, inputs = ops.cast(members, wide), ops.cast(inputs, wide)
        projection = ops.cast(self.projection, wide)
        # Keras makes float32 of float64.
        samples = ops.cast(ops.tanh(ops.matmul(inputs, projection)), wide)
        some = ops.any(members > 0, axis=1)
        samples = zero_masked(samples[None], some[None])[0]
        sums = ops.einsum("bk,bd->kd", members, samples)
        products = ops.einsum("bk,bd,be->kde", members, samples, samples)
        return ops.sum(members, axis=0), sums, products

    def compute_output_spec(self, inputs, members):
        return keras.KerasTensor((), wide_dtype(self.variable_dtype))

    def get_config(self):
        names = ("output_dim", "classes", "batches")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
