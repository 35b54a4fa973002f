"""Mirror, move and lighten pictures in training."""

import keras
from keras import ops

from mmzoo.ops.masking import zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class ImageAugmentation(keras.layers.Layer):
    """Change each picture a little, differently at each step.

    In training, each picture gets a draw of its own: every second one is mirrored, left
    to right; it moves by some pixels, up or down and to the left or right; and it
    becomes lighter or darker. Otherwise the pictures pass unchanged. Keras' own random
    layers know no masks. The image-text paper names no augmentation.

    Masking: takes a mask of pixels, which moves with them; masked pixels come out as
    zeros, in training or not. What moves over the edge is lost, and what moves in is
    masked.

    Args:
        flip: bool. Whether pictures are mirrored. Defaults to `True`.
        max_shift: int. Pixels that a picture moves at most, in each direction. Defaults
            to `4`.
        max_brightness: float. The share of 255 that is added or taken away at most;
            values stay within 0 to 255. Defaults to `0.1`.
        seed: optional int. Of the draws; one seed gives one series of draws on each
            backend.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        images: float tensor `(batch, rows, columns, channels)`, from 0 to 255.
        mask: optional boolean tensor `(batch, rows, columns)`, True = observed.
        training: bool. Whether anything is drawn.

    Returns:
        Pictures and mask, shaped like those that came in.

    Example:
    ```python
    augmentation = mmzoo.layers.ImageAugmentation(max_shift=2, seed=1)
    images, mask = augmentation(keras.ops.ones((4, 32, 32, 3)), training=True)
    images.shape, mask.shape  # (4, 32, 32, 3), (4, 32, 32)
    ```

    Reference:
        - [Krizhevsky et al., 2012](https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks),
          section 4.1.
    """

    def __init__(self, flip=True, max_shift=4, max_brightness=0.1, seed=None, **kwargs):
        super().__init__(**kwargs)
        for name, value in {
            "max_shift": max_shift,
            "max_brightness": max_brightness,
        }.items():
            if value < 0:
                raise ValueError(f"`{name}` is at least 0, not {value}.")
        self.flip = flip
        self.max_shift = max_shift
        self.max_brightness = max_brightness
        self.seed = seed
        self.supports_masking = True
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, images, mask=None, training=None):
        if mask is None:
            mask = ops.ones_like(images[..., 0], dtype="bool")
        mask = ops.cast(mask, "bool")
        if training:
            images, mask = self._moved(images, mask, axis=1)
            images, mask = self._moved(images, mask, axis=2)
            images = self._lightened(images)
        return zero_masked(images, mask), mask

    def _uniform(self, images):
        """Draws `(batch, 1)` from 0 to 1."""
        shape = (ops.shape(images)[0], 1)
        return keras.random.uniform(shape, dtype="float32", seed=self.seed_generator)

    def _moved(self, images, mask, axis):
        """Rows (axis 1) or columns (axis 2) moved, and columns mirrored."""
        size = images.shape[axis]
        # (batch, size): the row or column that each new one was
        index = ops.arange(size, dtype="int32")[None, :] - self._shift(images)
        inside = ops.logical_and(index >= 0, index < size)
        index = ops.clip(index, 0, size - 1)
        if self.flip and axis == 2:
            index = ops.where(self._uniform(images) < 0.5, size - 1 - index, index)
        # (batch, size, 1) or (batch, 1, size)
        index, inside = (ops.expand_dims(each, 3 - axis) for each in (index, inside))
        moved = ops.take_along_axis(ops.cast(mask, "int32"), index, axis=axis) > 0
        images = ops.take_along_axis(images, index[..., None], axis=axis)
        return images, ops.logical_and(moved, inside)

    def _shift(self, images):
        """Draws `(batch, 1)` of whole numbers up to `max_shift` to either side."""
        if not self.max_shift:
            return ops.zeros((ops.shape(images)[0], 1), dtype="int32")
        shift = ops.floor(self._uniform(images) * (2 * self.max_shift + 1))
        # Rounding can bring a draw just below 1 up to 1.
        return (
            ops.minimum(ops.cast(shift, "int32"), 2 * self.max_shift) - self.max_shift
        )

    def _lightened(self, images):
        if not self.max_brightness:
            return images
        light = 255 * self.max_brightness * (2.0 * self._uniform(images) - 1.0)
        light = ops.cast(light[..., None, None], images.dtype)
        return ops.clip(images + light, 0, 255)

    def compute_mask(self, images, mask=None):
        return None

    def compute_output_spec(self, images, mask=None, training=None):
        return (
            keras.KerasTensor(images.shape, dtype=self.compute_dtype),
            keras.KerasTensor(images.shape[:3], dtype="bool"),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "flip": self.flip,
            "max_shift": self.max_shift,
            "max_brightness": self.max_brightness,
            "seed": self.seed,
        }
