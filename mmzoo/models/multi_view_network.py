"""MV-LSTM: one LSTM whose views read a share of their own and each other's past."""

import keras

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.layers.multi_view_lstm import MultiViewLSTM
from mmzoo.models.by_modality import by_modality
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model

__all__ = ["MultiViewNetwork", "build_multi_view_network"]


@keras.saving.register_keras_serializable(package="mmzoo")
class MultiViewNetwork(MultimodalModel):
    """Read the modalities side by side, as views that see each other's past in part.

    MV-LSTM. `MultiViewLSTM` has cells for each modality, whose gates read that modality
    at the step, a share `alpha` of its own former states and a share `beta` of the
    others'. A dense layer answers from the states of all.

    Masking: see `ModalityConcat` and `MultiViewLSTM`. A modality that is missing at a
    step, or from a sample, is read as its mean.

    Differs from the paper: states are `s(o) tanh(c)`, the stock LSTM's, and not
    `s(o) c`; gates have a bias, as in the authors' code; frames are standardised on the
    training split.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them. Their steps are aligned.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"` or `"step"`. Defaults to `"sequence"`.
        units: int, or a dict of them by modality. Width of each view's states. Defaults
            to `64`.
        alpha: float from 0 to 1. Share of its own states that a view reads. Defaults to
            `0.1`.
        beta: float from 0 to 1. Share of each other view's states that it reads.
            Defaults to `1.0`.
        dropout: float. Of what the answer is made of. Defaults to `0.2`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)` or logits `(batch, classes)`; with
        labels one a step `(batch, timesteps)` or `(batch, timesteps, classes)`.

    Example:
    ```python
    model = mmzoo.models.MultiViewNetwork({"audio": 74, "text": 300}, units=16)
    ones = keras.ops.ones
    model({"audio": ones((2, 9, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Rajagopalan et al., 2016](https://doi.org/10.1007/978-3-319-46478-7_21)
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        alpha=0.1,
        beta=1.0,
        dropout=0.2,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        self.units = by_modality("units", units, self.input_dims)
        self.alpha = alpha
        self.beta = beta
        self.dropout = dropout
        named = {"dtype": self.dtype_policy}
        self.modality_concat = ModalityConcat(
            self.input_dims, name="modality_concat", **named
        )
        widths, dims = list(self.units.values()), list(self.input_dims.values())
        self.views = MultiViewLSTM(widths, dims, alpha, beta, name="views", **named)
        self.views.build((None, None, sum(dims)))
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            dropout,
            name="answer_head",
            **named,
        )
        self.answer_head.build((None, sum(widths)))
        self.built = True

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def call(self, inputs, training=None):
        frames, mask = self.modality_concat(self.featurize(inputs, training))
        states, last = self.views(frames, mask=mask)
        read = states if self.labels_per == "step" else last
        return {self.target: self.answer_head(read, training=training)}

    def get_config(self):
        return {
            **super().get_config(),
            "units": dict(self.units),
            "alpha": self.alpha,
            "beta": self.beta,
            "dropout": self.dropout,
        }


@register_model
def build_multi_view_network(input_dims, **options) -> MultiViewNetwork:
    """One LSTM whose views read a share of their own and of each other's past.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `MultiViewNetwork`.

    Returns:
        A `MultiViewNetwork`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74}
    model = mmzoo.build_multi_view_network(dims, units=32, alpha=1.0, beta=0.5)
    ```
    """
    return MultiViewNetwork(input_dims, **options)
