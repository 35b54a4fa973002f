"""BC-LSTM: utterances in the context of their dialogue, by modality and then fused."""

import keras
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.frozen_parts import set_trainable, trainable_exceptions
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.layers.utterance_context import UtteranceContext
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model
from mmzoo.ops.masking import observed_in_any

__all__ = ["ContextualLSTM", "build_contextual_lstm"]

FUSION = "fusion"


@keras.saving.register_keras_serializable(package="mmzoo")
class ContextualLSTM(MultimodalModel):
    """Read utterances in the context of their dialogue, by modality and then fused.

    BC-LSTM. On the first level a bidirectional LSTM for each modality reads the
    utterances of a dialogue, the steps of a sequence, and answers by itself
    (`UtteranceContext`, `AnswerHead`). On the second level another one reads the
    features of all modalities side by side. Levels are trained one after the other:
    a phase for each modality, then the fusion on the frozen features. With one
    modality there is the first level alone.

    Masking: padding changes nothing, and neither do utterances that a modality lacks:
    its features are zeros there. See `UtteranceContext`.

    Differs from the paper: there is one dropout, less than the authors' 0.9; the last
    dense layer answers, no support vector machine; scores are an addition.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them. Their steps are the same utterances.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"` or `"step"`, a label an utterance. Defaults to
            `"sequence"`.
        units: int. Width of each LSTM in each direction. Defaults to `64`.
        feature_dim: int. Width of each modality's features on the first level.
            Defaults to `100`.
        hidden_dim: int. Width of the fused features on the second level. Defaults to
            `500`.
        bidirectional: bool. Whether utterances that follow are read too; if not, this
            is the paper's sc-LSTM. Defaults to `True`.
        dropout: float. Of what each LSTM and each dense layer reads. Defaults to
            `0.5`.
        end_to_end: bool. Whether both levels are trained together, in one phase and
            by the fused answer alone. Defaults to `False`.
        level: optional str. The level that is trained alone, see `train_level`.
            Defaults to `None`: all.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)` or logits `(batch, classes)`; with
        labels one a step `(batch, timesteps)` or `(batch, timesteps, classes)`. Beside
        it, where there are several modalities, what each tells by itself, such as
        `"sentiment_text"`.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.models.ContextualLSTM(dims, labels_per="step", units=16)
    ones = keras.ops.ones
    model({"audio": ones((2, 9, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Poria et al., 2017](https://aclanthology.org/P17-1081), and the authors'
          code, soujanyaporia/contextual-utterance-level-multimodal-sentiment-analysis
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        feature_dim=100,
        hidden_dim=500,
        bidirectional=True,
        dropout=0.5,
        end_to_end=False,
        level=None,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        self.units = units
        self.feature_dim = feature_dim
        self.hidden_dim = hidden_dim
        self.bidirectional = bidirectional
        self.dropout = dropout
        self.end_to_end = end_to_end
        self.modality_concat = ModalityConcat(
            self.input_dims, name="modality_concat", dtype=self.dtype_policy
        )
        self.contexts, self.answer_heads = {}, {}
        for name, features in self.input_dims.items():
            self._add_level(name, features, feature_dim, "tanh")
        self.levels = list(self.input_dims)
        if len(self.levels) > 1:
            joined = feature_dim * len(self.levels)
            self._add_level(FUSION, joined, hidden_dim, "relu")
            self.levels.append(FUSION)
        # Of front ends, those that learn do so with the first level.
        self._front_ends_that_learn = {
            name: trainable_exceptions(end)
            for name, end in self.front_ends.items()
            if end.trainable
        }
        self.train_level(level)
        self.built = True

    def _add_level(self, name, features, width, activation):
        """A context and the answer from it, of a modality or of all."""
        named = {"dtype": self.dtype_policy}
        self.contexts[name] = UtteranceContext(
            self.units,
            width,
            bidirectional=self.bidirectional,
            activation=activation,
            dropout=self.dropout,
            name=f"{name}_context",
            **named,
        )
        self.contexts[name].build((None, None, features))
        self.answer_heads[name] = AnswerHead(
            len(self.classes) if self.classes else None,
            self.dropout,
            name=f"{name}_answer",
            **named,
        )
        self.answer_heads[name].build((None, width))

    @property
    def reads_to_answer(self):
        """Raw input of front ends that learn, also in a phase that leaves them be."""
        learning = {
            name: self.front_ends[name].raw for name in self._front_ends_that_learn
        }
        return sorted(learning.get(name, name) for name in self.source)

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def train_level(self, level):
        """Train one level alone, as a phase does. Compile after this call.

        While a modality is trained, the answer of the model is what that modality
        tells by itself; no other phase trains this answer.

        Args:
            level: optional str. A modality, whose context and answer are trained on
                the first level; `"fusion"`, the second level on the first as it is;
                `None`, the contexts of both and the fused answer together.
        """
        if level not in (None, *self.levels):
            raise ValueError(f"`level` is one of {self.levels} or None, not {level!r}.")
        self.level = level
        for name in self.levels:
            alone = level == name
            set_trainable(self.contexts[name], alone or level is None)
            answers = alone or (level is None and name == self.levels[-1])
            set_trainable(self.answer_heads[name], answers)
        for name, exceptions in self._front_ends_that_learn.items():
            set_trainable(self.front_ends[name], level in (None, name), exceptions)
        # What was compiled is of another level.
        self.train_function = self.test_function = self.predict_function = None

    def train_phases(self, run):
        """Train each modality on the first level, then the second on all of them.

        Args:
            run: `mmzoo.training.TrainingRun`, whose `fit` trains one phase.
        """
        if self.end_to_end or len(self.levels) == 1:
            super().train_phases(run)
            return
        for level in self.levels:
            self.train_level(level)
            run.fit(level, self, run.corpus, self.reads, self.monitor)
        self.train_level(None)

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        # All of them, so that a batch that lacks one is refused.
        frames, masks = self.modality_concat.apart(inputs)
        level = self.level or self.levels[-1]
        if level != FUSION:
            features = self._of_modality(frames, masks, level, training)
            return {self.target: self._answer(level, features, training)}
        # What is frozen gives the features that it gives in prediction.
        below = training if self.level is None else False
        each = {
            name: self._of_modality(frames, masks, name, below)
            for name in self.input_dims
        }
        joined = ops.concatenate([steps for steps, _ in each.values()], axis=-1)
        joint = observed_in_any(masks.values())
        fused = self.contexts[FUSION](joined, mask=joint, training=training)
        return {
            self.target: self._answer(FUSION, fused, training),
            **{
                f"{self.target}_{name}": self._answer(name, features, False)
                for name, features in each.items()
            },
        }

    def _of_modality(self, frames, masks, name, training):
        """A modality's features `(batch, timesteps, ...)`, and of the sequence."""
        return self.contexts[name](frames[name], mask=masks[name], training=training)

    def _answer(self, level, features, training):
        steps, whole = features
        read = steps if self.labels_per == "step" else whole
        return self.answer_heads[level](read, training=training)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "feature_dim": self.feature_dim,
            "hidden_dim": self.hidden_dim,
            "bidirectional": self.bidirectional,
            "dropout": self.dropout,
            "end_to_end": self.end_to_end,
            "level": self.level,
        }


@register_model
def build_contextual_lstm(input_dims, **options) -> ContextualLSTM:
    """Read utterances in the context of their dialogue, by modality and then fused.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `ContextualLSTM`.

    Returns:
        A `ContextualLSTM`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74, "video": 47}
    model = mmzoo.build_contextual_lstm(dims, labels_per="step", units=32)
    ```
    """
    return ContextualLSTM(input_dims, **options)
