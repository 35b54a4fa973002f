"""What the modalities that are there say of the latent vectors of one that is not."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.perceptron import Perceptron
from mmzoo.ops.masking import zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class SurrogateInference(keras.layers.Layer):
    """Fill in the latent vectors of missing modalities from those of the others.

    A perceptron of one hidden layer reads the vectors of the modalities that are there,
    zeros in the place of the others, and which are there. It guesses the vectors of all
    and the joint one, which is made of all modalities and so not to be had without one
    of them. To learn that, each modality is left out in turn, whether it is there or
    not; what the guesses cost is a loss of the model. No gradient of a guess of this
    kind reaches what made the vectors.

    Masking: takes vectors, and which of them are there. Returns no mask.

    Args:
        hidden_dim: int. Width of the hidden layer. Defaults to `64`.
        dropout: float. Fraction of it dropped in training. Defaults to `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        joint: float tensor `(batch, features)`, the vector of all modalities.
        own: float tensor `(batch, modalities, features)`, the vector of each.
        present: boolean tensor `(batch, modalities)`, whether a sample has it.
        training: bool. Whether dropout is active.

    Returns:
        The joint vectors and those of each modality, shaped like `joint` and `own`:
        the joint one is a guess where any modality is missing, the others where they
        are missing themselves. Last the guesses with each modality left out, `(batch,
        modalities, 2, features)`: of the joint vector, and of its own.

    Example:
    ```python
    surrogate = mmzoo.layers.SurrogateInference(8)
    ones = keras.ops.ones
    there = ones((2, 3)) > 0
    joint, own, guesses = surrogate(ones((2, 4)), ones((2, 3, 4)), there)
    joint.shape, own.shape, guesses.shape  # (2, 4), (2, 3, 4), (2, 3, 2, 4)
    ```

    Reference:
        - [Tsai et al., 2019](https://arxiv.org/abs/1806.06176), "Surrogate Inference
          for Missing Modalities"
    """

    def __init__(self, hidden_dim=64, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.hidden_dim = hidden_dim
        self.dropout = dropout
        self.supports_masking = True

    def build(self, joint_shape, own_shape, present_shape=None):
        _, count, features = own_shape
        self.perceptron = Perceptron(
            (count + 1) * features,
            self.hidden_dim,
            dropout=self.dropout,
            dtype=self.dtype_policy,
            name="perceptron",
        )
        self.perceptron.build((None, count * features + count))
        keep_frozen(self)
        self.built = True

    def call(self, joint, own, present, training=None):
        present = ops.cast(present, "bool")
        guess = self._infer(own, present, training)
        whole = ops.all(present, axis=1, keepdims=True)
        filled = ops.where(present[..., None], own, guess[:, 1:])
        guesses, given = [], ops.stop_gradient(own)
        for index in range(own.shape[1]):
            others = ops.logical_and(present, ops.arange(own.shape[1]) != index)
            found = self._infer(given, others, training)
            guesses.append(ops.stack([found[:, 0], found[:, index + 1]], axis=1))
        return (
            ops.where(whole, joint, guess[:, 0]),
            filled,
            ops.stack(guesses, axis=1),
        )

    def _infer(self, own, present, training):
        """The joint vector and all others, `(batch, 1 + modalities, features)`."""
        _, count, features = own.shape
        shown = ops.reshape(zero_masked(own, present), (-1, count * features))
        read = ops.concatenate([shown, ops.cast(present, shown.dtype)], axis=-1)
        found = self.perceptron(read, training=training)
        return ops.reshape(found, (-1, count + 1, features))

    def compute_mask(self, *args, **kwargs):
        return None

    def compute_output_spec(self, joint, own, present, training=None):
        batch, count, features = own.shape
        shapes = (batch, features), (batch, count, features)
        shapes += ((batch, count, 2, features),)
        return tuple(keras.KerasTensor(shape, self.compute_dtype) for shape in shapes)

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_dim": self.hidden_dim,
            "dropout": self.dropout,
        }
