"""Kim's CNN of sentences: convolutions over a few words each, maximum over time."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.ops.masking import extents, zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class TextCNN(keras.layers.Layer):
    """Find the strongest answer of each filter anywhere in a sequence.

    A filter of h steps reads each window `x[i : i + h]` of a sequence,
    `c_i = relu(w . x[i : i + h] + b)` (eq. 2), and its feature is the maximum of all
    c_i (eq. 3-4). The features of all filters of all sizes stand side by side. So the
    order of h steps counts, and the place of a window does not.

    Masking: windows end at the last observed step of each row. Where a row is shorter
    than a filter, one window is filled up with zeros, as the paper pads sentences. Gaps
    are read as zeros, and a row with nothing observed gives zeros. Returns no mask.

    Args:
        filters: int. Filters of each size. Defaults to `100`.
        kernel_sizes: sequence of int. Steps that a filter reads. Defaults to
            `(3, 4, 5)`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.

    Returns:
        Float tensor `(batch, output_dim)`, where `output_dim` is
        `filters * len(kernel_sizes)`.

    Example:
    ```python
    cnn = mmzoo.layers.TextCNN(filters=8)
    cnn(keras.ops.ones((4, 10, 300))).shape  # (4, 24)
    ```

    Reference:
        - [Kim, 2014](https://aclanthology.org/D14-1181), section 2
    """

    def __init__(self, filters=100, kernel_sizes=(3, 4, 5), **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_sizes = tuple(kernel_sizes)
        if not self.kernel_sizes or min(self.kernel_sizes) < 1:
            raise ValueError(
                f"`kernel_sizes` are steps, such as (3, 4, 5), not {kernel_sizes}."
            )
        self.output_dim = filters * len(self.kernel_sizes)
        self.supports_masking = True
        self.convolutions = [
            keras.layers.Conv1D(
                filters,
                size,
                activation="relu",
                data_format="channels_last",
                dtype=self.dtype_policy,
                name=name,
            )
            for size, name in ((s, f"convolution_{s}") for s in self.kernel_sizes)
        ]

    def build(self, input_shape):
        for convolution in self.convolutions:
            convolution.build((None, None, input_shape[-1]))
        keep_frozen(self)
        self.built = True

    def call(self, inputs, mask=None):
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        inputs, lengths = zero_masked(inputs, mask), extents(mask)
        features = [
            self._strongest(convolution, size, inputs, lengths)
            for convolution, size in zip(
                self.convolutions, self.kernel_sizes, strict=True
            )
        ]
        return ops.concatenate(features, axis=-1)

    def _strongest(self, convolution, size, inputs, lengths):
        """The maximum of each filter over the windows of a row, `(batch, filters)`."""
        # One window a step, those at the end filled up with zeros.
        answers = convolution(ops.pad(inputs, ((0, 0), (0, size - 1), (0, 0))))
        count = ops.where(lengths > 0, ops.maximum(lengths - size + 1, 1), 0)
        steps = ops.arange(ops.shape(inputs)[1], dtype="int32")
        # What ReLU gives is 0 or more, so that zeros never win.
        kept = zero_masked(answers, steps[None, :] < count[:, None])
        return ops.max(kept, axis=1)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None):
        shape = (inputs.shape[0], self.output_dim)
        return keras.KerasTensor(shape, dtype=self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_sizes": list(self.kernel_sizes),
        }
