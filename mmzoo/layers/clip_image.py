"""A picture as the one vector that CLIP gives it."""

import keras
from keras import ops

from mmzoo.layers.clip_preset import load_clip
from mmzoo.layers.frozen_parts import set_trainable
from mmzoo.layers.image_backbone import imagenet_scaling, scaling_of
from mmzoo.layers.picture_grid import as_pictures
from mmzoo.ops.directions import directions
from mmzoo.ops.masking import zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class CLIPImage(keras.layers.Layer):
    """Read a picture as a vector beside which CLIP puts the texts that fit it.

    It is a front end, and the half of KerasHub's `CLIPBackbone` that reads pictures:
    the state of the vision encoder's first token, projected and brought to length 1.
    `CLIPText` is the other half. The picture is scaled to the encoder's size without
    smoothing, so that all backends agree: read pictures of that size, such as 224. CLIP
    itself cuts a square from the middle; here bars keep the whole picture.

    Masking: a masked pixel (of a bar, or of a missing picture) is 0 after scaling. A
    picture without an observed pixel is zeros, and masked.

    Args:
        encoder: `keras_hub.models.CLIPVisionEncoder`.
        projection_dim: int. Width of the vector. Defaults to `512`, that of base CLIPs.
        side: int. Rows and columns of a picture. Defaults to `64`.
        scaling: optional pair of a factor and a summand for pixels, each a list of one
            number a channel. Defaults to `None`: those that standardise ImageNet.
        trainable: bool. Whether it is fine-tuned. Defaults to `False`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: pixels `(batch, side * side, 3)` from 0 to 255, row by row.
        mask: optional boolean tensor `(batch, side * side)`, True = observed.
        training: bool. Whether the encoder, if it learns, is trained.

    Returns:
        Vectors `(batch, 1, projection_dim)`, and their mask `(batch, 1)`.

    Example:
    ```python
    hub = __import__("keras_hub").models
    encoder = hub.CLIPVisionEncoder(8, 4, 1, 2, 8, image_shape=(16, 16, 3))
    layer = mmzoo.layers.CLIPImage(encoder, projection_dim=6, side=16)
    vectors, mask = layer(keras.ops.ones((2, 16 * 16, 3)))
    vectors.shape, mask.shape  # (2, 1, 6), (2, 1)
    ```

    Reference:
        - [Radford et al., 2021](https://arxiv.org/abs/2103.00020), section 2
    """

    raw = "pixels"
    # One cell stands for the whole picture.
    grid = (1, 1)

    def __init__(
        self,
        encoder,
        projection_dim=512,
        side=64,
        scaling=None,
        trainable=False,
        **kwargs,
    ):
        # Pixels keep their digits however few the compute dtype has.
        super().__init__(trainable=trainable, autocast=False, **kwargs)
        self.encoder = encoder
        self.side = side
        self.scaling = scaling or imagenet_scaling()
        self.features = projection_dim
        self.supports_masking = True
        self.projection = keras.layers.Dense(
            projection_dim, use_bias=False, dtype=self.dtype_policy, name="projection"
        )
        # A model asks a front end for its weights before it calls it.
        self.projection.build((None, encoder.output.shape[-1]))
        set_trainable(encoder, trainable)
        set_trainable(self.projection, trainable)
        self.built = True

    @classmethod
    def from_preset(cls, preset, side=64, **kwargs):
        """Take the half of a trained CLIP that reads pictures.

        Args:
            preset: name of a KerasHub preset, such as `"clip_vit_base_patch32"`, or a
                folder that holds one.
            side: int. Rows and columns of a picture. Defaults to `64`.
            **kwargs: passed on to the constructor.

        Returns:
            A `CLIPImage`.
        """
        backbone, converter = load_clip(preset, "image_converter")
        layer = cls(
            backbone.vision_encoder,
            backbone.projection_dim,
            side,
            scaling_of(converter),
            **kwargs,
        )
        layer.projection.set_weights(backbone.vision_projection.get_weights())
        return layer

    def call(self, inputs, mask=None, training=None):
        images, mask = as_pictures(inputs, mask, self.side)
        scale, offset = (
            ops.convert_to_tensor(each, "float32") for each in self.scaling
        )
        images = zero_masked(images * scale + offset, mask)
        size = self.encoder.image_shape[0]
        if size != self.side:
            images = ops.image.resize(images, (size, size), data_format="channels_last")
        learning = bool(training) and self.encoder.trainable
        images = ops.cast(images, self.encoder.compute_dtype)
        states = self.encoder({"images": images}, training=learning)
        vectors = directions(self.projection(states[:, :1]))
        vectors = ops.cast(vectors, self.compute_dtype)
        seen = ops.any(mask, axis=(1, 2))[:, None]
        return zero_masked(vectors, seen), seen

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None, training=None):
        shape = (inputs.shape[0], 1)
        return (
            keras.KerasTensor((*shape, self.features), self.compute_dtype),
            keras.KerasTensor(shape, dtype="bool"),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "projection_dim": self.features,
            "side": self.side,
            "scaling": self.scaling,
        }

    @classmethod
    def from_config(cls, config):
        # Registers the class that the config names.
        import keras_hub  # noqa: F401

        encoder = keras.saving.deserialize_keras_object(config["encoder"])
        return cls(**{**config, "encoder": encoder})
