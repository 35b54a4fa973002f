"""HCIL after its abstract: contrasts within, between and across pairs of modalities."""

import itertools

import keras
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.models.registry import register_model
from mmzoo.models.vector_fusion_model import VectorFusionModel
from mmzoo.ops.contrastive_losses import contrastive_loss
from mmzoo.ops.losses import weight_a_sample
from mmzoo.ops.masking import zero_masked
from mmzoo.ops.precision import widened

__all__ = ["HybridInteractionNetwork", "build_hybrid_interaction_network"]


@keras.saving.register_keras_serializable(package="mmzoo")
class HybridInteractionNetwork(VectorFusionModel):
    """Contrast modalities and their pairs, after HCIL's abstract; the forms are ours.

    HCIL's abstract names three contrasts, a prediction of modalities from audio and a
    hierarchical fusion; neither its equations nor any code were at hand. Here an LSTM
    makes a vector of each modality, a dense layer a vector of each pair, and a
    perceptron answers from the pairs. Beside the answer's loss there are four, each
    with a weight: vectors of one modality are near where labels are alike
    (`intra_modal_loss`), vectors of one sample find each other (`inter_modal_loss`),
    its pairs are near other pairs of samples whose labels are alike
    (`interactive_loss`), and the vector of the leading modality tells the direction of
    the others (`prediction_loss`, 1 less the cosine). Scores are alike by their sign.

    What the first three cost depends on the samples of a batch together; predictions do
    not. More samples make harder contrasts: 32 a batch or more.

    Masking: each modality has its own steps and its own mask. A modality that is
    missing from a sample is zeros in its pairs; it and its pairs count in no contrast.

    Differs from the paper: it follows the abstract alone, and every form is ours.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them; two modalities or more.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, since vectors have no steps. Defaults to `"sequence"`.
        units: int. Width of each LSTM. Defaults to `64`.
        vector_dim: int. Width of the vector of each modality and pair. Defaults to
            `128`.
        hidden_dim: int. Width of the dense layer before the answer. Defaults to `64`.
        dropout: float. Defaults to `0.2`.
        leader: name of the modality from which the others are predicted. Where the
            model does not read it, nothing is predicted. Defaults to `"audio"`.
        temperature: float. By which cosines are divided. Defaults to `0.1`.
        intra_modal_weight: float. Defaults to `0.1`.
        inter_modal_weight: float. Defaults to `0.1`.
        interactive_weight: float. Defaults to `0.1`.
        prediction_weight: float. Defaults to `0.1`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality, each
        with its own steps.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`. Beside it
        what the losses read: `"vectors"` `(batch, modalities * vector_dim)`, `"pairs"`
        `(batch, pairs * vector_dim)`, and `"present"` `(batch, modalities)`, 1.0 for a
        modality that the sample has; where anything is predicted, `"predicted"`
        `(batch, (modalities - 1) * vector_dim)`. Modalities are sorted by their names.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.models.HybridInteractionNetwork(dims, units=16, vector_dim=32)
    ones = keras.ops.ones
    model({"audio": ones((2, 40, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Fu et al., 2024](https://doi.org/10.1016/j.neucom.2023.127201), the abstract
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        vector_dim=128,
        hidden_dim=64,
        dropout=0.2,
        leader="audio",
        temperature=0.1,
        intra_modal_weight=0.1,
        inter_modal_weight=0.1,
        interactive_weight=0.1,
        prediction_weight=0.1,
        **kwargs,
    ):
        weights = {
            "intra_modal": intra_modal_weight,
            "inter_modal": inter_modal_weight,
            # Of two modalities there is one pair, which has none to be near to.
            "interactive": interactive_weight * (len(input_dims) > 2),
            "prediction": prediction_weight * (leader in input_dims),
        }
        self._check(input_dims, temperature, weights)
        active = [f"{name}_loss" for name, weight in weights.items() if weight]
        super().__init__(
            input_dims, classes, target, labels_per, further_losses=active, **kwargs
        )
        self.units = units
        self.vector_dim = vector_dim
        self.hidden_dim = hidden_dim
        self.dropout = dropout
        self.leader = leader
        self.temperature = temperature
        self.intra_modal_weight = intra_modal_weight
        self.inter_modal_weight = inter_modal_weight
        self.interactive_weight = interactive_weight
        self.prediction_weight = prediction_weight
        self.further_weights = {name: each for name, each in weights.items() if each}
        self._make_parts()
        self.built = True

    @staticmethod
    def _check(input_dims, temperature, weights):
        if len(input_dims) < 2:
            raise ValueError(
                f"`input_dims` names {list(input_dims)}: this model reads pairs of "
                "modalities, so name two or more."
            )
        if temperature <= 0:
            raise ValueError(f"`temperature` is above 0, not {temperature}.")
        for name, value in weights.items():
            if value < 0:
                raise ValueError(f"`{name}_weight` is at least 0, not {value}.")

    def _make_parts(self):
        width, names = self.vector_dim, list(self.input_dims)
        # Places of both modalities of each pair.
        self.couples = list(itertools.combinations(range(len(names)), 2))
        self.embed_modalities(
            dict.fromkeys(names, width), names, self.units, self.dropout
        )
        self.pair_layers = [
            self._dense(f"{names[i]}_{names[j]}_pair", 2 * width, "tanh")
            for i, j in self.couples
        ]
        self.predictions = {}
        if "prediction" in self.further_weights:
            self.predictions = {
                name: self._dense(f"{name}_prediction", width)
                for name in names
                if name != self.leader
            }
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            self.dropout,
            self.hidden_dim,
            dtype=self.dtype_policy,
            name="answer_head",
        )
        self.answer_head.build((None, len(self.couples) * width))

    def _dense(self, name, features, activation=None):
        layer = keras.layers.Dense(
            self.vector_dim, activation, dtype=self.dtype_policy, name=name
        )
        layer.build((None, features))
        return layer

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        vectors, present = self.vectors(inputs, training)
        present = ops.stack(present, axis=1)
        # (batch, modalities, vector_dim)
        vectors = zero_masked(ops.stack(vectors, axis=1), present)
        pairs = ops.concatenate(
            [
                layer(ops.concatenate([vectors[:, i], vectors[:, j]], axis=-1))
                for layer, (i, j) in zip(self.pair_layers, self.couples, strict=True)
            ],
            axis=-1,
        )
        answer = self.answer_head(pairs, training=training)
        count = len(self.input_dims)
        found = {
            self.target: answer,
            "vectors": widened(ops.reshape(vectors, (-1, count * self.vector_dim))),
            "pairs": widened(pairs),
            "present": ops.cast(present, "float32"),
        }
        if self.predictions:
            leading = vectors[:, list(self.input_dims).index(self.leader)]
            told = [layer(leading) for layer in self.predictions.values()]
            found["predicted"] = widened(ops.concatenate(told, axis=-1))
        return found

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        terms = super().loss_terms(x, y, y_pred, sample_weight)
        weights = None
        if sample_weight is not None:
            weights = weight_a_sample(sample_weight, y_pred["present"])
        contrasts = self._contrasts(y, y_pred)
        for name, weight in self.further_weights.items():
            found = [
                contrastive_loss(*sets, weights, self.temperature)
                for sets in contrasts.get(name, ())
            ] or self._prediction(y_pred, weights)
            total, count = (sum(each) for each in zip(*found, strict=True))
            terms[f"{name}_loss"] = (weight, total, count)
        return terms

    def _contrasts(self, y, y_pred):
        """The sets of each loss: two of vectors, their labels, and who has both."""
        vectors = self._apart(y_pred["vectors"], len(self.input_dims))
        pairs = self._apart(y_pred["pairs"], len(self.couples))
        present, (labels, labelled) = y_pred["present"] > 0, self._alike(y)
        both = [ops.logical_and(present[:, i], present[:, j]) for i, j in self.couples]
        told = [ops.logical_and(each, labelled) for each in both]
        return {
            "intra_modal": [
                (vectors[:, i], None, labels, ops.logical_and(present[:, i], labelled))
                for i in range(len(self.input_dims))
            ],
            "inter_modal": [
                (vectors[:, a], vectors[:, b], None, there)
                for (i, j), there in zip(self.couples, both, strict=True)
                for a, b in ((i, j), (j, i))
            ],
            "interactive": [
                (pairs[:, i], pairs[:, j], labels, ops.logical_and(told[i], told[j]))
                for i, j in itertools.permutations(range(len(self.couples)), 2)
            ],
        }

    def _alike(self, y):
        """Labels that are equal where samples are alike, and who has them."""
        rows = ops.shape(y[self.target])[0]
        labels = ops.reshape(y[self.target], (rows, -1))
        mask = ops.reshape(ops.cast(y[f"{self.target}_mask"], "bool"), (rows, -1))
        labels = ops.where(mask, labels, ops.zeros_like(labels))
        if not self.classes:
            labels = ops.sign(labels)
        return labels, ops.all(mask, axis=-1)

    def _prediction(self, y_pred, weights):
        """Of each modality but the leader, the cost of its prediction and how many."""
        vectors = self._apart(y_pred["vectors"], len(self.input_dims))
        told = self._apart(y_pred["predicted"], len(self.predictions))
        present, found, names = y_pred["present"], [], list(self.input_dims)
        leading = present[:, names.index(self.leader)]
        for index, name in enumerate(self.predictions):
            place = names.index(name)
            # The leader comes nearer to the others, not they to it.
            wanted = ops.stop_gradient(vectors[:, place])
            # Keras' loss is the cosine with the other sign.
            apart = 1.0 + keras.losses.cosine_similarity(wanted, told[:, index])
            there = present[:, place] * leading
            often = there if weights is None else there * weights
            found.append((ops.sum(often * apart), ops.sum(there)))
        return found

    def _apart(self, vectors, count):
        """Vectors that stand side by side as `(batch, count, vector_dim)`."""
        return ops.reshape(vectors, (-1, count, self.vector_dim))

    def get_config(self):
        names = ["units", "vector_dim", "hidden_dim", "dropout", "leader"]
        names += ["temperature", "intra_modal_weight", "inter_modal_weight"]
        names += ["interactive_weight", "prediction_weight"]
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@register_model
def build_hybrid_interaction_network(input_dims, **options) -> HybridInteractionNetwork:
    """Contrast modalities and their pairs, after HCIL's abstract; the forms are ours.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `HybridInteractionNetwork`.

    Returns:
        A `HybridInteractionNetwork`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74, "video": 47}
    model = mmzoo.build_hybrid_interaction_network(dims, units=32, vector_dim=64)
    ```
    """
    return HybridInteractionNetwork(input_dims, **options)
