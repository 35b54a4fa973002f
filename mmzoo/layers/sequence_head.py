"""From a sequence to an answer (eq. 1-5; the last phase of Algorithms 1 and 2)."""

import keras

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.attention_pooling import AttentionPooling
from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.sequence_encoder import SequenceEncoder

LABELS_PER = ("sequence", "step")


@keras.saving.register_keras_serializable(package="mmzoo")
class SequenceHead(keras.layers.Layer):
    """R = RNN(sequence), answer = Dense(R): the paper's regression, or classes.

    On raw features this is the paper's LSTM baseline; on a translator's states it
    is the regressor of Algorithms 1 and 2. One part serves both, so a gain comes from
    the representation alone.

    Masking: takes a mask; answers of masked steps are meaningless.

    Args:
        units: int. Width of the recurrent layers. Defaults to `64`.
        num_layers: int. How many are stacked. Defaults to `1`.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        bidirectional: bool. Whether they read both ways. Defaults to `False`.
        pooling_attention: bool. Soft attention over time (eq. 3-4) in place of the
            last state, where the labels are one a sequence. Defaults to `False`.
        labels_per: `"sequence"` or `"step"`. Defaults to `"sequence"`.
        dropout: float. Fraction of the recurrent layers' inputs, and of what the
            answer is read from, dropped in training. Defaults to `0.0`.
        classes: optional int. How many classes are told apart; `None` answers with a
            score. Defaults to `None`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        training: bool. Whether dropout is active.

    Returns:
        Scores `(batch,)`, or `(batch, timesteps)` where labels are one a step; with
        classes their logits on a further axis.

    Example:
    ```python
    head = mmzoo.layers.SequenceHead(units=32, pooling_attention=True)
    head(keras.ops.ones((4, 10, 300))).shape  # (4,)
    ```

    Reference:
        - [Pham et al., 2018](https://arxiv.org/abs/1807.03915), eq. 1-5
    """

    def __init__(
        self,
        units=64,
        num_layers=1,
        cell="lstm",
        bidirectional=False,
        pooling_attention=False,
        labels_per="sequence",
        dropout=0.0,
        classes=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if labels_per not in LABELS_PER:
            raise ValueError(
                f"`labels_per` is one of {list(LABELS_PER)}, not {labels_per!r}."
            )
        if pooling_attention and labels_per == "step":
            raise ValueError(
                "`pooling_attention=True` pools a sequence into one answer, but "
                '`labels_per="step"` asks for one a step: use one of the two.'
            )
        self.units = units
        self.num_layers = num_layers
        self.cell = cell
        self.bidirectional = bidirectional
        self.pooling_attention = pooling_attention
        self.labels_per = labels_per
        self.dropout = dropout
        self.classes = classes
        dtype = self.dtype_policy
        self.encoder = SequenceEncoder(
            units,
            num_layers,
            cell,
            bidirectional,
            dropout,
            dtype=dtype,
            name="encoder",
        )
        self.pooling = (
            AttentionPooling(dtype=dtype, name="pooling") if pooling_attention else None
        )
        self.answer_head = AnswerHead(classes, dropout, dtype=dtype, name="answer_head")

    def build(self, input_shape):
        self.encoder.build((None, None, input_shape[-1]))
        features = self.encoder.output_dim
        if self.pooling is not None:
            self.pooling.build((None, None, features))
        self.answer_head.build((None, features))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None, training=None):
        states, last = self.encoder(inputs, mask=mask, training=training)
        if self.labels_per == "step":
            hidden = states
        elif self.pooling is not None:
            hidden = self.pooling(states, mask=mask)
        else:
            hidden = last
        return self.answer_head(hidden, training=training)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None, training=None):
        axes = 2 if self.labels_per == "step" else 1
        shape = (*inputs.shape[:axes], self.encoder.output_dim)
        hidden = keras.KerasTensor(shape, dtype=self.compute_dtype)
        return self.answer_head.compute_output_spec(hidden)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "num_layers": self.num_layers,
            "cell": self.cell,
            "bidirectional": self.bidirectional,
            "pooling_attention": self.pooling_attention,
            "labels_per": self.labels_per,
            "dropout": self.dropout,
            "classes": self.classes,
        }
