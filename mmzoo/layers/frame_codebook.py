"""K-means codes for continuous frames."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="mmzoo")
class FrameCodebook(keras.layers.Layer):
    """Name each continuous frame by the nearest of a set of learned frames.

    The seq2seq paper states its translation loss as cross-entropy and searches with a
    beam, both of which need tokens; audio and video frames are continuous. With
    this layer each frame becomes the index of its nearest k-means centroid, so that
    both hold for every modality. The centroids are saved with the model.

    Masking: takes and returns no mask; a masked frame gets some code, which the caller
    ignores.

    Args:
        num_codes: int. How many codes there are.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, timesteps, features)`.

    Returns:
        Integer tensor `(batch, timesteps)` with codes `0 ... num_codes - 1`.

    Example:
    ```python
    codebook = mmzoo.layers.FrameCodebook(num_codes=2)
    codebook.adapt(np.array([[0.0], [0.1], [9.0], [9.1]]))
    codes = codebook(np.array([[[0.2], [8.8]]]))
    codebook.lookup(codes)  # about [[[0.05], [9.05]]]
    ```
    """

    def __init__(self, num_codes, **kwargs):
        # Which code is nearest hangs on the last digits of the frames.
        super().__init__(autocast=False, **kwargs)
        if num_codes < 2:
            raise ValueError(f"`num_codes` is at least 2, not {num_codes}.")
        self.num_codes = num_codes
        # It passes over the mask that Keras hangs on a tensor, and drops it.
        self.supports_masking = True

    def build(self, input_shape):
        self.centroids = self.add_weight(
            shape=(self.num_codes, input_shape[-1]),
            initializer="random_normal",
            trainable=False,
            dtype="float32",
            autocast=False,
            name="centroids",
        )
        self.built = True

    def adapt(self, frames, seed=0):
        """Fit the centroids with scikit-learn's `MiniBatchKMeans`.

        Args:
            frames: array `(steps, features)` of observed training frames; those with a
                value that is not finite are left out.
            seed: int. Defaults to `0`.
        """
        from sklearn.cluster import MiniBatchKMeans

        frames = np.asarray(frames, dtype="float32")
        frames = frames[np.isfinite(frames).all(axis=-1)]
        if len(frames) < self.num_codes:
            raise ValueError(
                f"`adapt` needs at least num_codes={self.num_codes} frames, "
                f"but was given {len(frames)}."
            )
        if not self.built:
            self.build((None, None, frames.shape[-1]))
        means = MiniBatchKMeans(
            self.num_codes, random_state=seed, n_init=3, batch_size=1024
        )
        self.centroids.assign(means.fit(frames).cluster_centers_)

    def call(self, inputs):
        centroids = ops.convert_to_tensor(self.centroids)
        # |x - c|^2 without |x|^2, which is the same for every code:
        # (batch, timesteps, num_codes)
        distances = ops.sum(ops.square(centroids), axis=-1) - 2.0 * ops.matmul(
            ops.cast(inputs, "float32"), ops.transpose(centroids)
        )
        return ops.cast(ops.argmin(distances, axis=-1), "int32")

    def lookup(self, codes):
        """The frame of each code.

        Args:
            codes: integer tensor of any shape; codes out of range are clipped.

        Returns:
            Float tensor `(*codes.shape, features)`.
        """
        codes = ops.clip(ops.cast(codes, "int32"), 0, self.num_codes - 1)
        return ops.take(self.centroids, codes, axis=0)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape[:-1], dtype="int32")

    def get_config(self):
        return {**super().get_config(), "num_codes": self.num_codes}
