"""Attentional feature fusion (AFF) and its iterated form (iAFF)."""

import keras
from keras import ops

from mmzoo.layers.channel_attention import ChannelAttention
from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.modality_tokens import as_sequence
from mmzoo.ops.masking import zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class AttentionalFusion(keras.layers.Layer):
    """Mix two vectors feature by feature, by attention to what they are together.

    With M the `ChannelAttention`, AFF is (eq. 4)

        z = M(x + y) x + (1 - M(x + y)) y

    and iAFF attends once more, to what the first attention mixed (eq. 5):

        u = M1(x + y) x + (1 - M1(x + y)) y,    z = M2(u) x + (1 - M2(u)) y.

    The paper mixes branches of one network; vectors of modalities are mixed alike. Of
    more than two, each is mixed into those before it, with weights of its own, which
    the paper does not have. The paper's code doubles z of AFF, its equation does not;
    here neither is doubled, so that a mix is as long as a vector alone.

    Masking: takes vectors, so that a mask has an entry a sample. Where one of two is
    missing, z is the other; where both are, zeros. Returns no mask.

    Args:
        iterations: int. `1` is AFF, `2` iAFF. Defaults to `1`.
        reduction: int. Of each `ChannelAttention`. Defaults to `4`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: list of float tensors `(batch, features)`, one a modality, of one width.
        mask: optional list of boolean tensors `(batch,)`, whether a sample has the
            modality; any of them may be `None`.
        training: bool. Whether the statistics of the attention are the batch's.

    Returns:
        Float tensor `(batch, features)`.

    Example:
    ```python
    fusion = mmzoo.layers.AttentionalFusion(iterations=2)
    fusion([keras.ops.ones((2, 8)), keras.ops.zeros((2, 8))]).shape  # (2, 8)
    ```

    Reference:
        - Section 2 of the audio-text and image-text paper
        - [Dai et al., 2021](https://arxiv.org/abs/2009.14082), section 3.3
    """

    def __init__(self, iterations=1, reduction=4, **kwargs):
        super().__init__(**kwargs)
        if iterations < 1:
            raise ValueError(f"`iterations` is at least 1, not {iterations}.")
        self.iterations = iterations
        self.reduction = reduction
        self.supports_masking = True
        # Known once the layer is built.
        self.output_dim = None

    def build(self, input_shape):
        widths = [shape[-1] for shape in input_shape]
        if len(set(widths)) > 1:
            raise ValueError(f"`inputs` have one width, not {widths}.")
        self.output_dim = widths[0]
        # In one list, since Keras saves no lists of lists.
        self.attentions = [
            self._attention(f"attention_{place}_{index}", widths[0])
            for place in range(1, len(widths))
            for index in range(self.iterations)
        ]
        keep_frozen(self)
        self.built = True

    def _attention(self, name, width):
        attention = ChannelAttention(self.reduction, dtype=self.dtype_policy, name=name)
        attention.build((None, width))
        return attention

    def call(self, inputs, mask=None, training=None):
        masks = mask if mask is not None else [None] * len(inputs)
        shown = [_shown(*pair) for pair in zip(inputs, masks, strict=True)]
        fused, there = shown[0]
        for place, (vector, here) in enumerate(shown[1:]):
            first = place * self.iterations
            attentions = self.attentions[first : first + self.iterations]
            both = ops.logical_and(there, here)
            fused = self._mix(fused, vector, both, attentions, training)
            there = ops.logical_or(there, here)
        return fused

    def _mix(self, x, y, both, attentions, training):
        # A missing vector is zeros, so that the sum is the other one.
        total = mixed = x + y
        for attention in attentions:
            weights = attention(mixed, mask=both, training=training)
            mixed = weights * x + (1.0 - weights) * y
        return ops.where(both[:, None], mixed, total)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {
            **super().get_config(),
            "iterations": self.iterations,
            "reduction": self.reduction,
        }


def _shown(vector, there):
    """A vector with zeros where it is missing, and where it is there."""
    if there is None:
        there = ops.ones(ops.shape(vector)[:1], dtype="bool")
    there = ops.cast(there, "bool")
    return zero_masked(*as_sequence(vector, there))[:, 0], there
