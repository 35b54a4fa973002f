"""Two views of each modality's vector: what all modalities share, what it has alone."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.modality_tokens import as_sequence
from mmzoo.ops.masking import zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class SharedPrivate(keras.layers.Layer):
    """Split the vector of each modality into a shared and a private one.

    Each vector is brought to one width, `u_m = LN(ReLU(W_m x_m + b_m))`. One dense
    layer for all modalities gives the shared view `s_m = s(W u_m + b)`, one a modality
    the private view `p_m = s(V_m u_m + c_m)`, with s the logistic function, and another
    one rebuilds the vector from both, `D_m (s_m + p_m) + e_m`. The layer itself asks
    for nothing: that shared views are alike, private ones are not, and vectors are
    rebuilt is what losses say, see `mmzoo.ops.central_moment_discrepancy` and
    `mmzoo.ops.orthogonality`.

    Masking: takes vectors, so that a mask has an entry a sample. All four of a missing
    modality are zeros. Returns no mask.

    Args:
        output_dim: int. Width of each view.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: list of float tensors `(batch, features)`, one a modality.
        mask: optional list of boolean tensors `(batch,)`, whether a sample has the
            modality; any of them may be `None`.

    Returns:
        Four float tensors `(batch, modalities, output_dim)`: the vectors u, their
        shared and their private views, and the vectors as these rebuild them.

    Example:
    ```python
    split = mmzoo.layers.SharedPrivate(8)
    ones = keras.ops.ones
    vectors, shared, private, rebuilt = split([ones((2, 4)), ones((2, 3))])
    shared.shape  # (2, 2, 8)
    ```

    Reference:
        - [Hazarika et al., 2020](https://arxiv.org/abs/2005.03545), and the
          authors' code, declare-lab/MISA
    """

    def __init__(self, output_dim, **kwargs):
        super().__init__(**kwargs)
        if output_dim < 1:
            raise ValueError(f"`output_dim` is at least 1, not {output_dim}.")
        self.output_dim = output_dim
        self.supports_masking = True

    def build(self, input_shape):
        widths = [shape[-1] for shape in input_shape]
        self.shared = self._dense("shared", self.output_dim, "sigmoid")
        self.vectors, self.norms, self.private, self.reconstructions = [], [], [], []
        for index, width in enumerate(widths):
            self.vectors.append(self._dense(f"vector_{index}", width, "relu"))
            norm = keras.layers.LayerNormalization(
                epsilon=1e-5, dtype=self.dtype_policy, name=f"norm_{index}"
            )
            norm.build((None, self.output_dim))
            self.norms.append(norm)
            self.private.append(
                self._dense(f"private_{index}", self.output_dim, "sigmoid")
            )
            self.reconstructions.append(
                self._dense(f"reconstruction_{index}", self.output_dim)
            )
        keep_frozen(self)
        self.built = True

    def _dense(self, name, features, activation=None):
        layer = keras.layers.Dense(
            self.output_dim, activation, dtype=self.dtype_policy, name=name
        )
        layer.build((None, features))
        return layer

    def call(self, inputs, mask=None):
        masks = mask if mask is not None else [None] * len(inputs)
        found = [
            self._split(index, vector, there)
            for index, (vector, there) in enumerate(zip(inputs, masks, strict=True))
        ]
        # (batch, modalities, output_dim) each
        return tuple(ops.concatenate(each, axis=1) for each in zip(*found, strict=True))

    def _split(self, index, vector, there):
        """The four of one modality, `(batch, 1, output_dim)` each."""
        shown, there = as_sequence(vector, there)
        vector = self.norms[index](self.vectors[index](zero_masked(shown, there)))
        shared, private = self.shared(vector), self.private[index](vector)
        rebuilt = self.reconstructions[index](shared + private)
        return [zero_masked(each, there) for each in (vector, shared, private, rebuilt)]

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None):
        shape = (inputs[0].shape[0], len(inputs), self.output_dim)
        # Four, since Keras tells outputs apart by their identity.
        return tuple(keras.KerasTensor(shape, self.compute_dtype) for _ in range(4))

    def get_config(self):
        return {**super().get_config(), "output_dim": self.output_dim}
