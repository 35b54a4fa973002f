"""DNN-LR after its abstract: a logistic regression on what two networks decide."""

import keras
import numpy as np
from keras import ops

from mmzoo.models.convolutional_fusion_network import convolutional_branches
from mmzoo.models.level_training import FUSION
from mmzoo.models.registry import register_model
from mmzoo.models.staged_fusion_model import StagedFusionModel

__all__ = ["StackedDecisionNetwork", "build_stacked_decision_network"]

# Decisions are as many times larger for the regression, whose weights so become as
# large as its few steps need them: Adam moves a weight by the learning rate a step.
SCALE = 20.0


@keras.saving.register_keras_serializable(package="mmzoo")
class StackedDecisionNetwork(StagedFusionModel):
    """A regression on the probabilities that a network for each modality gives.

    Late fusion by stacking: p_m = softmax(network_m(x_m)), and the answer is
    softmax(sum_m W_m p_m + b), a logistic regression, which begins as the mean of the
    decisions. It learns from a share of the training groups that the networks never
    saw, since on those that taught them it would learn how well they know these by
    heart. Of several emotions the probabilities are sigmoids; scores are read as they
    are, by a linear regression.

    Masking: as in `FusionModel`. A modality that is missing from a sample says nothing:
    of each probability that of knowing nothing is taken away first, and it is zeros.

    Args:
        input_dims: as in `StagedFusionModel`, like all others but for this.
        branches: dict from modality to a layer such as `SequenceBranch`, which pools.
        held_out: float. Share of the training groups that teach the regression alone;
            with 0 all teach both. Defaults to `0.2`.
        **kwargs: passed on to `StagedFusionModel`.

    Inputs:
        As in `FusionModel`.

    Returns:
        As of `StagedFusionModel`.

    Example:
    ```python
    branches = {"text": mmzoo.layers.SequenceBranch(16, pooling="convolution")}
    model = mmzoo.models.StackedDecisionNetwork({"text": 300}, branches)
    model.held_out  # 0.2
    ```

    Reference:
        - [Yu et al., 2016](https://doi.org/10.3390/a9020041)
    """

    def __init__(self, input_dims, branches, held_out=0.2, **kwargs):
        if not 0 <= held_out < 1:
            raise ValueError(
                f"`held_out` is a share from 0 to below 1, not {held_out}: 0.2 leaves "
                "the networks four fifths of the training groups."
            )
        super().__init__(input_dims, branches, **kwargs)
        self.held_out = held_out
        count, width = len(self.branches), self.fused_width(None)
        mean = np.tile(np.eye(width), (count, 1)) / count
        self.fusion_head.answers[0].kernel.assign(mean / SCALE)

    def fused_width(self, name):
        """One probability a class, or a score."""
        return len(self.classes) if self.classes else 1

    def level_parts(self, level):
        """As of `StagedFusionModel`; answers are read, and so learn with the whole."""
        parts = super().level_parts(level)
        return [*parts, *self.answer_heads.values()] if level is None else parts

    def taught_with(self, run, level):
        """The corpus without what is held out, and for the regression with it alone.

        Args:
            run: `mmzoo.training.TrainingRun`.
            level: one of `levels`.

        Returns:
            `Corpus`.
        """
        if not self.held_out:
            return run.corpus
        kept, held_out = run.held_out(self.held_out)
        return held_out if level == FUSION else kept

    def _fused(self, vectors, answers):
        return [SCALE * self._decision(each) for each in answers.values()]

    def _decision(self, answer):
        """Probabilities less those of knowing nothing; scores as they are."""
        if not self.classes:
            return answer[:, None]
        if self.several:
            return ops.sigmoid(answer) - 0.5
        return ops.softmax(answer, axis=-1) - 1 / len(self.classes)

    def get_config(self):
        return {**super().get_config(), "held_out": self.held_out}


@register_model(made_for=("image",))
def build_stacked_decision_network(
    input_dims,
    *,
    classes=None,
    target=None,
    labels_per="sequence",
    feature_dim=128,
    dropout=0.5,
    held_out=0.2,
    end_to_end=False,
    dtype=None,
):
    """Teach a network for each modality alone, and regress on what they decide.

    Args:
        input_dims: dict from modality to what makes its frames, such as an
            `ImageEncoder` for `"image"` and a `WordEmbedding` for `"text"`; or an int,
            the width of frames that are given ready.
        classes: optional list of names of classes; `None` answers with a score.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, the only one.
        feature_dim: int. Width of the vector that each network decides by. Defaults to
            `128`.
        dropout: float. Of what each network pools. Defaults to `0.5`.
        held_out: float. Share of the training groups that teach the regression alone.
            Defaults to `0.2`.
        end_to_end: bool. Whether all is trained together, in one phase, on all training
            samples. Defaults to `False`.
        dtype: optional dtype or policy of all that is made here; front ends bring their
            own. Defaults to `None`: that of Keras.

    Returns:
        A `StackedDecisionNetwork`.

    Example:
    ```python
    ends = {
        "image": mmzoo.layers.ImageEncoder(width=0.25),
        "text": mmzoo.layers.WordEmbedding(["good", "bad"]),
    }
    model = mmzoo.build_stacked_decision_network(ends, classes=["sad", "glad"])
    model.levels  # ["image", "text", "fusion"]
    ```
    """
    return StackedDecisionNetwork(
        input_dims,
        convolutional_branches(input_dims, feature_dim, dropout, dtype),
        held_out,
        classes=classes,
        target=target,
        labels_per=labels_per,
        dropout=0.0,
        end_to_end=end_to_end,
        dtype=dtype,
    )
