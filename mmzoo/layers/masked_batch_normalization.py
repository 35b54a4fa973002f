"""Batch normalisation that a batch without anything observed leaves as it was."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="mmzoo")
class MaskedBatchNormalization(keras.layers.BatchNormalization):
    """`keras.layers.BatchNormalization` for masks that may be False throughout.

    Keras takes the statistics of what is observed. Of a batch in which nothing is, such
    as one of samples without their pictures, it takes mean and variance for 0 and moves
    its memory towards that. Batches of similar length make such batches common.

    Masking: nothing masked enters the statistics; where nothing is observed, those of
    the memory serve, and it stays.

    Args:
        **kwargs: passed on to `keras.layers.BatchNormalization`.

    Call arguments:
        inputs: float tensor `(batch, ..., channels)`.
        mask: optional boolean tensor `(batch, ...)`, True = observed.
        training: bool. Whether statistics are the batch's.

    Returns:
        Float tensor `(batch, ..., channels)`.

    Example:
    ```python
    layer = mmzoo.layers.MaskedBatchNormalization()
    nothing = keras.ops.zeros((2, 3), dtype="bool")
    layer(keras.ops.ones((2, 3, 4)), mask=nothing, training=True)
    layer.moving_variance  # ones, as before
    ```

    Reference:
        - [Ioffe and Szegedy, 2015](https://arxiv.org/abs/1502.03167)
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def _moments(self, inputs, mask):
        moments = super()._moments(inputs, mask)
        if mask is None:
            return moments
        observed = ops.any(mask)
        memory = (self.moving_mean, self.moving_variance)
        return tuple(
            ops.where(observed, found, ops.cast(kept, found.dtype))
            for found, kept in zip(moments, memory, strict=True)
        )
