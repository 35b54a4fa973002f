"""How a model is trained, in numbers; what it is built of is the builder's to say."""

import dataclasses

import keras
import numpy as np

from mmzoo.data.pipeline import TOKENS
from mmzoo.data.split import EMOTIONS
from mmzoo.models.fit_arguments import check_label_smoothing
from mmzoo.models.multimodal_model import CLASS_LOGS, SCORE_LOGS
from mmzoo.training.measure import labelled

SCHEDULES = ("constant", "cosine")
BALANCED = "balanced"
AT_LEAST_1 = ("epochs", "patience", "batch_size", "least_batch", "least_steps")


@dataclasses.dataclass(frozen=True)
class TrainingOptions:
    """Options of a training, with defaults that work on the corpora of the field.

    Args:
        epochs: the most epochs of a phase.
        patience: epochs without a better one before a phase stops.
        batch_size: samples of a batch at the most, see `batch_size_for`.
        least_steps: steps that an epoch has at the least, so that a small corpus is
            not learnt in a handful of full batches.
        least_batch: samples of a batch at the least, however small the corpus.
        learning_rate: Adam's, at the start.
        schedule: `"constant"`, or `"cosine"`: the rate falls to 0 over all epochs.
        clip_norm: the norm at which gradients are clipped.
        weight_decay: share of each weight, times the learning rate, that a step takes
            away from it, such as 0.01 (AdamW); 0 takes none.
        class_weight: `"balanced"`, so that each class counts alike however rare it is,
            as the report judges (UAR, macro F1); `None`; or a dict from the name of a
            class to its weight. Of emotions it is the weight of having one, against 1
            for having it not. Scores have no classes, and it is not read.
        label_smoothing: share of each class label that is spread evenly over all
            classes, so that answers do not become surer than they are right; 0 for
            scores, and for emotions, of which a sample has several.
        mixup: alpha of the Beta distribution by which each training sample is mixed
            with another one of its batch, such as 0.2, see `MixedBatches`; 0 mixes
            none.
        average_weights: what an exponential moving average of the weights keeps of
            itself at each step, such as 0.99; the averages then validate and are the
            model. 0 averages nothing.
        monitor: the end of the log that chooses the epoch, such as `"loss"`; `None`
            takes what the model says: the error, which counts by `class_weight`.
        refit: whether each model is trained once more, from the start, on training and
            validation split together, for as many epochs as validation chose.
        precision: optional dtype policy of the model, such as `"mixed_bfloat16"`.
        label_share: share of the training samples whose labels are learnt, drawn by the
            seed of the training; of the others a translation still reads the frames.

    Example:
    ```python
    options = mmzoo.training.TrainingOptions(epochs=5, schedule="cosine")
    options.batch_size_for(120)  # 10
    ```
    """

    epochs: int = 100
    patience: int = 10
    batch_size: int = 32
    least_steps: int = 12
    least_batch: int = 4
    learning_rate: float = 2e-3
    schedule: str = "constant"
    clip_norm: float = 1.0
    weight_decay: float = 0.0
    class_weight: str | dict | None = BALANCED
    label_smoothing: float = 0.0
    mixup: float = 0.0
    average_weights: float = 0.0
    monitor: str | None = None
    refit: bool = False
    precision: str | None = None
    label_share: float = 1.0

    def __post_init__(self):
        for name in AT_LEAST_1:
            if getattr(self, name) < 1:
                raise ValueError(f"`{name}` is at least 1, not {getattr(self, name)}.")
        for name in ("learning_rate", "clip_norm"):
            if not getattr(self, name) > 0:
                raise ValueError(f"`{name}` is above 0, not {getattr(self, name)}.")
        if not 0 < self.label_share <= 1:
            raise ValueError(
                f"`label_share` is above 0 and up to 1, not {self.label_share}."
            )
        if not 0 <= self.mixup < float("inf"):
            raise ValueError(f"`mixup` is at least 0, not {self.mixup}.")
        for name in ("label_smoothing", "average_weights", "weight_decay"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(
                    f"`{name}` is at least 0 and below 1, not {getattr(self, name)}."
                )
        if self.schedule not in SCHEDULES:
            raise ValueError(
                f"`schedule` is one of {SCHEDULES}, not {self.schedule!r}."
            )
        if isinstance(self.class_weight, str) and self.class_weight != BALANCED:
            raise ValueError(
                f"`class_weight` is {BALANCED!r}, None or a dict from the names of "
                f"classes to weights, not {self.class_weight!r}."
            )

    def optimizer_for(self, steps):
        """Adam as the options have it.

        Args:
            steps: int. Of an epoch.

        Returns:
            A `keras.optimizers.Adam`, which also averages the weights, and lets them
            decay, where asked.
        """
        averages = {"use_ema": True, "ema_momentum": self.average_weights}
        return keras.optimizers.Adam(
            self.learning_rate_for(steps),
            clipnorm=self.clip_norm,
            weight_decay=self.weight_decay or None,
            **(averages if self.average_weights else {}),
        )

    def learning_rate_for(self, steps):
        """Adam's learning rate, as Keras takes it.

        Args:
            steps: int. Of an epoch.

        Returns:
            A float, or a `keras.optimizers.schedules.CosineDecay`.
        """
        if self.schedule == "constant":
            return self.learning_rate
        return keras.optimizers.schedules.CosineDecay(
            self.learning_rate, steps * self.epochs
        )

    def batch_size_for(self, num_samples):
        """Samples of a batch: fewer where an epoch would have too few steps.

        Args:
            num_samples: int. Of the training split.

        Returns:
            An int.
        """
        size = max(self.least_batch, num_samples // self.least_steps)
        return min(self.batch_size, size, num_samples)

    def check_labels(self, corpus):
        """Refuse options that the labels have no use for.

        Args:
            corpus: `Corpus`.

        Raises:
            ValueError: if `label_smoothing` is above 0 and a sample has no class, or
                several; `class_weight` names a class that is not there; or `mixup` is
                above 0 and each step has a label.
        """
        several = corpus.target == EMOTIONS
        check_label_smoothing(self.label_smoothing, corpus.classes, several)
        self.class_weight_for(corpus)
        self._check_monitor(corpus.classes)
        if self.mixup and corpus.labels_per == "step":
            raise ValueError(
                f"`mixup={self.mixup}` needs a label a sequence, and each step of "
                f"{corpus.name} has one: take `mixup=0`."
            )

    def _check_monitor(self, classes):
        own = CLASS_LOGS if classes else SCORE_LOGS
        # Further losses are of some models alone.
        if self.monitor and self.monitor not in own and "_" not in self.monitor:
            raise ValueError(
                f"`monitor={self.monitor!r}` ends no log of these labels: it is one of "
                f"{list(own)}, or a further loss of the model by its whole name."
            )

    def check_inputs(self, corpus, modalities):
        """Refuse options that what a row reads has no use for.

        Args:
            corpus: `Corpus`, as the front ends prepared it.
            modalities: list of the modalities that the row reads.

        Raises:
            ValueError: if `mixup` is above 0 and the text is read as ids of words.
        """
        if self.mixup and "text" in modalities and TOKENS in corpus.modalities:
            raise ValueError(
                f"`mixup={self.mixup}` averages what samples are made of, and the ids "
                "of words have no mean: take `mixup=0`, leave the text out, or take a "
                "text encoder that is frozen."
            )

    def class_weight_for(self, corpus):
        """The weight of each class, as `fit` takes it.

        Args:
            corpus: `Corpus`; its training labels are counted.

        Returns:
            Dict from the index of a class to its weight, or `None`. Balanced weights
            are inverse to the count of the class, and 1 on the mean over the labels; of
            emotions they are the samples without one by those with it.
        """
        if corpus.classes is None or self.class_weight is None:
            return None
        if self.class_weight == BALANCED:
            labels = labelled(corpus.train)[0]
            if corpus.target == EMOTIONS:
                having, lacking = ((labels == n).sum(axis=0) for n in (1, 0))
                pairs = enumerate(zip(having, lacking, strict=True))
                return {i: float(n / m) for i, (m, n) in pairs if m and n}
            labels = labels[np.isfinite(labels)].astype(int)
            counts = np.bincount(labels, minlength=len(corpus.classes))
            share = len(labels) / max(np.count_nonzero(counts), 1)
            return {i: share / count for i, count in enumerate(counts) if count}
        unknown = sorted(set(self.class_weight) - set(corpus.classes))
        if unknown:
            raise ValueError(
                f"`class_weight` names {unknown}; the classes are {corpus.classes}."
            )
        places = {name: place for place, name in enumerate(corpus.classes)}
        return {places[name]: weight for name, weight in self.class_weight.items()}
