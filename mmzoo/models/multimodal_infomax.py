"""MMIM: a fusion that keeps what each modality says, and modalities that agree."""

import keras
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.entropy_memory import EntropyMemory
from mmzoo.layers.frozen_parts import set_trainable
from mmzoo.layers.gaussian_prediction import GaussianPrediction
from mmzoo.models.registry import register_model
from mmzoo.models.vector_fusion_model import VectorFusionModel
from mmzoo.ops.contrastive_losses import info_nce
from mmzoo.ops.divergence import gaussian_log_density
from mmzoo.ops.losses import weight_a_sample
from mmzoo.ops.precision import widened

__all__ = ["MultimodalInfoMax", "build_multimodal_infomax"]


@keras.saving.register_keras_serializable(package="mmzoo")
class MultimodalInfoMax(VectorFusionModel):
    """Maximise what modalities tell of each other, and what their fusion tells of them.

    MMIM. An LSTM makes a vector of each modality, and two dense layers with tanh fuse
    them. Beside the loss of the answer there are three:

    * `contrast`: from the fusion each vector is predicted and must be told among those
      of the batch (`mmzoo.ops.info_nce`), which bounds their mutual information;
    * `density`: the text predicts the vector of every other modality as a Gaussian
      (`GaussianPrediction`), which learns here alone from vectors as they are;
    * `information`: its log density, for which now the vectors change, and the entropy
      of what is predicted (`EntropyMemory`) make a lower bound of what the text tells
      of the other modality.

    They are made by the samples of a batch together, and so depend on its size and on
    the batch before; predictions do not. A sample weighs in them as often as its
    `sample_weight` says.

    Masking: each modality has its own steps and its own mask. A modality that is
    missing from a sample is zeros in the fusion, and counts in none of the three.

    Differs from the paper: both stages are in one step, with one optimizer; the density
    is whole; without text, the first modality by name predicts; text is read by an
    LSTM; frames are standardised on the training split.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, since vectors have no steps. Defaults to `"sequence"`.
        units: int. Width of each modality's LSTM. Defaults to `64`.
        text_dim: int. Width of the vector of the modality that predicts. Defaults to
            `64`.
        vector_dim: int. Width of each other vector. Defaults to `16`.
        hidden_dim: int. Width of the fusion. Defaults to `128`.
        memory_batches: int. Former batches in the entropy. Defaults to `1`.
        dropout: float. Of what the LSTMs read and of what is fused. Defaults to `0.1`.
        contrast_weight: float. Of the contrast. Defaults to `0.1`.
        information_weight: float. Of the bound between modalities. Defaults to `0.1`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality, each
        with its own steps.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`. Beside it
        what the losses read: the vectors `"<modality>_vector"`, what the fusion
        predicts of them, `"<modality>_predicted"`, `(batch, vector_dim)` or `(batch,
        text_dim)`, and `"present"` `(batch, modalities)`, 1.0 for a modality that the
        sample has.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.models.MultimodalInfoMax(dims, units=16)
    ones = keras.ops.ones
    model({"audio": ones((2, 40, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Han et al., 2021](https://arxiv.org/abs/2109.00412)
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        text_dim=64,
        vector_dim=16,
        hidden_dim=128,
        memory_batches=1,
        dropout=0.1,
        contrast_weight=0.1,
        information_weight=0.1,
        **kwargs,
    ):
        # One modality has no other to tell of.
        bounds = information_weight * (len(input_dims) > 1)
        weights = {
            "contrast_loss": contrast_weight,
            "density_loss": float(bounds > 0),
            "information_loss": bounds,
        }
        given = {"contrast_weight": contrast_weight}
        given["information_weight"] = information_weight
        for name, value in given.items():
            if value < 0:
                raise ValueError(f"`{name}` is at least 0, not {value}.")
        active = [name for name, weight in weights.items() if weight]
        super().__init__(
            input_dims, classes, target, labels_per, further_losses=active, **kwargs
        )
        self.units = units
        self.text_dim = text_dim
        self.vector_dim = vector_dim
        self.hidden_dim = hidden_dim
        self.memory_batches = memory_batches
        self.dropout = dropout
        self.contrast_weight = contrast_weight
        self.information_weight = information_weight
        self.predicting = "text" if "text" in self.input_dims else self.source[0]
        self._make_fusion()
        self._make_bounds()
        self.built = True

    def _make_fusion(self):
        widths = {
            name: self.text_dim if name == self.predicting else self.vector_dim
            for name in self.source
        }
        self.embed_modalities(widths, self.source, self.units, self.dropout)
        named, width = {"dtype": self.dtype_policy}, self.hidden_dim
        self.fusion_dropout = keras.layers.Dropout(
            self.dropout, name="fusion_dropout", **named
        )
        self.fusion = [
            keras.layers.Dense(width, "tanh", name=f"fusion_{index}", **named)
            for index in range(2)
        ]
        for layer, features in zip(
            self.fusion, (sum(widths.values()), width), strict=True
        ):
            layer.build((None, features))
        count = len(self.classes) if self.classes else None
        self.answer_head = AnswerHead(count, name="answer_head", **named)
        self.answer_head.build((None, width))
        self.predicted = {
            name: keras.layers.Dense(each, name=f"{name}_predicted", **named)
            for name, each in widths.items()
        }
        for layer in self.predicted.values():
            layer.build((None, width))
            # Where no loss reaches them, they do not learn.
            set_trainable(layer, bool(self.contrast_weight))

    def _make_bounds(self):
        """What the text says of each other modality, and how much there is to say."""
        named, width = {"dtype": self.dtype_policy}, self.vector_dim
        self.told = {}
        if "information_loss" in self.loss_trackers:
            self.told = {
                name: GaussianPrediction(width, name=f"{name}_told", **named)
                for name in self.source
                if name != self.predicting
            }
        self.entropies = {
            name: EntropyMemory(
                max(1, width // 4),
                len(self.classes) if self.classes else 2,
                self.memory_batches,
                name=f"{name}_entropy",
                **named,
            )
            for name in self.told
        }
        for name, layer in self.told.items():
            layer.build((None, self.text_dim))
            self.entropies[name].build((None, width))

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        vectors, present = self.vectors(inputs, training)
        vectors = [
            ops.where(there[:, None], vector, ops.zeros_like(vector))
            for vector, there in zip(vectors, present, strict=True)
        ]
        joined = ops.concatenate(vectors, axis=-1)
        fusion = self.fusion_dropout(joined, training=training)
        for layer in self.fusion:
            fusion = layer(fusion)
        outputs = {self.target: self.answer_head(fusion, training=training)}
        for name, vector in zip(self.source, vectors, strict=True):
            outputs[f"{name}_vector"] = widened(vector)
            outputs[f"{name}_predicted"] = widened(self.predicted[name](fusion))
        outputs["present"] = ops.cast(ops.stack(present, axis=1), "float32")
        return outputs

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        terms = super().loss_terms(x, y, y_pred, sample_weight)
        often = self._often(y_pred, sample_weight)
        some = ops.max(y_pred["present"], axis=1)
        # A mean over batches in which each sample that has anything counts once.
        count, total = ops.sum(some), ops.sum(ops.max(often, axis=1))
        if self.contrast_weight:
            contrast = self._contrast(y_pred, often)
            terms["contrast_loss"] = (self.contrast_weight, total * contrast, count)
        if self.told:
            as_they_are = {
                name: ops.stop_gradient(each) for name, each in y_pred.items()
            }
            density = self._density(as_they_are, often)
            terms["density_loss"] = (1.0, -total * density, count)
            members = self._members(y, often)
            known = self._density(y_pred, often) + self._entropy(y_pred, members)
            weight = self.information_weight
            terms["information_loss"] = (weight, -total * known, count)
        return terms

    def _often(self, y_pred, sample_weight):
        """How often each sample counts in each modality, `(batch, modalities)`."""
        present = y_pred["present"]
        if sample_weight is None:
            return present
        return present * weight_a_sample(sample_weight, present)[:, None]

    def _contrast(self, y_pred, often):
        """How badly vectors are told apart by what the fusion predicts, summed."""
        return sum(
            info_nce(
                y_pred[f"{name}_vector"], y_pred[f"{name}_predicted"], often[:, index]
            )
            for index, name in enumerate(self.source)
        )

    def _density(self, y_pred, often):
        """Mean log density of each vector that is told by the text, summed."""
        text = y_pred[f"{self.predicting}_vector"]
        first = often[:, self.source.index(self.predicting)]
        found = 0.0
        for name, layer in self.told.items():
            each = gaussian_log_density(y_pred[f"{name}_vector"], *layer(text))
            other = often[:, self.source.index(name)]
            weights = ops.where(first > 0, other, ops.zeros_like(other))
            size = ops.sum(weights)
            found += ops.sum(weights * each) / ops.where(size > 0, size, 1.0)
        return found

    def _entropy(self, y_pred, members):
        """Entropy of all vectors that are told by the text."""
        return sum(
            layer(y_pred[f"{name}_vector"], members[name])
            for name, layer in self.entropies.items()
        )

    def _members(self, y, often):
        """How often samples count in each class, or above and below 0, by modality."""
        labels, mask = y[self.target], ops.cast(y[f"{self.target}_mask"], "bool")
        if self.several:
            among = ops.logical_and(mask, labels > 0)
        else:
            labels, mask = (ops.reshape(each, (-1,)) for each in (labels, mask))
            if self.classes:
                numbers = ops.cast(
                    ops.where(mask, labels, ops.zeros_like(labels)), "int32"
                )
                among = ops.one_hot(numbers, len(self.classes), dtype="bool")
            else:
                among = ops.stack([labels > 0, labels < 0], axis=1)
            among = ops.logical_and(among, mask[:, None])
        among = ops.cast(among, often.dtype)
        return {
            name: among * often[:, self.source.index(name)][:, None]
            for name in self.entropies
        }

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        if training and self.entropies:
            y, weights = self._targets(x, y, y_pred, sample_weight, training)
            members = self._members(y, self._often(y_pred, weights))
            for name, layer in self.entropies.items():
                layer.remember(y_pred[f"{name}_vector"], members[name])
        return loss

    def get_config(self):
        names = ["units", "text_dim", "vector_dim", "hidden_dim", "memory_batches"]
        names += ["dropout", "contrast_weight", "information_weight"]
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@register_model
def build_multimodal_infomax(input_dims, **options) -> MultimodalInfoMax:
    """Maximise what modalities tell of each other, and what their fusion tells of them.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `MultimodalInfoMax`.

    Returns:
        A `MultimodalInfoMax`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74, "video": 47}
    model = mmzoo.build_multimodal_infomax(dims, units=32)
    ```
    """
    return MultimodalInfoMax(input_dims, **options)
