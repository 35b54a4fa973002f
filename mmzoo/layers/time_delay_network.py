"""What networks of time delay layers share: steps of frames, and their mask."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen


class TimeDelayNetwork(keras.layers.Layer):
    """Reads the frames of a spectrogram, and gives as many steps.

    A subclass makes its layers and sets `output_dim` in its constructor, and has
    `build_layers` and `read`.

    Masking: takes a mask, and gives it back.

    Args:
        width: float. Factor on the filters. Defaults to `1.0`.
        dropout: float. Fraction of the last layer's features dropped in training.
            Defaults to `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, frames, bins)`, standardised.
        mask: optional boolean tensor `(batch, frames)`, True = observed.
        training: bool. Whether dropout is active and statistics are the batch's.

    Returns:
        Float tensor `(batch, frames, output_dim)`, and its mask `(batch, frames)`.
    """

    time_stride = 1

    def __init__(self, width=1.0, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.dropout = dropout
        self.supports_masking = True
        self.step_dropout = keras.layers.Dropout(
            dropout, dtype=self.dtype_policy, name="step_dropout"
        )

    def build(self, input_shape):
        self.build_layers(input_shape[-1])
        keep_frozen(self)
        self.built = True

    def build_layers(self, bins):
        """Build all layers.

        Args:
            bins: int. Bins of a frame.
        """
        raise NotImplementedError(
            f"`{type(self).__name__}` has no method `build_layers`: build its layers."
        )

    def read(self, inputs, mask, training=None):
        """The steps before dropout.

        Args:
            inputs: float tensor `(batch, frames, bins)`.
            mask: boolean tensor `(batch, frames)`.
            training: bool. Whether statistics are the batch's.

        Returns:
            Float tensor `(batch, frames, output_dim)`.
        """
        raise NotImplementedError(
            f"`{type(self).__name__}` has no method `read`: return the steps "
            "`(batch, frames, output_dim)`."
        )

    def grid(self, time, bins):
        """As `SpectrogramCNN.grid`: a step is a frame with all its frequencies."""
        return time, 1

    def call(self, inputs, mask=None, training=None):
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        mask = ops.cast(mask, "bool")
        steps = self.read(inputs, mask, training)
        return self.step_dropout(steps, training=training), mask

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None, training=None):
        shape = tuple(inputs.shape[:2])
        return (
            keras.KerasTensor((*shape, self.output_dim), dtype=self.compute_dtype),
            keras.KerasTensor(shape, dtype="bool"),
        )

    def get_config(self):
        return {**super().get_config(), "width": self.width, "dropout": self.dropout}
