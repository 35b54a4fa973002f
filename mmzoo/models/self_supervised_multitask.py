"""Self-MM: each modality learns labels of its own, which the model generates."""

import keras
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.frozen_parts import set_trainable
from mmzoo.models.registry import register_model
from mmzoo.models.vector_fusion_model import VectorFusionModel
from mmzoo.ops.losses import weight_a_sample
from mmzoo.ops.precision import widened
from mmzoo.ops.unimodal_labels import unimodal_labels

__all__ = ["SelfSupervisedMultitask", "build_self_supervised_multitask"]

# Under this name a training batch holds them.
GENERATED_LABELS = "generated_labels"


@keras.saving.register_keras_serializable(package="mmzoo")
class SelfSupervisedMultitask(VectorFusionModel):
    """Let each modality learn labels of its own beside the answer of all.

    Self-MM. An LSTM makes a vector of each modality. From all of them the answer is
    read, and from each alone what its modality says by itself, by two dense layers
    and an output each. Corpora have one label for all modalities, so those of each are
    generated: they begin at the label of the sample, and after each epoch but the first
    move by how near the modality's representation lies to the mean of the positive and
    of the negative samples, compared with the representation of all, see
    `mmzoo.ops.unimodal_labels`. The error of a modality counts `tanh |y_s - y|`, so
    that it learns where its label differs from the sample's.

    `train_phases` generates labels. Where a batch has none, in `fit` alone, and with
    classes, of which none is nearer to another, every modality learns the label of the
    sample, and counts as much as the answer.

    Masking: each modality has its own steps and its own mask. A modality that is
    missing from a sample is zeros among the vectors, keeps the sample's label, and
    counts neither in its loss nor in its centres.

    Differs from the paper: labels move once an epoch, by representations without
    dropout, where the authors move those of a batch; text is read by an LSTM too; all
    vectors have one width, and the branches of all modalities; frames are standardised
    on the training split; all weights have one learning rate.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, since vectors have no steps. Defaults to `"sequence"`.
        units: int. Width of each modality's LSTM. Defaults to `64`.
        vector_dim: int. Width of each modality's vector. Defaults to `32`.
        hidden_dim: int. Width of both dense layers of the answer. Defaults to `128`.
        unimodal_dim: int. Width of those of each modality. Defaults to `32`.
        dropout: float. Of what the LSTMs and the layers that answer read. Defaults to
            `0.1`.
        unimodal_weight: float. Of the loss of each modality. Defaults to `1.0`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality, each
        with its own steps.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`; and with
        what each modality says alone, `"<target>_<modality>"`, likewise. Beside it what
        the labels are generated from: `"fused"` `(batch, hidden_dim)`,
        `"<modality>_vector"` `(batch, unimodal_dim)`, and `"present"`
        `(batch, modalities)`, 1.0 for a modality that the sample has.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.models.SelfSupervisedMultitask(dims, units=16)
    ones = keras.ops.ones
    said = model({"audio": ones((2, 40, 74)), "text": ones((2, 9, 300))})
    said["sentiment"], said["sentiment_audio"]
    ```

    Reference:
        - [Yu et al., 2021](https://arxiv.org/abs/2102.04830)
    """

    # Every loss compares with labels, whatever its name.
    learns_unlabelled = False

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        vector_dim=32,
        hidden_dim=128,
        unimodal_dim=32,
        dropout=0.1,
        unimodal_weight=1.0,
        **kwargs,
    ):
        if unimodal_weight < 0:
            raise ValueError(f"`unimodal_weight` is at least 0, not {unimodal_weight}.")
        losses = [f"{name}_loss" for name in sorted(input_dims) if unimodal_weight]
        super().__init__(
            input_dims, classes, target, labels_per, further_losses=losses, **kwargs
        )
        self.units = units
        self.vector_dim = vector_dim
        self.hidden_dim = hidden_dim
        self.unimodal_dim = unimodal_dim
        self.dropout = dropout
        self.unimodal_weight = unimodal_weight
        widths = dict.fromkeys(self.input_dims, vector_dim)
        self.embed_modalities(widths, list(widths), units, dropout)
        self.fused, self.answer_head = self._branch(
            "answer", len(widths) * vector_dim, hidden_dim
        )
        branches = {n: self._branch(n, vector_dim, unimodal_dim) for n in widths}
        self.unimodal = {name: dense for name, (dense, _) in branches.items()}
        self.unimodal_heads = {name: head for name, (_, head) in branches.items()}
        # Where no loss reaches them, they do not learn.
        for layer in (*self.unimodal.values(), *self.unimodal_heads.values()):
            set_trainable(layer, bool(unimodal_weight))
        self.built = True

    def _branch(self, name, features, width):
        """A dense layer, by whose output samples are compared, and what it says."""
        named = {"dtype": self.dtype_policy}
        dense = keras.layers.Dense(
            width, "relu", name=f"{name}_representation", **named
        )
        dense.build((None, features))
        count = len(self.classes) if self.classes else None
        head = AnswerHead(count, self.dropout, width, name=f"{name}_head", **named)
        head.build((None, width))
        return dense, head

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        vectors, present = self.vectors(inputs, training)
        vectors = [
            ops.where(there[:, None], vector, ops.zeros_like(vector))
            for vector, there in zip(vectors, present, strict=True)
        ]
        fused = self.fused(ops.concatenate(vectors, axis=-1))
        outputs = {
            self.target: self.answer_head(fused, training=training),
            "fused": widened(fused),
            "present": ops.cast(ops.stack(present, axis=1), "float32"),
        }
        for name, vector in zip(self.source, vectors, strict=True):
            alone = self.unimodal[name](vector)
            said = self.unimodal_heads[name](alone, training=training)
            outputs[f"{self.target}_{name}"] = said
            outputs[f"{name}_vector"] = widened(alone)
        return outputs

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        terms = super().loss_terms(x, y, y_pred, sample_weight)
        if not self.unimodal_weight:
            return terms
        for index, name in enumerate(self.source):
            said = y_pred[f"{self.target}_{name}"]
            labels, mask, weights = self._task(x, y, said, index, sample_weight)
            there = y_pred["present"][:, index] > 0
            if len(mask.shape) > 1:
                there = there[:, None]
            task = {
                **y,
                self.target: labels,
                f"{self.target}_mask": ops.logical_and(mask, there),
            }
            # The first of the logs is the loss.
            cost, *_ = (
                super().loss_terms(x, task, {self.target: said}, weights).values()
            )
            terms[f"{name}_loss"] = (self.unimodal_weight, *cost[1:])
        return terms

    def _task(self, x, y, said, index, sample_weight):
        """Labels of a modality, their mask, and what the error of each counts."""
        answers = said if self.several or not self.classes else said[..., 0]
        labels, mask = (
            ops.reshape(y[key], ops.shape(answers))
            for key in (self.target, f"{self.target}_mask")
        )
        mask = ops.cast(mask, "bool")
        if GENERATED_LABELS not in x or self.classes:
            return labels, mask, sample_weight
        generated = ops.cast(x[GENERATED_LABELS][:, 0, index], said.dtype)
        there = ops.cast(x[f"{GENERATED_LABELS}_mask"][:, 0], "bool")
        mask = ops.logical_and(mask, there)
        own = ops.where(mask, ops.cast(labels, said.dtype), generated)
        weights = ops.tanh(ops.abs(generated - own))
        if sample_weight is not None:
            weights = weights * weight_a_sample(sample_weight, weights)
        return generated, mask, weights

    def train_phases(self, run):
        if self.classes or not self.unimodal_weight:
            super().train_phases(run)
            return
        labels = run.generated_labels(self)
        reads = [*self.reads, GENERATED_LABELS]
        run.fit(
            "supervised", self, labels.corpus, reads, self.monitor, callbacks=[labels]
        )

    def generate_labels(self, labels, generated, known, said, epoch, limit):
        """The labels of each modality after an epoch.

        Args:
            labels: float array `(samples,)`, the samples' own.
            generated: float array `(samples, modalities)`, those until now.
            known: bool array `(samples,)`, whether there is a label.
            said: dict of arrays, the outputs for these samples.
            epoch: int. How many epochs are over.
            limit: float. The largest label that there is.

        Returns:
            Float tensor `(samples, modalities)`.
        """
        moved = [
            unimodal_labels(
                labels,
                generated[:, index],
                said["fused"],
                said[f"{name}_vector"],
                known,
                said["present"][:, index] > 0,
                epoch,
                limit,
            )
            for index, name in enumerate(self.source)
        ]
        return ops.stack(moved, axis=1)

    def get_config(self):
        names = ["units", "vector_dim", "hidden_dim", "unimodal_dim", "dropout"]
        names += ["unimodal_weight"]
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@register_model
def build_self_supervised_multitask(input_dims, **options) -> SelfSupervisedMultitask:
    """Let each modality learn labels of its own beside the answer of all.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `SelfSupervisedMultitask`.

    Returns:
        A `SelfSupervisedMultitask`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74, "video": 47}
    model = mmzoo.build_self_supervised_multitask(dims, units=32)
    ```
    """
    return SelfSupervisedMultitask(input_dims, **options)
