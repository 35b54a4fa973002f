"""The paper's LSTM baselines on one, two or three modalities (section 5.2)."""

import keras

from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.layers.sentiment_head import SentimentHead
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model
from mmzoo.ops.losses import masked_absolute_error


@keras.saving.register_keras_serializable(package="mmzoo")
class LSTMBaseline(MultimodalModel):
    """Concatenate the modalities at each step, then an LSTM, then a regression.

    Masking: see `ModalityConcat`.

    Args:
        input_dims: dict from modality to the number of its features.
        units: int. Width of the LSTM. Defaults to `64`.
        num_layers: int. Stacked layers. Defaults to `1`.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        bidirectional: bool. Whether it reads both ways. Defaults to `False`.
        attention: bool. Soft attention over time (eq. 3-4). Defaults to `False`.
        labels_per: `"sequence"` or `"step"`. Defaults to `"sequence"`.
        dropout: float. Defaults to `0.0`.
        clip: optional float. Limit of the standardised inputs. Defaults to `5.0`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with `"sentiment"`: `(batch,)`, or `(batch, timesteps)`.

    Example:
    ```python
    model = mmzoo.models.LSTMBaseline({"audio": 74, "text": 300}, units=32)
    ones = keras.ops.ones
    model({"audio": ones((2, 9, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Pham et al., 2018](https://arxiv.org/abs/1807.03915), section 5.2
    """

    label = "sentiment"

    def __init__(
        self,
        input_dims,
        units=64,
        num_layers=1,
        cell="lstm",
        bidirectional=False,
        attention=False,
        labels_per="sequence",
        dropout=0.0,
        clip=5.0,
        **kwargs,
    ):
        super().__init__(loss_names=["sentiment_mae"], **kwargs)
        self.modality_concat = ModalityConcat(
            input_dims, clip, dtype=self.dtype_policy, name="modality_concat"
        )
        self.head = SentimentHead(
            units,
            num_layers,
            cell,
            bidirectional,
            attention,
            labels_per,
            dropout,
            dtype=self.dtype_policy,
            name="head",
        )
        self.input_dims = self.modality_concat.input_dims
        self.head.build((None, None, sum(self.input_dims.values())))
        self.built = True

    @property
    def reads(self):
        """The modalities of a training batch."""
        return sorted(self.input_dims)

    @property
    def source(self):
        """The modalities that a prediction reads: all of them."""
        return self.reads

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def call(self, inputs, training=None):
        frames, mask = self.modality_concat(inputs)
        return {"sentiment": self.head(frames, mask=mask, training=training)}

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        error = masked_absolute_error(
            y["sentiment"], y_pred["sentiment"], y["sentiment_mask"], sample_weight
        )
        return {"sentiment_mae": (1.0, *error)}

    def get_config(self):
        head = self.head
        return {
            **super().get_config(),
            "input_dims": dict(self.input_dims),
            "units": head.units,
            "num_layers": head.num_layers,
            "cell": head.cell,
            "bidirectional": head.bidirectional,
            "attention": head.attention,
            "labels_per": head.labels_per,
            "dropout": head.dropout,
            "clip": self.modality_concat.clip,
        }


@register_model
def build_lstm_baseline(input_dims, **options):
    """The paper's baseline on the concatenation of any set of modalities.

    Args:
        input_dims: dict from modality to the number of its features; the model reads
            exactly these.
        **options: passed on to `LSTMBaseline`.

    Returns:
        An `LSTMBaseline`.

    Example:
    ```python
    model = mmzoo.build_lstm_baseline({"text": 300}, units=32, attention=True)
    ```
    """
    return LSTMBaseline(input_dims, **options)
