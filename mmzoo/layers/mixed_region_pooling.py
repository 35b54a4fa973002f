"""Attention whose projection mixes regions (the audio-text paper's public code)."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.ops.masking import masked_softmax, zero_masked
from mmzoo.ops.precision import wide_dtype, widened


@keras.saving.register_keras_serializable(package="mmzoo")
class MixedRegionPooling(keras.layers.Layer):
    """Mix a fixed number of regions, then pool what was mixed by attention.

    Eq. 1-3 of the audio-text paper as its public code computes them. On a map A of L
    regions with C features each, `A' = W A + b` runs over the *regions*, with W of
    `(L, L)`; then `e_i = u . tanh(a'_i)`, `alpha = softmax(lambda e)`, and the sum is
    over the mixed map: `c = sum(alpha_i a'_i)`. The equations themselves read as
    `AttentionPooling` does: W over the *features* of a region, and the sum over A.

    It is here to be measured beside that one. W has a row and a column for each place
    of the map, so that clips have one length, and a sound that comes later is weighed
    by other numbers: nothing that is learned of it early holds late.

    Masking: takes a mask. Masked regions enter as zeros, so that what they hold changes
    nothing. All L places of the mixed map keep a weight, as in the code, which knows no
    mask: each is a sum over all regions, and none is one region any more. A row with
    nothing observed gives a sum of b, which is finite. Returns no mask.

    Args:
        scale: float. Lambda, the factor on the scores before the softmax. Defaults to
            `0.3`, that of Table 3.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, regions, features)`, of as many regions as the
            layer was built with.
        mask: optional boolean tensor `(batch, regions)`, True = observed.
        return_attention: bool. Whether the weights are returned too.

    Returns:
        Float tensor `(batch, features)`; with `return_attention`, also the weights
        `(batch, regions)`, of the places of the mixed map.

    Example:
    ```python
    pooling = mmzoo.layers.MixedRegionPooling()
    pooled, weights = pooling(keras.ops.ones((4, 10, 32)), return_attention=True)
    pooled.shape, weights.shape  # (4, 32), (4, 10)
    ```

    Reference:
        - Section 3.1.3 of the audio-text paper, and GitHub
          `pablogarciaamolina/MAS-Research`, `models/audio/attention.py`
        - [Zhang et al., 2018](https://arxiv.org/abs/1806.01506), of whose attention it
          is a reading
    """

    def __init__(self, scale=0.3, **kwargs):
        # What is summed keeps its digits; the scores may be narrow.
        super().__init__(autocast=False, **kwargs)
        self.scale = scale
        self.supports_masking = True
        # Known once the layer is built.
        self.mixing = None
        self.score = keras.layers.Dense(
            1, use_bias=False, dtype=self.dtype_policy, name="score"
        )

    def build(self, inputs_shape):
        _, regions, features = inputs_shape
        if regions is None:
            raise ValueError(
                f"`inputs` has shape {tuple(inputs_shape)}, of no fixed number of "
                "regions, which a weight for each pair of them needs: pad or cut them "
                "to one length, or take `AttentionPooling`."
            )
        self.mixing = keras.layers.Dense(
            regions, dtype=self.dtype_policy, name="mixing"
        )
        self.mixing.build((None, features, regions))
        self.score.build((None, regions, features))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None, return_attention=False):
        self._check(inputs.shape)
        by_feature = ops.transpose(zero_masked(inputs, mask), (0, 2, 1))
        # (batch, regions, features)
        mixed = ops.transpose(self.mixing(by_feature), (0, 2, 1))
        scores = self.scale * widened(self.score(ops.tanh(mixed)))
        weights = masked_softmax(scores[..., 0], axis=1)
        wide = widened(mixed)
        pooled = ops.einsum("bl,blf->bf", ops.cast(weights, wide.dtype), wide)
        pooled = ops.cast(pooled, self.compute_dtype)
        return (pooled, weights) if return_attention else pooled

    def _check(self, shape):
        if shape[1] not in (None, self.mixing.units):
            raise ValueError(
                f"`inputs` has {shape[1]} regions, and the layer mixes "
                f"{self.mixing.units}: pad or cut them to these, or take "
                "`AttentionPooling`."
            )

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None, return_attention=False):
        batch, regions, features = inputs.shape
        pooled = keras.KerasTensor((batch, features), dtype=self.compute_dtype)
        if not return_attention:
            return pooled
        wide = wide_dtype(self.compute_dtype)
        return pooled, keras.KerasTensor((batch, regions), dtype=wide)

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}
