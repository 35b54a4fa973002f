"""MMMU-BA: modalities that attend to each other across the utterances of a dialogue."""

import itertools

import keras
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.layers.pairwise_attention import PairwiseAttention
from mmzoo.layers.utterance_context import UtteranceContext
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model
from mmzoo.ops.masking import masked_mean, observed_in_any

__all__ = ["IntermodalAttentionNetwork", "build_intermodal_attention_network"]


@keras.saving.register_keras_serializable(package="mmzoo")
class IntermodalAttentionNetwork(MultimodalModel):
    """Let two modalities at a time attend to each other across utterances.

    MMMU-BA. A bidirectional GRU and a dense layer read the utterances of a dialogue,
    the steps of a sequence, in each modality (`UtteranceContext`). In every pair of
    modalities, each utterance of one looks at all utterances of the other, and the
    other way round (`PairwiseAttention`). What all pairs give and the features of the
    modalities stand side by side before the answer.

    Masking: padding is attended to by none and changes nothing. Where a modality lacks
    an utterance, its features and what it attends to are zeros, through which the
    recurrence passes.

    Differs from the paper: padding takes no attention; there is one dropout, none of
    it recurrent; scores, and one answer for a sequence, are additions.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them. Their steps are the same utterances.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, answered from the mean over the steps, or `"step"`,
            a label an utterance. Defaults to `"sequence"`.
        units: int. Width of each GRU in each direction. Defaults to `64`.
        feature_dim: int. Width of each modality's features. Defaults to `100`.
        pairwise_attention: bool. Whether modalities attend to each other; if not, the
            answer is read from their features. Defaults to `True`.
        attention_scale: float. Factor on the scores before the softmax. Defaults to
            `1.0`.
        dropout: float. Of what each GRU and each dense layer reads. Defaults to `0.5`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)` or logits `(batch, classes)`; with
        labels one a step `(batch, timesteps)` or `(batch, timesteps, classes)`.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.models.IntermodalAttentionNetwork(dims, labels_per="step", units=16)
    ones = keras.ops.ones
    model({"audio": ones((2, 9, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Ghosal et al., 2018](https://aclanthology.org/D18-1382), and the authors'
          code, soujanyaporia/contextual-multimodal-fusion
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        feature_dim=100,
        pairwise_attention=True,
        attention_scale=1.0,
        dropout=0.5,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        self.units = units
        self.feature_dim = feature_dim
        self.pairwise_attention = pairwise_attention
        self.attention_scale = attention_scale
        self.dropout = dropout
        self.pairs = []
        if pairwise_attention:
            self.pairs = list(itertools.combinations(self.input_dims, 2))
        self._make_parts({"dtype": self.dtype_policy})
        self.built = True

    def _make_parts(self, named):
        self.modality_concat = ModalityConcat(
            self.input_dims, name="modality_concat", **named
        )
        self.contexts = {
            name: UtteranceContext(
                self.units,
                self.feature_dim,
                cell="gru",
                dropout=self.dropout,
                name=f"{name}_context",
                **named,
            )
            for name in self.input_dims
        }
        for name, context in self.contexts.items():
            context.build((None, None, self.input_dims[name]))
        width = self.feature_dim
        self.attention = PairwiseAttention(
            self.attention_scale, name="attention", **named
        )
        self.attention.build([(None, None, width)] * 2)
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            self.dropout,
            name="answer_head",
            **named,
        )
        joined = len(self.input_dims) + 2 * len(self.pairs)
        self.answer_head.build((None, width * joined))

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        features, masks = self._read(inputs, training)
        attended = [
            self.attention([features[x], features[y]], mask=[masks[x], masks[y]])
            for x, y in self.pairs
        ]
        # (batch, timesteps, (2 * pairs + modalities) * feature_dim)
        joined = ops.concatenate([*attended, *features.values()], axis=-1)
        if self.labels_per == "sequence":
            joined = masked_mean(joined, observed_in_any(masks.values()))
        return {self.target: self.answer_head(joined, training=training)}

    def _read(self, inputs, training=None):
        """The features and the mask of each modality, by its name."""
        frames, masks = self.modality_concat.apart(inputs)
        features = {}
        for name, context in self.contexts.items():
            features[name], _ = context(
                frames[name], mask=masks[name], training=training
            )
        return features, masks

    def attend(self, inputs):
        """How much of the others' attention each utterance of a modality gets.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict from modality to weights `(batch, timesteps)`, the mean over the
            utterances of the other modalities; they sum to 1 where both were observed.
            Empty without pairs.
        """
        features, masks = self._read(self.featurize(inputs))
        found = {}
        for x, y in self.pairs:
            pair, observed = [features[x], features[y]], [masks[x], masks[y]]
            _, of_y, of_x = self.attention(pair, mask=observed, return_attention=True)
            for name, weights, looking in ((y, of_y, masks[x]), (x, of_x, masks[y])):
                found.setdefault(name, []).append(masked_mean(weights, looking))
        return {name: sum(each) / len(each) for name, each in found.items()}

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "feature_dim": self.feature_dim,
            "pairwise_attention": self.pairwise_attention,
            "attention_scale": self.attention_scale,
            "dropout": self.dropout,
        }


@register_model
def build_intermodal_attention_network(
    input_dims, **options
) -> IntermodalAttentionNetwork:
    """Let two modalities at a time attend to each other across utterances.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `IntermodalAttentionNetwork`.

    Returns:
        An `IntermodalAttentionNetwork`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74, "video": 47}
    model = mmzoo.build_intermodal_attention_network(dims, labels_per="step", units=32)
    ```
    """
    return IntermodalAttentionNetwork(input_dims, **options)
