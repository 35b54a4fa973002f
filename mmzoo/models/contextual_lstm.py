"""BC-LSTM: utterances in the context of their dialogue, by modality and then fused."""

import keras
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.layers.utterance_context import UtteranceContext
from mmzoo.models.level_training import FUSION, LevelTraining
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model
from mmzoo.ops.masking import observed_in_any

__all__ = ["ContextualLSTM", "build_contextual_lstm"]


@keras.saving.register_keras_serializable(package="mmzoo")
class ContextualLSTM(LevelTraining, MultimodalModel):
    """Read utterances in the context of their dialogue, by modality and then fused.

    BC-LSTM. On the first level a bidirectional LSTM for each modality reads the
    utterances of a dialogue, the steps of a sequence, and answers by itself
    (`UtteranceContext`, `AnswerHead`). On the second level another one reads the
    features of all modalities side by side. Levels are trained one after the other:
    a phase for each modality, then the fusion on the frozen features. With one
    modality there is the first level alone.

    Masking: padding changes nothing. Where a modality lacks an utterance, its features
    are zeros, and the recurrence passes through them. See `UtteranceContext`.

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
        self.begin_levels(level)
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
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def level_parts(self, level):
        """The context and the answer of a level; together all contexts, one answer."""
        heads = self.answer_heads
        if level is None:
            return [*self.contexts.values(), heads[self.levels[-1]]]
        return [self.contexts[level], heads[level]]

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
