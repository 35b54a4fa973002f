"""From what each frame shows to what the sequence shows."""

import keras
from keras import ops

from mmzoo.ops.masking import masked_mean
from mmzoo.ops.precision import wide_dtype, widened


@keras.saving.register_keras_serializable(package="mmzoo")
class FrameStatistics(keras.layers.Layer):
    """Greatest, least and mean posterior of each class, and how often it is high.

    The four utterance features of Han et al. (2014) of each class: the maximum, the
    minimum and the mean of its posteriors over the frames, and the share of the frames
    where it is above a threshold. The share has no gradient.

    Masking: takes a mask; masked frames count in none, and a row with nothing observed
    gives zeros.

    Args:
        threshold: float. Above which posterior a frame counts in the share. Defaults to
            `0.2`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, classes)`, between 0 and 1.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.

    Returns:
        Float32 tensor `(batch, 4 * classes)`: all maxima, all minima, all means, all
        shares.

    Example:
    ```python
    statistics = mmzoo.layers.FrameStatistics()
    statistics(keras.ops.ones((2, 9, 4))).shape  # (2, 16)
    ```

    Reference:
        - [Han et al., 2014](https://doi.org/10.21437/Interspeech.2014-57)
    """

    def __init__(self, threshold=0.2, **kwargs):
        super().__init__(autocast=False, **kwargs)
        if not 0 < threshold < 1:
            raise ValueError(f"`threshold` is between 0 and 1, not {threshold}.")
        self.threshold = threshold
        self.supports_masking = True
        self.built = True

    def call(self, inputs, mask=None):
        frames = widened(inputs)
        if mask is None:
            mask = ops.ones(ops.shape(frames)[:2], dtype="bool")
        # (batch, timesteps, 1)
        there = ops.cast(mask, "bool")[..., None]
        frames = ops.where(there, frames, ops.zeros_like(frames))
        high = ops.cast(frames > self.threshold, frames.dtype)
        # What is masked counts as 0 in a maximum, and as 1 in a minimum.
        least = ops.min(ops.where(there, frames, ops.ones_like(frames)), axis=1)
        least = ops.where(ops.any(there, axis=1), least, ops.zeros_like(least))
        found = [ops.max(frames, axis=1), least]
        found += [masked_mean(frames, mask), masked_mean(high, mask)]
        return ops.concatenate(found, axis=-1)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None):
        shape = inputs.shape[0], 4 * inputs.shape[-1]
        return keras.KerasTensor(shape, dtype=wide_dtype(inputs.dtype))

    def get_config(self):
        return {**super().get_config(), "threshold": self.threshold}
