"""Standardise the features of a modality, knowing its masks."""

import keras
import numpy as np
from keras import ops

from mmzoo.ops.masking import zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class MaskedNormalization(keras.layers.Layer):
    """Standardise each feature with the statistics of the observed training steps.

    `keras.layers.Normalization` counts padding into its statistics and blows a constant
    column up as soon as it moves. Here padding never counts, a constant column
    becomes zero, outliers are clipped, and the statistics are saved with the model.

    Masking: takes a mask; masked steps become zeros, which is the mean of every
    feature. A value that is not finite is read as the mean as well.

    Args:
        clip: optional float. Standardised values are limited to `[-clip, clip]`;
            `None` limits nothing. Defaults to `5.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)` in the file's units.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.

    Returns:
        Float32 tensor shaped like `inputs`, in standard deviations, whatever the
        compute dtype: the layer that reads it narrows it.

    Example:
    ```python
    normalization = mmzoo.layers.MaskedNormalization()
    normalization.adapt(np.random.default_rng(0).normal(7.0, 3.0, (100, 2)))
    normalization(keras.ops.ones((1, 4, 2)) * 7.0)  # about zero
    ```
    """

    def __init__(self, clip=5.0, **kwargs):
        # Values in the file's units reach the statistics as they are, however few
        # digits the compute dtype has.
        super().__init__(autocast=False, **kwargs)
        self.clip = clip
        self.supports_masking = True

    def build(self, input_shape):
        features = (input_shape[-1],)
        # Statistics are kept and used in float32 whatever the compute dtype.
        self.mean = self.add_weight(
            shape=features,
            initializer="zeros",
            trainable=False,
            dtype="float32",
            autocast=False,
            name="mean",
        )
        self.deviation = self.add_weight(
            shape=features,
            initializer="ones",
            trainable=False,
            dtype="float32",
            autocast=False,
            name="deviation",
        )
        self.built = True

    def adapt(self, frames):
        """Take mean and deviation from the observed training frames.

        A value that is not finite is ignored; the other features of its step count.

        Args:
            frames: array `(steps, features)`, or an iterable of such arrays for a
                corpus that is larger than memory.

        Returns:
            How many values were ignored.
        """
        count, mean, squares, ignored, steps = 0, 0.0, 0.0, 0, 0
        for rows in [frames] if hasattr(frames, "shape") else frames:
            rows = self._checked(rows)
            if not len(rows):
                continue
            finite = np.isfinite(rows)
            steps, ignored = steps + len(rows), ignored + int((~finite).sum())
            # Chan's update: merging centred sums loses no digits to large means. All
            # by feature, since one may have been observed where another was not.
            here = finite.sum(axis=0)
            mean_here = np.where(finite, rows, 0.0).sum(axis=0) / np.maximum(here, 1)
            spread = np.where(finite, rows - mean_here, 0.0) ** 2
            total, delta = count + here, mean_here - mean
            some = np.maximum(total, 1)
            squares = squares + spread.sum(axis=0) + delta**2 * count * here / some
            mean, count = mean + delta * here / some, total
        if not steps:
            raise ValueError("`adapt` was given no observed frame to learn from.")
        if not self.built:
            self.build((None, None, len(mean)))
        deviation = np.sqrt(squares / np.maximum(count, 1))
        constant = deviation <= 1e-6 * np.maximum(1.0, np.abs(mean))
        self.mean.assign(mean.astype("float32"))
        self.deviation.assign(np.where(constant, 0.0, deviation).astype("float32"))
        return ignored

    def _checked(self, rows):
        rows = np.asarray(rows, dtype="float64")
        width = self.mean.shape[0] if self.built else rows.shape[-1]
        if rows.size and (rows.ndim != 2 or rows.shape[1] != width):
            raise ValueError(
                f"`adapt` reads frames (steps, {width}), not {rows.shape}: give the "
                "observed steps of the training split."
            )
        return rows

    def call(self, inputs, mask=None):
        deviation = ops.convert_to_tensor(self.deviation)
        varies = deviation > 0
        inverse = ops.where(varies, 1.0 / ops.where(varies, deviation, 1.0), 0.0)
        values = (ops.cast(inputs, "float32") - self.mean) * inverse
        values = ops.where(ops.isfinite(values), values, ops.zeros_like(values))
        if self.clip is not None:
            values = ops.clip(values, -self.clip, self.clip)
        return zero_masked(values, mask)

    def inverse(self, values):
        """Turn standardised values back into the file's units.

        Args:
            values: float tensor `(..., features)` in standard deviations.

        Returns:
            Float tensor shaped like `values`; a constant column gets its constant.
        """
        return ops.cast(values, "float32") * self.deviation + self.mean

    def compute_output_spec(self, inputs, mask=None):
        return keras.KerasTensor(inputs.shape, dtype="float32")

    def get_config(self):
        return {**super().get_config(), "clip": self.clip}
