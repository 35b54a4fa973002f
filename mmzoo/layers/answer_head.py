"""The last layer of a model: scores or classes, for a sequence or each of its steps."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.ops.precision import wide_dtype


@keras.saving.register_keras_serializable(package="mmzoo")
class AnswerHead(keras.layers.Layer):
    """Dropout, optionally a hidden layer, and a dense layer to the answer.

    The axes before the features may be any, so one layer answers once a sequence and
    once a step. The answer is never narrower than float32, under any policy, because
    losses and probabilities are computed from it.

    Masking: every position is answered; the loss leaves out what is masked.

    Args:
        classes: optional int. How many classes there are; `None` answers with a score.
            Defaults to `None`.
        dropout: float. Fraction of the features dropped in training, before each dense
            layer. Defaults to `0.0`.
        hidden_dim: optional int. Width of a dense layer with ReLU before the last one.
            Defaults to `None`: there is none.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(..., features)`.
        training: bool. Whether dropout is active.

    Returns:
        Logits `(..., classes)`, or scores `(...,)`.

    Example:
    ```python
    head = mmzoo.layers.AnswerHead(classes=3)
    head(keras.ops.ones((4, 10, 32))).shape  # (4, 10, 3)
    ```
    """

    def __init__(self, classes=None, dropout=0.0, hidden_dim=None, **kwargs):
        super().__init__(**kwargs)
        self.classes = classes
        self.dropout = dropout
        self.hidden_dim = hidden_dim
        wide = wide_dtype(self.variable_dtype)
        self.supports_masking = True
        self.output_dropout = keras.layers.Dropout(
            dropout, dtype=self.dtype_policy, name="output_dropout"
        )
        self.hidden = None
        if hidden_dim:
            self.hidden = keras.layers.Dense(
                hidden_dim, "relu", dtype=wide, name="hidden"
            )
        self.answer = keras.layers.Dense(classes or 1, dtype=wide, name="answer")

    def build(self, input_shape):
        features = input_shape[-1]
        if self.hidden is not None:
            self.hidden.build((None, features))
            features = self.hidden_dim
        self.answer.build((None, features))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, training=None):
        # (..., features)
        for layer in filter(None, (self.hidden, self.answer)):
            inputs = layer(self.output_dropout(inputs, training=training))
        return inputs if self.classes else ops.squeeze(inputs, axis=-1)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, training=None):
        last = (self.classes,) if self.classes else ()
        shape = (*inputs.shape[:-1], *last)
        return keras.KerasTensor(shape, dtype=self.answer.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "classes": self.classes,
            "dropout": self.dropout,
            "hidden_dim": self.hidden_dim,
        }
