"""Read each modality by itself to the end, and join what was found."""

import keras
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.models.registry import register_model
from mmzoo.models.vector_fusion_model import VectorFusionModel
from mmzoo.ops.masking import masked_softmax, zero_masked
from mmzoo.ops.precision import wide_dtype, widened

__all__ = ["AnswerAverage", "LateFusionNetwork", "build_late_fusion_network"]

ENCODERS = ("lstm", "mean")
FUSIONS = ("concat", "average", "weighted")


@keras.saving.register_keras_serializable(package="mmzoo")
class AnswerAverage(keras.layers.Layer):
    """The average of several answers, of scores or of the probabilities of classes.

    Masking: takes an entry a sample and answer. An answer that is not there counts
    nowhere; where none is there, all count alike.

    Args:
        probabilities: bool. Whether the answers are logits of classes, of which the
            probabilities are averaged. Defaults to `False`: they are scores.
        weighted: bool. Whether each answer has a learned weight; the weights of the
            answers that are there sum to 1. Defaults to `False`: they count alike.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, answers, features)`.
        mask: optional boolean tensor `(batch, answers)`, True = the answer is there.

    Returns:
        Float tensor `(batch, features)`: the averaged scores, or the logarithms of the
        averaged probabilities.

    Example:
    ```python
    average = mmzoo.models.AnswerAverage()
    average(keras.ops.ones((2, 3, 1))).shape  # (2, 1)
    ```
    """

    def __init__(self, probabilities=False, weighted=False, **kwargs):
        super().__init__(**kwargs)
        self.probabilities = probabilities
        self.weighted = weighted
        self.supports_masking = True

    def build(self, input_shape):
        self.preferences = None
        if self.weighted:
            self.preferences = self.add_weight(
                shape=(input_shape[1],), initializer="zeros", name="preferences"
            )
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None):
        inputs = widened(inputs)
        scores = ops.zeros_like(inputs[..., 0])
        if self.preferences is not None:
            scores = scores + widened(self.preferences)
        # (batch, answers, 1)
        weights = self._weights(scores, mask)[..., None]
        if not self.probabilities:
            return ops.sum(weights * inputs, axis=1)
        # The sum of weighted probabilities, by their logarithms.
        terms = ops.log_softmax(inputs, axis=-1) + ops.log(weights + 1e-30)
        return ops.logsumexp(terms, axis=1)

    def _weights(self, scores, mask):
        if mask is None:
            return ops.softmax(scores, axis=-1)
        some = ops.any(mask, axis=-1, keepdims=True)
        return masked_softmax(scores, ops.logical_or(mask, ops.logical_not(some)))

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return input_shape[0], input_shape[2]

    def get_config(self):
        return {
            **super().get_config(),
            "probabilities": self.probabilities,
            "weighted": self.weighted,
        }


@keras.saving.register_keras_serializable(package="mmzoo")
class LateFusionNetwork(VectorFusionModel):
    """Read each modality by itself to the end, and join what was found.

    With the default arguments this is LF-LSTM: the last state of an LSTM a modality,
    side by side, a dense layer and the answer. `encoder="mean"` makes it LF-DNN, whose
    audio and video are means of their steps behind dense layers. With the fusions
    `"average"` and `"weighted"` each modality has an answer of its own, and these are
    averaged. An average cannot find what only two modalities together tell; the dense
    layer behind the joined vectors can. They are the floors of the zoo.

    Masking: each modality has its own steps and its own mask. A modality that is
    missing from a sample is a vector of zeros, or an answer that does not count.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, since vectors have no steps. Defaults to `"sequence"`.
        encoder: `"lstm"` reads every modality in its order, `"mean"` the text alone,
            and the others as means. Defaults to `"lstm"`.
        fusion: `"concat"` joins the vectors, `"average"` and `"weighted"` the answers,
            see `AnswerAverage`. Defaults to `"concat"`.
        units: int. Width of each LSTM. Defaults to `64`.
        vector_dim: int. Width of each modality's vector. Defaults to `32`.
        hidden_dim: int. Width of the dense layer with ReLU before an answer. Defaults
            to `64`.
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
    model = mmzoo.models.LateFusionNetwork({"audio": 74, "text": 300}, encoder="mean")
    ones = keras.ops.ones
    model({"audio": ones((2, 40, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Yu et al., 2020](https://aclanthology.org/2020.acl-main.343), LF-DNN
        - [Tsai et al., 2019](https://arxiv.org/abs/1906.00295), LF-LSTM
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        encoder="lstm",
        fusion="concat",
        units=64,
        vector_dim=32,
        hidden_dim=64,
        dropout=0.2,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        for name, value, known in (
            ("encoder", encoder, ENCODERS),
            ("fusion", fusion, FUSIONS),
        ):
            if value not in known:
                raise ValueError(f"`{name}` is one of {list(known)}, not {value!r}.")
        self.encoder = encoder
        self.fusion = fusion
        self.units = units
        self.vector_dim = vector_dim
        self.hidden_dim = hidden_dim
        self.dropout = dropout
        ordered = self.input_dims if encoder == "lstm" else ["text"]
        widths = dict.fromkeys(self.input_dims, vector_dim)
        self.embed_modalities(widths, ordered, units, dropout)
        self.average = None
        if fusion != "concat":
            self.average = AnswerAverage(
                # Of emotions the logits are averaged: they have no softmax.
                bool(self.classes) and not self.several,
                weighted=fusion == "weighted",
                dtype=wide_dtype(self.variable_dtype),
                name="average",
            )
        answering = ["joined"] if fusion == "concat" else list(self.input_dims)
        self.answer_heads = {name: self._answer_head(name) for name in answering}
        self._build_parts()
        self.built = True

    def _answer_head(self, name):
        return AnswerHead(
            len(self.classes) if self.classes else 1,
            self.dropout,
            self.hidden_dim,
            dtype=self.dtype_policy,
            name=f"{name}_answer",
        )

    def _build_parts(self):
        joined = self.vector_dim * len(self.input_dims)
        features = joined if self.average is None else self.vector_dim
        for head in self.answer_heads.values():
            head.build((None, features))
        if self.average is not None:
            self.average.build((None, len(self.input_dims), None))

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        vectors, present = self.vectors(inputs, training)
        # (batch, modalities)
        present = ops.stack(present, axis=1)
        answer = self._fused(vectors, present, training)
        return {self.target: answer if self.classes else ops.squeeze(answer, axis=-1)}

    def _fused(self, vectors, present, training):
        """The answer `(batch, classes)`, or the score `(batch, 1)`."""
        if self.average is None:
            # (batch, modalities, vector_dim)
            shown = zero_masked(ops.stack(vectors, axis=1), present)
            joined = ops.reshape(shown, (-1, shown.shape[1] * shown.shape[2]))
            return self.answer_heads["joined"](joined, training=training)
        heads = self.answer_heads.values()
        answers = [
            head(vector, training=training)
            for head, vector in zip(heads, vectors, strict=True)
        ]
        return self.average(ops.stack(answers, axis=1), mask=present)

    def get_config(self):
        return {
            **super().get_config(),
            "encoder": self.encoder,
            "fusion": self.fusion,
            "units": self.units,
            "vector_dim": self.vector_dim,
            "hidden_dim": self.hidden_dim,
            "dropout": self.dropout,
        }


@register_model
def build_late_fusion_network(input_dims, **options) -> LateFusionNetwork:
    """Read each modality by itself to the end, and join what was found.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `LateFusionNetwork`.

    Returns:
        A `LateFusionNetwork`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74, "video": 47}
    average = mmzoo.build_late_fusion_network(dims, fusion="average")
    ```
    """
    return LateFusionNetwork(input_dims, **options)
