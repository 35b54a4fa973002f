"""MARN: LSTMs coupled by several attentions to all their states at once."""

import keras
import numpy as np
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.models.hybrid_fusion_model import HybridFusionModel
from mmzoo.models.registry import register_model
from mmzoo.ops.masking import masked_softmax
from mmzoo.ops.precision import wide_dtype

__all__ = ["MultiAttention", "MultiAttentionNetwork", "build_multi_attention_network"]


@keras.saving.register_keras_serializable(package="mmzoo")
class MultiAttention(keras.layers.Layer):
    """Attend several times to the states of all modalities, and fuse what was seen.

    The multi-attention block. With the states h of all modalities side by side, and
    `d = sum of units`: `a^k = softmax(A_k(h))` over the d entries, for each of the K
    attentions by itself; `h^k = a^k h`. What all attentions see of one modality m is
    reduced, `s^m = C_m([h^1_m, ..., h^K_m])`, and `z = G([s^1, ..., s^M])`. A and G are
    perceptrons of one hidden layer, C_m is one dense layer. The entries of the softmax
    are features, not steps or modalities. All of it is computed in float32.

    Masking: takes states, which a mask has shaped before. A modality that is missing
    has zeros, of which any attention sees zeros.

    Args:
        units: list of ints. How many of the states are each modality's.
        output_dim: int. Width of z.
        num_attentions: int. How often all states are attended to, K. Defaults to `3`.
        compressed_dim: int. Width of what is kept of each modality. Defaults to `32`.
        hidden_dim: int. Width of the hidden layers of A and G. Defaults to `64`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        hidden: float tensor `(..., sum of units)`.
        return_attention: bool. Whether the weights are returned too.

    Returns:
        z `(..., output_dim)`. With `return_attention`, also the weights `(...,
        num_attentions, sum of units)`, which sum to 1 along the last axis.

    Example:
    ```python
    fusion = mmzoo.models.MultiAttention([8, 4], output_dim=6)
    fusion(keras.ops.ones((2, 12))).shape  # (2, 6)
    ```

    Reference:
        - [Zadeh et al., 2018](https://arxiv.org/abs/1802.00923), "Multi-attention
          Block"
    """

    def __init__(
        self,
        units,
        output_dim,
        num_attentions=3,
        compressed_dim=32,
        hidden_dim=64,
        **kwargs,
    ):
        super().__init__(autocast=False, **kwargs)
        if num_attentions < 1:
            raise ValueError(f"`num_attentions` is at least 1, not {num_attentions}.")
        self.units = [int(width) for width in units]
        self.output_dim = output_dim
        self.num_attentions = num_attentions
        self.compressed_dim = compressed_dim
        self.hidden_dim = hidden_dim
        self.wide = wide_dtype(self.variable_dtype)

    def build(self, input_shape):
        width = sum(self.units)
        self.attention_hidden = self._dense(
            "attention_hidden", width, self.hidden_dim, "relu"
        )
        self.attention = self._dense(
            "attention", self.hidden_dim, self.num_attentions * width
        )
        self.compressions = [
            self._dense(
                f"compression_{index}",
                self.num_attentions * units,
                self.compressed_dim,
            )
            for index, units in enumerate(self.units)
        ]
        seen = len(self.units) * self.compressed_dim
        self.fuse_hidden = self._dense("fuse_hidden", seen, self.hidden_dim, "relu")
        self.fuse = self._dense("fuse", self.hidden_dim, self.output_dim)
        keep_frozen(self)
        self.built = True

    def _dense(self, name, features, units, activation=None):
        layer = keras.layers.Dense(units, activation, dtype=self.wide, name=name)
        layer.build((None, features))
        return layer

    def call(self, hidden, return_attention=False):
        hidden = ops.cast(hidden, self.wide)
        before = ops.shape(hidden)[:-1]
        scores = self.attention(self.attention_hidden(hidden))
        # (..., num_attentions, sum of units)
        scores = ops.reshape(scores, (*before, self.num_attentions, sum(self.units)))
        weights = masked_softmax(scores)
        attended = weights * hidden[..., None, :]
        ends = np.cumsum(self.units)[:-1].tolist()
        reduced = [
            # What each attention sees of one modality, one after the other.
            layer(ops.reshape(seen, (*before, self.num_attentions * units)))
            for layer, seen, units in zip(
                self.compressions,
                ops.split(attended, ends, axis=-1),
                self.units,
                strict=True,
            )
        ]
        fused = self.fuse(self.fuse_hidden(ops.concatenate(reduced, axis=-1)))
        return (fused, weights) if return_attention else fused

    def compute_output_spec(self, hidden, return_attention=False):
        before = hidden.shape[:-1]
        fused = keras.KerasTensor((*before, self.output_dim), self.wide)
        weights = (*before, self.num_attentions, sum(self.units))
        weights = keras.KerasTensor(weights, self.wide)
        return (fused, weights) if return_attention else fused

    def get_config(self):
        return {
            **super().get_config(),
            "units": list(self.units),
            "output_dim": self.output_dim,
            "num_attentions": self.num_attentions,
            "compressed_dim": self.compressed_dim,
            "hidden_dim": self.hidden_dim,
        }


@keras.saving.register_keras_serializable(package="mmzoo")
class MultiAttentionNetwork(HybridFusionModel):
    """LSTMs coupled by several attentions to all their states at once.

    The multi-attention recurrent network, MARN. At each step `MultiAttention` fuses
    the states of all modalities, and `HybridLSTM` lets every modality read the fused
    vector at its next step. A perceptron answers from the states and the fused vector
    at the last step, or at every step.

    Masking: a masked step of a modality leaves its LSTM as it is, a step at which no
    modality was observed leaves the fused vector too, so that neither padding nor gaps
    change an answer. The states of a modality that is missing from a sample are zeros.

    Differs from the paper: the forms of the networks A, C and G, see `MultiAttention`,
    are ours; dropout is on the fused vector that the LSTMs read, the same entries at
    all steps, and in the answer; frames are standardised on the training split.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them. Their steps are aligned.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"` or `"step"`. Defaults to `"sequence"`.
        units: int, or a dict of them by modality. Width of each LSTM. Defaults to `64`.
        num_attentions: int. How often all states are attended to. Defaults to `3`.
        compressed_dim: int. Width of what the attentions keep of each modality.
            Defaults to `32`.
        fused_dim: int. Width of the fused vector that couples the LSTMs. Defaults to
            `64`.
        hidden_dim: int. Width of the hidden layer of each perceptron. Defaults to `64`.
        dropout: float. Of the fused vector, and of what the answer is made of.
            Defaults to `0.3`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)` or logits `(batch, classes)`; with
        labels one a step `(batch, timesteps)` or `(batch, timesteps, classes)`.

    Example:
    ```python
    model = mmzoo.models.MultiAttentionNetwork({"audio": 74, "text": 300}, units=16)
    ones = keras.ops.ones
    model({"audio": ones((2, 9, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Zadeh et al., 2018](https://arxiv.org/abs/1802.00923)
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        num_attentions=3,
        compressed_dim=32,
        fused_dim=64,
        hidden_dim=64,
        dropout=0.3,
        **kwargs,
    ):
        answers = classes, target, labels_per
        super().__init__(input_dims, *answers, units, hidden_dim, dropout, **kwargs)
        self.num_attentions = num_attentions
        self.compressed_dim = compressed_dim
        self.fused_dim = fused_dim
        fusion = MultiAttention(
            list(self.units.values()),
            fused_dim,
            num_attentions,
            compressed_dim,
            hidden_dim,
            dtype=self.dtype_policy,
            name="fusion",
        )
        self.couple_by(fusion)

    def get_config(self):
        return {
            **super().get_config(),
            "num_attentions": self.num_attentions,
            "compressed_dim": self.compressed_dim,
            "fused_dim": self.fused_dim,
        }


@register_model
def build_multi_attention_network(input_dims, **options) -> MultiAttentionNetwork:
    """LSTMs coupled by several attentions to all their states at once.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `MultiAttentionNetwork`.

    Returns:
        A `MultiAttentionNetwork`.

    Example:
    ```python
    model = mmzoo.build_multi_attention_network({"text": 300, "audio": 74}, units=32)
    ```
    """
    return MultiAttentionNetwork(input_dims, **options)
