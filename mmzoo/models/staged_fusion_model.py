"""A network for each modality, trained to answer alone, and a fusion of what it is."""

import keras

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.models.fusion_model import FusionModel
from mmzoo.models.level_training import FUSION, LevelTraining


@keras.saving.register_keras_serializable(package="mmzoo")
class StagedFusionModel(LevelTraining, FusionModel):
    """A `FusionModel` whose branches are taught one by one before they are fused.

    Each branch has an answer of its own. A phase for each modality trains its branch by
    this answer; the last one trains the fusion head on the vectors of the branches,
    which are frozen then.

    Masking: as in `FusionModel`. A modality that is missing from a sample is zeros in
    the fusion.

    Args:
        input_dims: as in `FusionModel`, like all others but for these.
        branches: dict from modality to a layer such as `SequenceBranch`, which pools.
        classes: optional list of names of classes; `None` answers with a score.
        target: optional name of the answer.
        labels_per: `"sequence"`, the only one.
        fusion: method of `FusionHead`. Defaults to `"concat"`.
        dropout: float. Of the head and of the answers of the modalities. Defaults to
            `0.4`.
        fusion_options: optional dict, passed on to `FusionHead`.
        end_to_end: bool. Whether branches and fusion are trained together, in one phase
            and by the fused answer alone. Defaults to `False`.
        level: optional str. The level that is trained alone, see `train_level`.
            Defaults to `None`: all.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        As in `FusionModel`.

    Returns:
        Dict with the target: logits `(batch, classes)`, or scores `(batch,)`. Beside
        it, what each modality tells by itself, such as `"emotion_text"`.

    Example:
    ```python
    branches = {"text": mmzoo.layers.SequenceBranch(16, pooling="convolution")}
    model = mmzoo.models.StagedFusionModel({"text": 300}, branches)
    found = model({"text": keras.ops.ones((2, 9, 300))})
    sorted(found)  # ["sentiment", "sentiment_text"]
    ```
    """

    def __init__(
        self,
        input_dims,
        branches,
        classes=None,
        target=None,
        labels_per="sequence",
        fusion="concat",
        dropout=0.4,
        fusion_options=None,
        end_to_end=False,
        level=None,
        **kwargs,
    ):
        super().__init__(
            input_dims,
            branches,
            classes,
            target,
            labels_per,
            fusion=fusion,
            dropout=dropout,
            fusion_options=fusion_options,
            **kwargs,
        )
        self.end_to_end = end_to_end
        self.answer_heads = {}
        for name, branch in self.branches.items():
            self.answer_heads[name] = AnswerHead(
                len(self.classes) if self.classes else None,
                dropout,
                dtype=self.dtype_policy,
                name=f"{name}_answer",
            )
            self.answer_heads[name].build((None, branch.output_dim))
        self.levels = [*self.branches, FUSION]
        self.begin_levels(level)

    def level_parts(self, level):
        """A branch with its answer, or the fusion; together all but these answers."""
        if level is None:
            return [*self.branches.values(), self.fusion_head]
        if level == FUSION:
            return [self.fusion_head]
        return [self.branches[level], self.answer_heads[level]]

    def call(self, inputs, training=None):
        # What is frozen gives the vectors that it gives in prediction; pictures would
        # be augmented else.
        below = False if self.level == FUSION else training
        inputs = self._whole(inputs, below)
        if self.level not in (None, FUSION):
            vector, _ = self._read_one(self.level, inputs, training)
            answer = self.answer_heads[self.level](vector, training=training)
            return {self.target: answer}
        vectors, present = super()._read(inputs, below)
        answers = self._answers(vectors, below)
        read = self._fused(vectors, answers)
        fused = self.fusion_head(read, present, training=training)
        return {
            self.target: fused if self.classes else fused[:, 0],
            **{f"{self.target}_{name}": each for name, each in answers.items()},
        }

    def _read(self, inputs, training=None):
        vectors, present = super()._read(inputs, training)
        return self._fused(vectors, self._answers(vectors, training)), present

    def _answers(self, vectors, training):
        """What each modality tells by itself, by its name."""
        named = zip(self.answer_heads.items(), vectors, strict=True)
        return {name: head(vector, training=training) for (name, head), vector in named}

    def _fused(self, vectors, answers):
        """What the head reads of each modality, in their order."""
        return vectors

    def get_config(self):
        return {
            **super().get_config(),
            "end_to_end": self.end_to_end,
            "level": self.level,
        }
