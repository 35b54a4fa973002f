"""A perceptron of one hidden layer."""

import keras

from mmzoo.layers.frozen_parts import keep_frozen


@keras.saving.register_keras_serializable(package="mmzoo")
class Perceptron(keras.layers.Layer):
    """A dense layer with ReLU, dropout, and a second dense layer.

    The axes before the features may be any. `AnswerHead` drops before each of its
    layers and answers in float32; `keras.Sequential` takes no dtype policy.

    Masking: every position is computed by itself; a mask is passed on.

    Args:
        output_dim: int. Width of the second layer.
        hidden_dim: int. Width of the first. Defaults to `64`.
        activation: optional name of the second layer's activation. Defaults to `None`.
        dropout: float. Fraction of the hidden layer dropped in training. Defaults to
            `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(..., features)`.
        training: bool. Whether dropout is active.

    Returns:
        Float tensor `(..., output_dim)`.

    Example:
    ```python
    perceptron = mmzoo.layers.Perceptron(3, hidden_dim=8)
    perceptron(keras.ops.ones((2, 9, 5))).shape  # (2, 9, 3)
    ```
    """

    def __init__(
        self, output_dim, hidden_dim=64, activation=None, dropout=0.0, **kwargs
    ):
        super().__init__(**kwargs)
        self.output_dim = output_dim
        self.hidden_dim = hidden_dim
        self.activation = activation
        self.dropout = dropout
        self.supports_masking = True
        named = {"dtype": self.dtype_policy}
        self.hidden = keras.layers.Dense(hidden_dim, "relu", name="hidden", **named)
        self.hidden_dropout = keras.layers.Dropout(
            dropout, name="hidden_dropout", **named
        )
        self.last = keras.layers.Dense(output_dim, activation, name="last", **named)

    def build(self, input_shape):
        self.hidden.build((None, input_shape[-1]))
        self.last.build((None, self.hidden_dim))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, training=None):
        hidden = self.hidden_dropout(self.hidden(inputs), training=training)
        return self.last(hidden)

    def compute_output_shape(self, input_shape):
        return *input_shape[:-1], self.output_dim

    def get_config(self):
        return {
            **super().get_config(),
            "output_dim": self.output_dim,
            "hidden_dim": self.hidden_dim,
            "activation": self.activation,
            "dropout": self.dropout,
        }
