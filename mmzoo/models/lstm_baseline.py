"""The paper's LSTM baselines on one, two or three modalities (section 5.2)."""

import keras

from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.layers.sequence_head import SequenceHead
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model


@keras.saving.register_keras_serializable(package="mmzoo")
class LSTMBaseline(MultimodalModel):
    """Concatenate the modalities at each step, then an LSTM, then an answer.

    With `every=6, units=100` on the facial features of frames it is LSTM-FA, a
    baseline of comparisons on CMU-MOSI, as they describe it.

    Masking: see `ModalityConcat`. Steps that `every` leaves out are read no more than
    masked ones.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them; the model reads exactly these.
        classes: optional list of names of classes; `None` answers with a score.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"` or `"step"`. Defaults to `"sequence"`.
        units: int. Width of the LSTM. Defaults to `64`.
        num_layers: int. Stacked layers. Defaults to `1`.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        bidirectional: bool. Whether it reads both ways. Defaults to `False`.
        pooling_attention: bool. Soft attention over time (eq. 3-4). Defaults to
            `False`.
        dropout: float. Defaults to `0.0`.
        clip: optional float. Limit of the standardised inputs. Defaults to `5.0`.
        every: int. Only the first of so many steps is read: 6 of LSTM-FA, whose steps
            are frames. Steps that are words are all read. Defaults to `1`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or `(batch, timesteps)` with labels
        one a step; with classes their logits on a further axis.

    Example:
    ```python
    model = mmzoo.models.LSTMBaseline({"audio": 74, "text": 300}, units=32)
    ones = keras.ops.ones
    model({"audio": ones((2, 9, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Pham et al., 2018](https://arxiv.org/abs/1807.03915), section 5.2
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        num_layers=1,
        cell="lstm",
        bidirectional=False,
        pooling_attention=False,
        dropout=0.0,
        clip=5.0,
        every=1,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        self._check_every(every)
        self.every = every
        self.modality_concat = ModalityConcat(
            self.input_dims, clip, dtype=self.dtype_policy, name="modality_concat"
        )
        self.head = SequenceHead(
            units,
            num_layers,
            cell,
            bidirectional,
            pooling_attention,
            labels_per,
            dropout,
            len(self.classes) if classes else None,
            dtype=self.dtype_policy,
            name="head",
        )
        self.head.build((None, None, sum(self.input_dims.values())))
        self.built = True

    def _check_every(self, every):
        if every < 1:
            raise ValueError(f"`every` is at least 1, not {every}.")
        if every > 1 and self.labels_per == "step":
            raise ValueError(
                '`labels_per="step"` asks for an answer to each step, and '
                f"`every={every}` leaves steps out: use one of the two."
            )

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def call(self, inputs, training=None):
        frames, mask = self.modality_concat(self.featurize(inputs, training))
        frames, mask = frames[:, :: self.every], mask[:, :: self.every]
        return {self.target: self.head(frames, mask=mask, training=training)}

    def get_config(self):
        head = self.head
        return {
            **super().get_config(),
            "units": head.units,
            "num_layers": head.num_layers,
            "cell": head.cell,
            "bidirectional": head.bidirectional,
            "pooling_attention": head.pooling_attention,
            "dropout": head.dropout,
            "clip": self.modality_concat.clip,
            "every": self.every,
        }


@register_model
def build_lstm_baseline(input_dims, **options) -> LSTMBaseline:
    """The paper's baseline on the concatenation of any set of modalities.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `LSTMBaseline`.

    Returns:
        An `LSTMBaseline`.

    Example:
    ```python
    model = mmzoo.build_lstm_baseline({"text": 300}, units=32, pooling_attention=True)
    ```
    """
    return LSTMBaseline(input_dims, **options)
