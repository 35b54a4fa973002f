"""One vector from the sequence of one modality, as tensor fusions take it."""

import keras

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.sequence_encoder import SequenceEncoder
from mmzoo.ops.masking import masked_mean


@keras.saving.register_keras_serializable(package="mmzoo")
class ModalityEmbedding(keras.layers.Layer):
    """One vector from the sequence of one modality.

    Words are read in their order: `z = W h_T + b`, where `h_T` is the last state of an
    LSTM. Audio and video are read as the mean of their steps, which three dense layers
    with ReLU turn into the vector.

    Masking: takes a mask. What masked steps hold counts nowhere; a recurrence
    passes through a gap with zeros. A row with nothing observed gives what the
    dense layers make of zeros.

    Args:
        output_dim: int. Width of the vector.
        units: int. Width of the LSTM; 0 reads the mean instead. Defaults to `0`.
        dropout: float. Fraction of the LSTM's inputs, or of the mean, dropped in
            training. Defaults to `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        training: bool. Whether dropout is active.

    Returns:
        Float tensor `(batch, output_dim)`.

    Example:
    ```python
    embedding = mmzoo.layers.ModalityEmbedding(32)
    embedding(keras.ops.ones((4, 10, 74))).shape  # (4, 32)
    ```

    Reference:
        - [Zadeh et al., 2017](https://arxiv.org/abs/1707.07250), "Modality Embedding
          Subnetworks"
    """

    def __init__(self, output_dim, units=0, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.output_dim = output_dim
        self.units = units
        self.dropout = dropout
        self.supports_masking = True
        named = {"dtype": self.dtype_policy}
        self.encoder = None
        if units:
            self.encoder = SequenceEncoder(
                units, dropout=dropout, name="encoder", **named
            )
        self.mean_dropout = keras.layers.Dropout(dropout, name="mean_dropout", **named)
        # What the LSTM has read is only projected.
        activation, count = ("linear", 1) if units else ("relu", 3)
        self.dense = [
            keras.layers.Dense(output_dim, activation, name=f"dense_{index}", **named)
            for index in range(count)
        ]

    def build(self, input_shape):
        features = input_shape[-1]
        if self.encoder is not None:
            self.encoder.build((None, None, features))
            features = self.units
        for layer in self.dense:
            layer.build((None, features))
            features = self.output_dim
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None, training=None):
        if self.encoder is not None:
            _, vector = self.encoder(inputs, mask=mask, training=training)
        else:
            vector = self.mean_dropout(masked_mean(inputs, mask), training=training)
        for layer in self.dense:
            vector = layer(vector)
        return vector

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return input_shape[0], self.output_dim

    def get_config(self):
        return {
            **super().get_config(),
            "output_dim": self.output_dim,
            "units": self.units,
            "dropout": self.dropout,
        }
