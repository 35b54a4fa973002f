"""Fuse vectors by their outer product."""

import math

import keras
from keras import ops

from mmzoo.layers.modality_tokens import as_sequence
from mmzoo.ops.masking import zero_masked


def with_constant(vector, there=None):
    """A vector with a 1 behind it; zeros with a 1 where its modality is missing.

    Args:
        vector: float tensor `(batch, features)`.
        there: optional bool tensor `(batch,)`, whether a sample has the modality.

    Returns:
        Float tensor `(batch, features + 1)`.
    """
    shown = zero_masked(*as_sequence(vector, there))[:, 0]
    return ops.pad(shown, [[0, 0], [0, 1]], constant_values=1.0)


@keras.saving.register_keras_serializable(package="mmzoo")
class TensorFusion(keras.layers.Layer):
    """Multiply every feature of each vector with every feature of the others.

    A 1 is appended to each vector, and the outer product of all is flattened, so that
    it holds the product of the 1s, every feature alone, and every product of features
    of different modalities. It has no weights.

    Section 5.2.2 of the paper says that the parameters of its classifier grow "with the
    multiplication" of the widths of image and text. Behind a concatenated vector, the
    fusion that its section 3.2.3 describes, they grow with the sum; behind this layer,
    they do grow with the product, and are few only where the widths are small: two
    vectors of 64 features give 4225, and three 274625. Whether the paper's code
    multiplied its vectors it does not say.

    Masking: takes vectors, so that a mask has an entry a sample. A missing modality is
    zeros with the 1 behind them, which leaves the product of the others as it is.
    Returns no mask.

    Args:
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: list of float tensors `(batch, features)`, one a modality.
        mask: optional list of boolean tensors `(batch,)`, whether a sample has the
            modality; any of them may be `None`.

    Returns:
        Float tensor `(batch, output_dim)`, where `output_dim` is the product of all
        `features + 1`. The features of the last modality change fastest.

    Example:
    ```python
    fusion = mmzoo.layers.TensorFusion()
    fusion([keras.ops.ones((2, 4)), keras.ops.ones((2, 3))]).shape  # (2, 20)
    ```

    Reference:
        - Section 5.2.2 of the audio-text and image-text paper
        - [Zadeh et al., 2017](https://arxiv.org/abs/1707.07250), section 4.2
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        # Known once the layer is built.
        self.output_dim = None

    def build(self, input_shape):
        sequences = [tuple(shape) for shape in input_shape if len(shape) != 2]
        if sequences:
            raise ValueError(f"`inputs` are vectors, not {sequences}: pool them first.")
        self.output_dim = math.prod(shape[-1] + 1 for shape in input_shape)
        self.built = True

    def call(self, inputs, mask=None):
        masks = mask if mask is not None else [None] * len(inputs)
        product = None
        for vector, there in zip(inputs, masks, strict=True):
            factor = with_constant(vector, there)
            if product is None:
                product = factor
                continue
            product = product[:, :, None] * factor[:, None, :]
            product = ops.reshape(product, (-1, product.shape[1] * product.shape[2]))
        return product

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return input_shape[0][0], math.prod(shape[-1] + 1 for shape in input_shape)
