"""Attention of a target sequence over a source sequence, after Luong et al."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.ops.masking import masked_softmax
from mmzoo.ops.precision import wide_dtype, widened

ALIGNMENTS = ("global", "aligned")


@keras.saving.register_keras_serializable(package="mmzoo")
class LuongAttention(keras.layers.Layer):
    """Luong's `general` attention, over the whole source or around the same step.

    `"global"` scores every source step, `score = h' W s`. `"aligned"` is for sequences
    that are aligned step by step (words with the audio and video of the same words):
    target step t looks only at source steps t - window ... t + window, and each
    offset has a bias of its own, which starts as the Gaussian of Luong's local
    attention with its deviation of window / 2 and is then learned.
    `keras.layers.Attention` has neither the projection W nor a mask a target step.

    Masking: takes the source's mask; a target step that may look at no source step
    gets a context of zeros. Target steps need no mask, each stands alone.

    Args:
        alignment: `"global"` or `"aligned"`. Defaults to `"global"`.
        window: int. How far an aligned step may look to either side. Defaults to `2`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        query: float tensor `(batch, target_steps, units)`, the decoder's states.
        memory: float tensor `(batch, source_steps, features)`, the encoder's states.
        memory_mask: optional boolean tensor `(batch, source_steps)`.
        offset: int or scalar integer tensor. The position of the first target step,
            for decoding one step at a time. Defaults to `0`.

    Returns:
        The context `(batch, target_steps, features)` and the weights
        `(batch, target_steps, source_steps)`.

    Example:
    ```python
    attention = mmzoo.layers.LuongAttention("aligned", window=1)
    ones = keras.ops.ones
    context, weights = attention(ones((2, 5, 16)), ones((2, 5, 8)))
    context.shape, weights.shape  # (2, 5, 8), (2, 5, 5)
    ```

    Reference:
        - [Luong et al., 2015](https://arxiv.org/abs/1508.04025)
    """

    def __init__(self, alignment="global", window=2, **kwargs):
        super().__init__(**kwargs)
        if alignment not in ALIGNMENTS:
            raise ValueError(
                f"`alignment` is one of {list(ALIGNMENTS)}, not {alignment!r}."
            )
        if window < 0:
            raise ValueError(f"`window` is at least 0, not {window}.")
        self.alignment = alignment
        self.window = window
        self.supports_masking = True

    def build(self, query_shape, memory_shape):
        self.key = keras.layers.Dense(
            query_shape[-1], use_bias=False, dtype=self.dtype_policy, name="key"
        )
        self.key.build((None, None, memory_shape[-1]))
        if self.alignment == "aligned":
            self.offset_bias = self.add_weight(
                shape=(2 * self.window + 1,),
                initializer=self._gaussian,
                autocast=False,
                name="offset_bias",
            )
        keep_frozen(self)
        self.built = True

    def _gaussian(self, shape, dtype=None):
        deviation = max(self.window / 2, 0.5)
        distance = ops.arange(shape[0], dtype="float32") - self.window
        return ops.cast(-ops.square(distance) / (2 * deviation**2), dtype)

    def call(self, query, memory, memory_mask=None, offset=0):
        # (batch, target_steps, source_steps)
        # Keras' product of two float64 is float32 on PyTorch.
        key = ops.cast(self.key(memory), query.dtype)
        scores = widened(ops.einsum("bqu,bsu->bqs", query, key))
        allowed = None
        if memory_mask is not None:
            allowed = ops.cast(memory_mask, "bool")[:, None, :]
        if self.alignment == "aligned":
            bias, near = self._around(ops.shape(query)[1], ops.shape(memory)[1], offset)
            scores = scores + ops.cast(bias, scores.dtype)
            allowed = near if allowed is None else ops.logical_and(allowed, near)
        weights = masked_softmax(scores, allowed)
        context = ops.matmul(weights, widened(memory))
        return ops.cast(context, self.compute_dtype), weights

    def _around(self, target_steps, source_steps, offset):
        """Bias and mask `(1, target_steps, source_steps)` around the diagonal."""
        target = ops.arange(target_steps, dtype="int32") + offset
        source = ops.arange(source_steps, dtype="int32")
        distance = source[None, :] - target[:, None]
        index = ops.clip(distance + self.window, 0, 2 * self.window)
        near = ops.abs(distance) <= self.window
        return ops.take(self.offset_bias, index, axis=0)[None], near[None]

    def compute_mask(self, query, mask=None):
        return None, None

    def compute_output_spec(self, query, memory, memory_mask=None, offset=0):
        batch, target_steps, _ = query.shape
        _, source_steps, features = memory.shape
        wide = wide_dtype(self.compute_dtype)
        return (
            keras.KerasTensor((batch, target_steps, features), self.compute_dtype),
            keras.KerasTensor((batch, target_steps, source_steps), wide),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "alignment": self.alignment,
            "window": self.window,
        }
