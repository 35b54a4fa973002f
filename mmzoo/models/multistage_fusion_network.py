"""RMFN: LSTMs coupled by what is fused of all their states in several stages."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.lstm_system import lstm_step
from mmzoo.models.hybrid_fusion_model import HybridFusionModel
from mmzoo.models.registry import register_model
from mmzoo.ops.masking import masked_softmax
from mmzoo.ops.precision import wide_dtype

__all__ = [
    "MultistageFusion",
    "MultistageFusionNetwork",
    "build_multistage_fusion_network",
]


@keras.saving.register_keras_serializable(package="mmzoo")
class MultistageFusion(keras.layers.Layer):
    """Highlight some of the states of all modalities and fuse them, stage by stage.

    The multistage fusion process. With the states h of all modalities side by side, at
    each of the stages k = 1 to K

    * highlight: `a^k = softmax(A(f_H(h)))`, `h^k = a^k h`;
    * fuse: `s^k = f_F(h^k)`;

    and then summarize: `z = S([s^1, ..., s^K])`. f_H and f_F are LSTMs whose steps are
    the stages, A is a dense layer and S a perceptron of one hidden layer. Both LSTMs
    start from zeros, and have forgotten the stages of the time step before. The entries
    of the softmax are features, not steps or modalities. All of it is computed in
    float32.

    The stages are unrolled, being few, by `lstm_step`: f_H reads the same h at all of
    them, so that what its gates make of h is computed once, which Keras' `LSTMCell`
    would compute at each.

    Masking: takes states, which a mask has shaped before. A modality that is missing
    has zeros, of which any stage sees zeros.

    Args:
        output_dim: int. Width of z.
        num_stages: int. How many stages there are, K; at least 2. Defaults to `3`.
        hidden_dim: int. Width of both LSTMs and of the hidden layer of S. Defaults to
            `64`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        hidden: float tensor `(..., sum of units)`.
        return_attention: bool. Whether the weights are returned too.

    Returns:
        z `(..., output_dim)`. With `return_attention`, also the weights `(...,
        num_stages, sum of units)`, which sum to 1 along the last axis.

    Example:
    ```python
    fusion = mmzoo.models.MultistageFusion(output_dim=6)
    fusion(keras.ops.ones((2, 12))).shape  # (2, 6)
    ```

    Reference:
        - [Liang et al., 2018](https://arxiv.org/abs/1808.03920), "Multistage Fusion
          Process"
    """

    def __init__(self, output_dim, num_stages=3, hidden_dim=64, **kwargs):
        super().__init__(autocast=False, **kwargs)
        if num_stages < 2:
            raise ValueError(
                f"`num_stages` is at least 2, not {num_stages}: in one stage nothing "
                "is fused with what was fused before."
            )
        self.output_dim = output_dim
        self.num_stages = num_stages
        self.hidden_dim = hidden_dim
        self.wide = wide_dtype(self.variable_dtype)

    def build(self, input_shape):
        width, hidden = input_shape[-1], self.hidden_dim
        self.highlight = self._dense("highlight", width, 4 * hidden)
        self.highlight_recurrent = self._recurrent_kernel("highlight")
        self.attention = self._dense("attention", hidden, width)
        self.fuse = self._dense("fuse", width, 4 * hidden)
        self.fuse_recurrent = self._recurrent_kernel("fuse")
        self.summarize_hidden = self._dense(
            "summarize_hidden", self.num_stages * hidden, hidden, "relu"
        )
        self.summarize = self._dense("summarize", hidden, self.output_dim)
        keep_frozen(self)
        self.built = True

    def _dense(self, name, features, units, activation=None):
        layer = keras.layers.Dense(units, activation, dtype=self.wide, name=name)
        layer.build((None, features))
        return layer

    def _recurrent_kernel(self, name):
        return self.add_weight(
            shape=(self.hidden_dim, 4 * self.hidden_dim),
            initializer="orthogonal",
            autocast=False,
            name=f"{name}_recurrent_kernel",
        )

    def call(self, hidden, return_attention=False):
        hidden = ops.cast(hidden, self.wide)
        projected = self.highlight(hidden)
        start = ops.zeros_like(projected[..., : self.hidden_dim])
        highlighting, fusing = (start, start), (start, start)
        weights, fused = [], []
        for _ in range(self.num_stages):
            highlighting = _stage(projected, self.highlight_recurrent, *highlighting)
            weights.append(masked_softmax(self.attention(highlighting[0])))
            projected_part = self.fuse(weights[-1] * hidden)
            fusing = _stage(projected_part, self.fuse_recurrent, *fusing)
            fused.append(fusing[0])
        summary = self.summarize_hidden(ops.concatenate(fused, axis=-1))
        summary = self.summarize(summary)
        return (summary, ops.stack(weights, axis=-2)) if return_attention else summary

    def compute_output_spec(self, hidden, return_attention=False):
        before, width = hidden.shape[:-1], hidden.shape[-1]
        fused = keras.KerasTensor((*before, self.output_dim), self.wide)
        weights = keras.KerasTensor((*before, self.num_stages, width), self.wide)
        return (fused, weights) if return_attention else fused

    def get_config(self):
        return {
            **super().get_config(),
            "output_dim": self.output_dim,
            "num_stages": self.num_stages,
            "hidden_dim": self.hidden_dim,
        }


def _stage(projected, recurrent, hidden, cells):
    """The states of an LSTM after one more stage."""
    return lstm_step(projected + ops.matmul(hidden, recurrent), cells)


@keras.saving.register_keras_serializable(package="mmzoo")
class MultistageFusionNetwork(HybridFusionModel):
    """LSTMs coupled by what is fused of all their states in several stages.

    The recurrent multistage fusion network, RMFN. At each step `MultistageFusion`
    fuses the states of all modalities, a few of them at each stage, and `HybridLSTM`
    lets every modality read the fused vector at its next step. A perceptron answers
    from the states and the fused vector at the last step, or at every step.

    Masking: a masked step of a modality leaves its LSTM as it is, a step at which no
    modality was observed leaves the fused vector too, so that neither padding nor gaps
    change an answer. The states of a modality that is missing from a sample are zeros.

    Differs from the paper: the LSTMs of the stages start from zeros, and their forms
    and those of A and S, see `MultistageFusion`, are ours; dropout is on the fused
    vector that the LSTMs read, the same entries at all steps, and in the answer; frames
    are standardised on the training split.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them. Their steps are aligned.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"` or `"step"`. Defaults to `"sequence"`.
        units: int, or a dict of them by modality. Width of each LSTM. Defaults to `64`.
        num_stages: int. How many stages there are at each step. Defaults to `3`.
        fused_dim: int. Width of the fused vector that couples the LSTMs. Defaults to
            `64`.
        hidden_dim: int. Width of the LSTMs of the stages, and of the hidden layer of
            each perceptron. Defaults to `64`.
        dropout: float. Of the fused vector, and of what the answer is made of.
            Defaults to `0.3`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)` or logits `(batch, classes)`; with
        labels one a step `(batch, timesteps)` or `(batch, timesteps, classes)`.

    Example:
    ```python
    model = mmzoo.models.MultistageFusionNetwork({"audio": 74, "text": 300}, units=16)
    ones = keras.ops.ones
    model({"audio": ones((2, 9, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Liang et al., 2018](https://arxiv.org/abs/1808.03920)
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        num_stages=3,
        fused_dim=64,
        hidden_dim=64,
        dropout=0.3,
        **kwargs,
    ):
        answers = classes, target, labels_per
        super().__init__(input_dims, *answers, units, hidden_dim, dropout, **kwargs)
        self.num_stages = num_stages
        self.fused_dim = fused_dim
        fusion = MultistageFusion(
            fused_dim, num_stages, hidden_dim, dtype=self.dtype_policy, name="fusion"
        )
        self.couple_by(fusion)

    def get_config(self):
        more = {"num_stages": self.num_stages, "fused_dim": self.fused_dim}
        return {**super().get_config(), **more}


@register_model
def build_multistage_fusion_network(input_dims, **options) -> MultistageFusionNetwork:
    """LSTMs coupled by what is fused of all their states in several stages.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `MultistageFusionNetwork`.

    Returns:
        A `MultistageFusionNetwork`.

    Example:
    ```python
    model = mmzoo.build_multistage_fusion_network({"text": 300, "audio": 74}, units=32)
    ```
    """
    return MultistageFusionNetwork(input_dims, **options)
