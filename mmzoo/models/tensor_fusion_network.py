"""A vector a modality, their outer product, and a perceptron that answers."""

import keras
import numpy as np
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.tensor_fusion import TensorFusion
from mmzoo.models.registry import register_model
from mmzoo.models.vector_fusion_model import VectorFusionModel
from mmzoo.ops.precision import wide_dtype

__all__ = ["TensorFusionNetwork", "build_tensor_fusion_network"]


def _orders_of_products(widths):
    """How many features each entry of the outer product of vectors multiplies."""
    orders = np.zeros(1, "int32")
    for width in widths:
        # The constant behind each vector multiplies none.
        factors = np.append(np.ones(width, "int32"), 0)
        orders = np.add.outer(orders, factors).reshape(-1)
    return orders


@keras.saving.register_keras_serializable(package="mmzoo")
class TensorFusionNetwork(VectorFusionModel):
    """Multiply the vectors of all modalities, and answer from the products.

    `z = [z_l; 1] x [z_v; 1] x [z_a; 1]`: the outer product holds every feature alone,
    every product of two modalities and every product of all three, and a perceptron
    answers from them. `orders` leaves some of these out, as the paper's ablation does:
    `[1]` is the concatenation of the vectors.

    Masking: each modality has its own steps and its own mask. A modality that is
    missing from a sample leaves the products of the others as they are; all in which it
    takes part are zeros.

    Differs from the paper: means are taken over observed steps only, which padding does
    not change; frames are standardised on the training split, not in each batch; the
    score is not limited by a sigmoid; classes are an addition.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them. Text is read by an LSTM, any other one as a mean.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, since the product has no steps. Defaults to
            `"sequence"`.
        orders: optional list of ints. Which products are read, by how many modalities
            they multiply. Defaults to `None`: all, from 0 to the number of modalities.
        units: int. Width of the text's LSTM. Defaults to `64`.
        text_dim: int. Width of the text's vector. Defaults to `32`.
        mean_dim: int. Width of any other modality's vector. Defaults to `16`.
        hidden_dim: int. Width of both hidden layers behind the product. Defaults to
            `64`.
        dropout: float. Defaults to `0.2`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality, each
        with its own steps.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`.

    Example:
    ```python
    model = mmzoo.models.TensorFusionNetwork({"audio": 74, "text": 300}, orders=[2])
    ones = keras.ops.ones
    model({"audio": ones((2, 40, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Zadeh et al., 2017](https://arxiv.org/abs/1707.07250)
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        orders=None,
        units=64,
        text_dim=32,
        mean_dim=16,
        hidden_dim=64,
        dropout=0.2,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        self.orders = self._checked_orders(orders)
        self.units = units
        self.text_dim = text_dim
        self.mean_dim = mean_dim
        self.hidden_dim = hidden_dim
        self.dropout = dropout
        widths = {
            name: text_dim if name == "text" else mean_dim for name in self.input_dims
        }
        self.embed_modalities(widths, ["text"], units, dropout)
        # Tens of thousands of products are summed: none of it is narrow.
        wide = wide_dtype(self.variable_dtype)
        self.fusion = TensorFusion(dtype=wide, name="fusion")
        self.fusion_dropout = keras.layers.Dropout(
            dropout, dtype=wide, name="fusion_dropout"
        )
        self.hidden = keras.layers.Dense(hidden_dim, "relu", dtype=wide, name="hidden")
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            dropout,
            hidden_dim,
            dtype=self.dtype_policy,
            name="answer_head",
        )
        self._build_parts()
        self.built = True

    def _checked_orders(self, orders):
        known = range(len(self.input_dims) + 1)
        orders = list(known) if orders is None else sorted(set(orders))
        if not orders or not set(orders) <= set(known):
            raise ValueError(
                f"`orders` are of {list(known)} for the modalities {self.source}, not "
                f"{orders}."
            )
        return orders

    def _build_parts(self):
        widths = [embedding.output_dim for embedding in self.embeddings.values()]
        self.fusion.build([(None, width) for width in widths])
        # (products that are read,)
        self.kept = np.flatnonzero(np.isin(_orders_of_products(widths), self.orders))
        self.hidden.build((None, len(self.kept)))
        self.answer_head.build((None, self.hidden_dim))

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        # (batch, products that are read)
        fused = ops.take(self.fuse(inputs, training), self.kept, axis=-1)
        hidden = self.hidden(self.fusion_dropout(fused, training=training))
        return {self.target: self.answer_head(hidden, training=training)}

    def fuse(self, inputs, training=None):
        """The outer product of the modalities, of all orders.

        Args:
            inputs: dict, a batch of frames and their masks.
            training: bool. Whether dropout is active.

        Returns:
            Float tensor `(batch, products)`, see `TensorFusion`.
        """
        vectors, present = self.vectors(inputs, training)
        return self.fusion(vectors, mask=present)

    def get_config(self):
        return {
            **super().get_config(),
            "orders": self.orders,
            "units": self.units,
            "text_dim": self.text_dim,
            "mean_dim": self.mean_dim,
            "hidden_dim": self.hidden_dim,
            "dropout": self.dropout,
        }


@register_model
def build_tensor_fusion_network(input_dims, **options) -> TensorFusionNetwork:
    """A vector a modality, their outer product, and a perceptron that answers.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `TensorFusionNetwork`.

    Returns:
        A `TensorFusionNetwork`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74, "video": 47}
    early = mmzoo.build_tensor_fusion_network(dims, orders=[1])
    ```
    """
    return TensorFusionNetwork(input_dims, **options)
