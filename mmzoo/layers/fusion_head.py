"""One answer from one vector a modality: early, late or attentional fusion."""

import keras
from keras import ops

from mmzoo.layers.attentional_fusion import AttentionalFusion
from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.tensor_fusion import TensorFusion
from mmzoo.layers.transformer_fusion import TransformerFusion
from mmzoo.ops.masking import masked_softmax
from mmzoo.ops.precision import wide_dtype, widened

METHODS = ("concat", "attention", "aff", "iaff", "transformer", "tokens", "tensor")
METHODS += ("mean", "vote", "learned")
DECISIONS = ("mean", "vote", "learned")
# How often attentional feature fusion attends.
ITERATIONS = {"aff": 1, "iaff": 2}
ONE_WIDTH = ("attention", *ITERATIONS)
# Of a probability, before its logarithm.
LEAST = 1e-7
# The logarithm of the chance that a missing modality gives.
NEVER = -1e9


@keras.saving.register_keras_serializable(package="mmzoo")
class FusionHead(keras.layers.Layer):
    """Fuse the vectors of several modalities and answer.

    The three kinds of fusion that section 2 of the audio-text paper describes, and
    those of its image-text model:

    * feature fusion (early): `"concat"`, the choice of the audio-text model (section
      3.1.5): the vectors side by side, dropout, a fully connected layer;
      `"transformer"`, that of the image-text model (section 3.2.3): a transformer
      encoder layer on the concatenated vector; `"tokens"`, the same on the
      sequences of all modalities before they are pooled; `"tensor"`, the outer product;
      see `TransformerFusion` and `TensorFusion`;
    * attentional feature fusion: `"aff"` and `"iaff"`, those of Dai et al. (2021), see
      `AttentionalFusion`; `"attention"`, a simpler one: a weight a modality and feature
      from the sum of all vectors, by one dense layer each and a softmax over them;
    * decision-level fusion (late): each modality answers alone, and the answers'
      probabilities are averaged (`"mean"`), averaged with learned weights
      (`"learned"`), or each modality has one vote (`"vote"`; the mean
      probability decides a tie, and training averages, since a vote has no gradient).

    A modality that is missing from a sample has zeros in `"concat"`, `"transformer"`
    and `"tensor"`, and no part in the other methods.

    Args:
        outputs: int. Classes; 1 for a score.
        method: `"concat"`, `"attention"`, `"aff"`, `"iaff"`, `"transformer"`,
            `"tokens"`, `"tensor"`, `"mean"`, `"vote"` or `"learned"`. Defaults to
            `"concat"`.
        dropout: float. Before each fully connected layer. Defaults to `0.4`, that of
            Tables 3 and 4.
        hidden_size: optional int. Width of a fully connected layer with ReLU before
            the last one, `classification_hidden_size` of Table 4; not for late fusion.
            Defaults to `None`: there is none.
        transformer: optional dict, passed on to `TransformerFusion`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        vectors: list of float tensors `(batch, features)`, one a modality; of one width
            for `"attention"`, `"aff"` and `"iaff"`; for `"tokens"` also `(batch,
            timesteps, features)`.
        present: list of boolean tensors `(batch,)`, whether a sample has the modality;
            of sequences `(batch, timesteps)`, their masks.
        training: bool. Whether dropout is active, and statistics are the batch's.
        return_attention: bool. Whether the weights of the tokens are returned too.

    Returns:
        Logits `(batch, outputs)`; log-probabilities after late fusion. With
        `return_attention`, also the weights `(batch, timesteps)`, a list with one a
        modality; `None` for a method without tokens.

    Example:
    ```python
    head = mmzoo.layers.FusionHead(outputs=4)
    vectors = [keras.ops.ones((2, 8)), keras.ops.ones((2, 8))]
    head(vectors, [keras.ops.ones((2,), "bool")] * 2).shape  # (2, 4)
    ```

    Reference:
        - Sections 2, 3.1.5 and 3.2.3 of the audio-text and image-text paper
        - [Dai et al., 2021](https://arxiv.org/abs/2009.14082)
    """

    def __init__(
        self,
        outputs,
        method="concat",
        dropout=0.4,
        hidden_size=None,
        transformer=None,
        **kwargs,
    ):
        # It sums, and its answer is never narrow: only the transformer inside it is.
        super().__init__(autocast=False, **kwargs)
        self.wide = wide_dtype(self.variable_dtype)
        if method not in METHODS:
            raise ValueError(f"`method` is one of {list(METHODS)}, not {method!r}.")
        if method == "vote" and outputs == 1:
            raise ValueError('`method="vote"` needs classes: use "mean" for a score.')
        if hidden_size and method in DECISIONS:
            raise ValueError(f"`hidden_size` is not read by {method!r}: leave it out.")
        self.outputs = outputs
        self.method = method
        self.dropout = dropout
        self.hidden_size = hidden_size
        self.transformer = dict(transformer or {})
        self.supports_masking = True
        self.output_dropout = keras.layers.Dropout(
            dropout, dtype=self.wide, name="output_dropout"
        )
        self.fusion = self._make_fusion()

    def _make_fusion(self):
        if self.method == "tensor":
            return TensorFusion(dtype=self.wide, name="fusion")
        if self.method in ITERATIONS:
            iterations = ITERATIONS[self.method]
            return AttentionalFusion(iterations, dtype=self.wide, name="fusion")
        forms = {"transformer": "vector", "tokens": "tokens"}
        if self.method not in forms:
            return None
        options = {"dropout": self.dropout, **self.transformer}
        return TransformerFusion(
            forms[self.method], **options, dtype=self.dtype_policy, name="fusion"
        )

    def build(self, vectors_shape, present_shape=None):
        widths = [shape[-1] for shape in vectors_shape]
        if self.method in ONE_WIDTH and len(set(widths)) > 1:
            raise ValueError(
                f'`method="{self.method}"` needs vectors of one width, not {widths}: '
                "give the branches the same."
            )
        fused = {"concat": sum(widths), "attention": widths[0]}
        if self.fusion is not None:
            self.fusion.build(vectors_shape)
            fused[self.method] = self.fusion.output_dim
        read = widths if self.method in DECISIONS else [fused[self.method]]
        hidden = read if self.hidden_size else []
        self.hidden = self._dense("hidden", hidden, self.hidden_size, "relu")
        self.answers = self._dense("answer", [self.hidden_size] if hidden else read)
        scored = widths if self.method == "attention" else []
        self.scores = self._dense("score", scored, widths[0])
        if self.method == "learned":
            self.modality_weights = self.add_weight(
                shape=(len(widths),),
                initializer="zeros",
                autocast=False,
                name="modality_weights",
            )
        keep_frozen(self)
        self.built = True

    def _dense(self, name, widths, outputs=None, activation=None):
        layers = []
        for index, width in enumerate(widths):
            layer = keras.layers.Dense(
                outputs or self.outputs,
                activation,
                dtype=self.wide,
                name=f"{name}_{index}",
            )
            layer.build((None, width))
            layers.append(layer)
        return layers

    def call(self, vectors, present, training=None, return_attention=False):
        weights = None
        if self.method in DECISIONS:
            answer = self._decide(*_shown(vectors, present), training)
        else:
            fused, weights = self._fuse(vectors, present, training)
            for layer in [*self.hidden, self.answers[0]]:
                fused = layer(self.output_dropout(fused, training=training))
            answer = fused
        return (answer, weights) if return_attention else answer

    def _fuse(self, vectors, present, training):
        """One vector, and the weights of the tokens where there are any."""
        if self.method == "tensor":
            return self.fusion(vectors, mask=present), None
        if self.method in ITERATIONS:
            return self.fusion(vectors, mask=present, training=training), None
        if self.fusion is not None:
            options = {"training": training, "return_attention": True}
            return self.fusion(vectors, mask=present, **options)
        vectors, there = _shown(vectors, present)
        if self.method == "concat":
            return ops.concatenate(vectors, axis=-1), None
        return self._attend(vectors, there), None

    def _attend(self, vectors, there):
        """A convex combination of the modalities, feature by feature."""
        total = sum(vectors)
        # (batch, modalities, features)
        scores = ops.stack([layer(total) for layer in self.scores], axis=1)
        weights = masked_softmax(scores, there[:, :, None], axis=1)
        return ops.sum(weights * ops.stack(vectors, axis=1), axis=1)

    def _decide(self, vectors, there, training):
        # (batch, modalities, outputs)
        answers = ops.stack(
            [
                layer(self.output_dropout(vector, training=training))
                for layer, vector in zip(self.answers, vectors, strict=True)
            ],
            axis=1,
        )
        weights = self._weights(answers, there)
        if self.outputs == 1:
            return ops.sum(weights * answers, axis=1)
        if self.method == "vote" and not training:
            chances = ops.softmax(answers, axis=-1)
            votes = ops.one_hot(ops.argmax(chances, axis=-1), self.outputs)
            # The share that the mean has only breaks ties.
            chances = 0.99 * ops.cast(votes, chances.dtype) + 0.01 * chances
            return ops.log(ops.maximum(ops.sum(weights * chances, axis=1), LEAST))
        return _log_of_mean(ops.log_softmax(answers, axis=-1), weights)

    def _weights(self, answers, there):
        """Share of each modality in the decision, `(batch, modalities, 1)`."""
        scores = ops.zeros_like(answers[..., 0])
        if self.method == "learned":
            scores = scores + ops.cast(self.modality_weights, scores.dtype)
        return masked_softmax(scores, there, axis=1)[..., None]

    def compute_mask(self, vectors, mask=None):
        return None

    def compute_output_spec(
        self, vectors, present, training=None, return_attention=False
    ):
        shape, weights = (vectors[0].shape[0], self.outputs), None
        answer = keras.KerasTensor(shape, dtype=self.wide)
        if self.method == "tokens":
            options = {"mask": present, "return_attention": True}
            _, weights = self.fusion.compute_output_spec(vectors, **options)
        return (answer, weights) if return_attention else answer

    def get_config(self):
        return {
            **super().get_config(),
            "outputs": self.outputs,
            "method": self.method,
            "dropout": self.dropout,
            "hidden_size": self.hidden_size,
            "transformer": self.transformer,
        }


def _shown(vectors, present):
    """Vectors with zeros where one is missing, and which are there, side by side."""
    # (batch, modalities)
    there = ops.stack([ops.cast(each, "bool") for each in present], axis=1)
    vectors = [
        widened(ops.where(there[:, i : i + 1], vector, ops.zeros_like(vector)))
        for i, vector in enumerate(vectors)
    ]
    return vectors, there


def _log_of_mean(logs, weights):
    """The logarithm of a weighted mean of chances, however small these are.

    The logarithm of the mean itself has no slope where a chance rounds to 0, which is
    where the answer is most wrong.
    """
    counts = weights > 0
    each = logs + ops.log(ops.where(counts, weights, 1.0))
    found = ops.logsumexp(ops.where(counts, each, NEVER), axis=1)
    # Of nothing observed, all answers are as likely.
    return ops.where(ops.any(counts, axis=1), found, 0.0)
