"""Attention of one sequence to another, of which a gate keeps what fits."""

import math

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.ops.directions import directions
from mmzoo.ops.masking import masked_softmax, zero_masked
from mmzoo.ops.precision import wide_dtype, widened


@keras.saving.register_keras_serializable(package="mmzoo")
class GatedCoAttention(keras.layers.Layer):
    """Let each region look at all words, and keep what fits the region.

    Of regions V and words S, as wide, each step in ITIN's words and none with a bias:

        C = softmax(V Q (S K)' / sqrt(d)) S,          the cross-modal alignment,
        F = softmax(C Q' (C K')' / sqrt(d)) C,        self-attention over the regions,
        f_i = F_i / |F_i|,
        g_i = sigmoid(v_i . f_i),                     the gate, one number a region,
        o_i = ReLU(W [v_i; f_i] g_i) + v_i.

    `keras.layers.Attention` and `MultiHeadAttention` project the values, too, or
    nothing, and the former weighs steps of a row that has none.

    Masking: takes a mask a sequence. A masked word is looked at by none, a masked
    region is zeros; where there are no words, C and F are zeros.

    Args:
        dropout: float. Fraction of `ReLU(W [v; f] g)` dropped in training. Defaults to
            `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: list of two float tensors, regions `(batch, regions, features)` and
            words `(batch, words, features)`.
        mask: optional list of two boolean tensors `(batch, regions)` and `(batch,
            words)`, True = observed; either may be `None`.
        training: bool. Whether dropout is active.
        return_attention: bool. Whether the weights of the words are returned too.

    Returns:
        Float tensor `(batch, regions, features)`; with `return_attention` also the
        weights `(batch, regions, words)` of the first softmax.

    Example:
    ```python
    attention = mmzoo.layers.GatedCoAttention()
    regions, words = keras.ops.ones((4, 49, 32)), keras.ops.ones((4, 10, 32))
    attention([regions, words]).shape  # (4, 49, 32)
    ```

    Reference:
        - [Zhu et al., 2022](https://doi.org/10.1109/TMM.2022.3160060), the cross-modal
          alignment and gating modules, as in the authors' code, zhutong0219/ITIN
    """

    def __init__(self, dropout=0.0, **kwargs):
        # Sums keep their digits; the dense layers may be narrow.
        super().__init__(autocast=False, **kwargs)
        self.dropout = dropout
        self.supports_masking = True
        self.change_dropout = keras.layers.Dropout(
            dropout, dtype=self.dtype_policy, name="change_dropout"
        )

    def build(self, input_shape):
        widths = [shape[-1] for shape in input_shape]
        if len(widths) != 2 or widths[0] != widths[1]:
            raise ValueError(
                f"`inputs` are two tensors of one width, not of {widths}: bring both "
                "modalities to the same number of features by a dense layer each."
            )
        width = widths[0]
        self.cross_query, self.cross_key, self.self_query, self.self_key = (
            self._dense(name, width, width)
            for name in ("cross_query", "cross_key", "self_query", "self_key")
        )
        self.change = self._dense("change", 2 * width, width, "relu")
        keep_frozen(self)
        self.built = True

    def _dense(self, name, features, units, activation=None):
        layer = keras.layers.Dense(
            units, activation, use_bias=False, dtype=self.dtype_policy, name=name
        )
        layer.build((None, None, features))
        return layer

    def call(self, inputs, mask=None, training=None, return_attention=False):
        masks = mask if mask is not None else [None, None]
        regions, words = (
            widened(zero_masked(each, observed))
            for each, observed in zip(inputs, masks, strict=True)
        )
        keys = self.cross_key(words)
        looked, weights = _attend(self.cross_query(regions), keys, words, masks[1])
        keys = self.self_key(looked)
        fused, _ = _attend(self.self_query(looked), keys, looked, masks[0])
        fused = directions(fused)
        # (batch, regions, 1)
        gate = ops.sigmoid(ops.sum(regions * fused, axis=-1, keepdims=True))
        change = self.change(ops.concatenate([regions, fused], axis=-1) * gate)
        change = self.change_dropout(change, training=training)
        found = zero_masked(widened(change) + regions, masks[0])
        found = ops.cast(found, self.compute_dtype)
        return (found, weights) if return_attention else found

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(
        self, inputs, mask=None, training=None, return_attention=False
    ):
        regions, words = inputs
        found = keras.KerasTensor(regions.shape, dtype=self.compute_dtype)
        if not return_attention:
            return found
        shape = (*regions.shape[:2], words.shape[1])
        return found, keras.KerasTensor(shape, wide_dtype(self.compute_dtype))

    def get_config(self):
        return {**super().get_config(), "dropout": self.dropout}


def _attend(query, key, value, mask):
    """Scaled dot attention `(batch, queries, features)`, and its weights."""
    scale = 1.0 / math.sqrt(value.shape[-1])
    scores = scale * ops.einsum("bqd,bkd->bqk", widened(query), widened(key))
    looked_at = None if mask is None else ops.cast(mask, "bool")[:, None, :]
    weights = masked_softmax(scores, looked_at)
    return ops.matmul(weights, value), weights
