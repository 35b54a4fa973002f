"""A vector a modality, and the answer from their outer product by few factors."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.tensor_fusion import with_constant
from mmzoo.models.registry import register_model
from mmzoo.models.vector_fusion_model import VectorFusionModel
from mmzoo.ops.precision import wide_dtype

__all__ = ["LowRankFusion", "LowRankFusionNetwork", "build_low_rank_fusion_network"]


@keras.saving.register_keras_serializable(package="mmzoo")
class LowRankFusion(keras.layers.Layer):
    """What a dense layer makes of an outer product of vectors, which is never built.

    The weights of a dense layer on `TensorFusion` are a tensor with an axis for each
    modality. Here this tensor is a sum of `rank` outer products of factors, so that
    each vector meets its own factor alone:
    `h = sum_i r_i (W_l^i [z_l; 1] * W_v^i [z_v; 1] * W_a^i [z_a; 1]) + b`,
    equation 8 with the weights `r` and the bias `b` of the authors' code. The weights
    grow with the sum of the widths, those of the dense layer with their product.

    Masking: takes vectors, so that a mask has an entry a sample. Of a missing modality
    the factor sees the 1 alone, as `TensorFusion` does it. Returns no mask.

    Args:
        output_dim: int. Features of the output.
        rank: int. How many outer products are summed. Defaults to `4`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: list of float tensors `(batch, features)`, one a modality.
        mask: optional list of boolean tensors `(batch,)`, whether a sample has the
            modality; any of them may be `None`.

    Returns:
        Float tensor `(batch, output_dim)`.

    Example:
    ```python
    fusion = mmzoo.models.LowRankFusion(8, rank=2)
    fusion([keras.ops.ones((2, 4)), keras.ops.ones((2, 3))]).shape  # (2, 8)
    ```

    Reference:
        - [Liu et al., 2018](https://arxiv.org/abs/1806.00064), equation 8
    """

    def __init__(self, output_dim, rank=4, **kwargs):
        super().__init__(**kwargs)
        if output_dim < 1 or rank < 1:
            raise ValueError(
                "`output_dim` and `rank` are at least 1, not "
                f"output_dim={output_dim} and rank={rank}."
            )
        self.output_dim = output_dim
        self.rank = rank
        self.supports_masking = True

    def build(self, input_shape):
        # Glorot's deviation for each factor (features + 1, output_dim) by itself: Keras
        # counts the ranks as a receptive field, which the scale takes back.
        glorot = {"mode": "fan_avg", "distribution": "untruncated_normal"}
        self.factors = [
            self.add_weight(
                shape=(self.rank, shape[-1] + 1, self.output_dim),
                initializer=keras.initializers.VarianceScaling(self.rank, **glorot),
                name=f"factor_{index}",
            )
            for index, shape in enumerate(input_shape)
        ]
        self.rank_weights = self.add_weight(
            shape=(1, self.rank), initializer="glorot_normal", name="rank_weights"
        )
        self.bias = self.add_weight(
            shape=(self.output_dim,), initializer="zeros", name="bias"
        )
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None):
        masks = mask if mask is not None else [None] * len(inputs)
        product = None
        for vector, there, factor in zip(inputs, masks, self.factors, strict=True):
            # (batch, rank, output_dim)
            met = ops.einsum("bd,rdo->bro", with_constant(vector, there), factor)
            product = met if product is None else product * met
        return ops.einsum("r,bro->bo", self.rank_weights[0], product) + self.bias

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return input_shape[0][0], self.output_dim

    def get_config(self):
        return {
            **super().get_config(),
            "output_dim": self.output_dim,
            "rank": self.rank,
        }


@keras.saving.register_keras_serializable(package="mmzoo")
class LowRankFusionNetwork(VectorFusionModel):
    """Answer from the products of all modalities' vectors, by a few factors of each.

    The tensor fusion network with a linear layer in place of its perceptron, whose
    weights have a low rank: `LowRankFusion` gives the answer itself.

    Masking: each modality has its own steps and its own mask. A modality that is
    missing from a sample leaves the products of the others as they are.

    Differs from the paper: means are taken over observed steps only, which padding does
    not change; frames are standardised on the training split, not in each batch; audio
    and video are read by three dense layers, as the authors' code does it, where the
    paper has two. All weights have one learning rate.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them. Text is read by an LSTM, any other one as a mean.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, since the product has no steps. Defaults to
            `"sequence"`.
        rank: int. How many outer products the weights are summed of. Defaults to `4`.
        units: int. Width of the text's LSTM. Defaults to `64`.
        text_dim: int. Width of the text's vector. Defaults to `32`.
        mean_dim: int. Width of any other modality's vector. Defaults to `16`.
        dropout: float. Of what the vectors are made of. Defaults to `0.2`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality, each
        with its own steps.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`.

    Example:
    ```python
    model = mmzoo.models.LowRankFusionNetwork({"audio": 74, "text": 300}, rank=8)
    ones = keras.ops.ones
    model({"audio": ones((2, 40, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Liu et al., 2018](https://arxiv.org/abs/1806.00064)
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        rank=4,
        units=64,
        text_dim=32,
        mean_dim=16,
        dropout=0.2,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        self.rank = rank
        self.units = units
        self.text_dim = text_dim
        self.mean_dim = mean_dim
        self.dropout = dropout
        widths = {
            name: text_dim if name == "text" else mean_dim for name in self.input_dims
        }
        self.embed_modalities(widths, ["text"], units, dropout)
        # The answer itself: nothing of it is narrow.
        self.fusion = LowRankFusion(
            len(self.classes) if self.classes else 1,
            rank,
            dtype=wide_dtype(self.variable_dtype),
            name="fusion",
        )
        self.fusion.build([(None, width) for width in widths.values()])
        self.built = True

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        vectors, present = self.vectors(inputs, training)
        answer = self.fusion(vectors, mask=present)
        return {self.target: answer if self.classes else ops.squeeze(answer, axis=-1)}

    def get_config(self):
        return {
            **super().get_config(),
            "rank": self.rank,
            "units": self.units,
            "text_dim": self.text_dim,
            "mean_dim": self.mean_dim,
            "dropout": self.dropout,
        }


@register_model
def build_low_rank_fusion_network(input_dims, **options) -> LowRankFusionNetwork:
    """A vector a modality, and the answer from their outer product by few factors.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `LowRankFusionNetwork`.

    Returns:
        A `LowRankFusionNetwork`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74, "video": 47}
    model = mmzoo.build_low_rank_fusion_network(dims, rank=8)
    ```
    """
    return LowRankFusionNetwork(input_dims, **options)
