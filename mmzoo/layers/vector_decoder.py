"""Decode a sequence from one vector, as the factorization model does."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.recurrent import LSTM
from mmzoo.ops.precision import wide_dtype


@keras.saving.register_keras_serializable(package="mmzoo")
class VectorDecoder(keras.layers.Layer):
    """An LSTM that reads a vector at its first step and nothing after it.

    A dense layer makes a frame of each of its states. In the authors' code later steps
    read the state before them, as their input and as their state: `W h + U h`. An LSTM
    that reads zeros and has `W + U` as its recurrent kernel computes the same, in one
    pass of Keras' recurrence. `SequenceDecoder` decodes from a vector and the frames
    before each step.

    Masking: none, a vector has no steps.

    Args:
        output_dim: int. Features of a frame.
        units: int. Width of the LSTM. Defaults to `64`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        vectors: float tensor `(batch, features)`.
        num_steps: int, or an integer scalar tensor. Frames to decode. Defaults to `1`.

    Returns:
        Frames `(batch, num_steps, output_dim)`, never narrower than float32.

    Example:
    ```python
    decoder = mmzoo.layers.VectorDecoder(output_dim=74, units=32)
    decoder(keras.ops.ones((4, 16)), num_steps=10).shape  # (4, 10, 74)
    ```

    Reference:
        - [Tsai et al., 2019](https://arxiv.org/abs/1806.06176), and the authors' code,
          pliang279/factorized
    """

    def __init__(self, output_dim, units=64, **kwargs):
        super().__init__(**kwargs)
        self.output_dim = output_dim
        self.units = units
        self.lstm = LSTM(
            units, return_sequences=True, dtype=self.dtype_policy, name="lstm"
        )
        # Errors are computed from it.
        self.output_layer = keras.layers.Dense(
            output_dim, dtype=wide_dtype(self.variable_dtype), name="output"
        )

    def build(self, input_shape):
        self.lstm.build((None, None, input_shape[-1]))
        self.output_layer.build((None, None, self.units))
        keep_frozen(self)
        self.built = True

    def call(self, vectors, num_steps=1):
        # (num_steps, 1)
        first = ops.arange(num_steps, dtype="int32")[:, None] == 0
        read = ops.where(first, vectors[:, None], ops.zeros_like(vectors[:, None]))
        return self.output_layer(self.lstm(read))

    def compute_output_spec(self, vectors, num_steps=1):
        shape = (vectors.shape[0], num_steps, self.output_dim)
        return keras.KerasTensor(shape, self.output_layer.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "output_dim": self.output_dim,
            "units": self.units,
        }
