"""Attention of two modalities to each other, across the steps of a sequence."""

import keras
from keras import ops

from mmzoo.ops.masking import masked_softmax, zero_masked
from mmzoo.ops.precision import wide_dtype, widened


@keras.saving.register_keras_serializable(package="mmzoo")
class PairwiseAttention(keras.layers.Layer):
    """Let each step of one modality look at all steps of another, and gate it by them.

    `M = X Y'`, `A_X = (softmax(M) Y) * X`, `A_Y = (softmax(M') X) * Y`, where the
    softmax runs over the steps that are looked at and `*` multiplies entries. The
    output is `[A_X; A_Y]`. The layer has no weights. `keras.layers.Attention` makes
    the sums alone, takes no gate, and looks one way.

    Masking: takes a mask a modality. A masked step is looked at by none, and what it
    attends to is zeros; where a modality has no step, so is all of the output.

    Args:
        scale: float. Factor on the scores M before the softmax; the paper has none.
            Defaults to `1.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: list of two float tensors `(batch, timesteps, features)`, X and Y, of
            the same steps and features.
        mask: optional list of two boolean tensors `(batch, timesteps)`, True =
            observed.
        return_attention: bool. Whether the weights are returned too.

    Returns:
        Float tensor `(batch, timesteps, 2 * features)`. With `return_attention` also
        the weights of Y's steps for each of X's, and of X's for each of Y's, both
        `(batch, timesteps, timesteps)`; the last axis sums to 1, or to 0 where nothing
        is to be looked at.

    Example:
    ```python
    attention = mmzoo.layers.PairwiseAttention()
    text, audio = keras.ops.ones((4, 10, 32)), keras.ops.ones((4, 10, 32))
    attention([text, audio]).shape  # (4, 10, 64)
    ```

    Reference:
        - [Ghosal et al., 2018](https://aclanthology.org/D18-1382), MMMU-BA
    """

    def __init__(self, scale=1.0, **kwargs):
        # Scores that no weight scales need all digits.
        super().__init__(autocast=False, **kwargs)
        self.scale = scale
        self.supports_masking = True

    def build(self, input_shape):
        widths = [shape[-1] for shape in input_shape]
        if len(widths) != 2 or widths[0] != widths[1]:
            raise ValueError(
                f"`inputs` are two tensors of one width, not of {widths}: bring both "
                "modalities to the same number of features by a dense layer each."
            )
        self.built = True

    def call(self, inputs, mask=None, return_attention=False):
        masks = [None, None] if mask is None else mask
        first, second = (
            widened(zero_masked(each, observed))
            for each, observed in zip(inputs, masks, strict=True)
        )
        # (batch, steps of the first, steps of the second)
        scores = self.scale * ops.einsum("bxf,byf->bxy", first, second)
        of_second = masked_softmax(scores, _looked_at(masks[1]))
        of_first = masked_softmax(
            ops.transpose(scores, (0, 2, 1)), _looked_at(masks[0])
        )
        gated = [
            ops.matmul(of_second, second) * first,
            ops.matmul(of_first, first) * second,
        ]
        gated = ops.cast(ops.concatenate(gated, axis=-1), self.compute_dtype)
        return (gated, of_second, of_first) if return_attention else gated

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None, return_attention=False):
        batch, timesteps, features = inputs[0].shape
        gated = keras.KerasTensor(
            (batch, timesteps, 2 * features), dtype=self.compute_dtype
        )
        if not return_attention:
            return gated
        shape, wide = (batch, timesteps, timesteps), wide_dtype(self.compute_dtype)
        # Two, since Keras tells outputs apart by their identity.
        return gated, keras.KerasTensor(shape, wide), keras.KerasTensor(shape, wide)

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}


def _looked_at(mask):
    """A mask `(batch, steps)` for the last axis of weights."""
    return None if mask is None else ops.cast(mask, "bool")[:, None, :]
