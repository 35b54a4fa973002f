"""Image networks of KerasHub: ResNet-50, and those of presets."""

# Of the pixels of ImageNet, as shares of 255.
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def imagenet_scaling():
    """Factor and summand that standardise the pixels of ImageNet.

    Returns:
        Two lists of one number a channel, for pixels from 0 to 255.
    """
    scale = [1 / (255 * deviation) for deviation in DEVIATION]
    offset = [-mean / each for mean, each in zip(MEAN, DEVIATION, strict=True)]
    return [scale, offset]


def resnet50(side, dtype=None):
    """ResNet-50 (section 3.2.1 of the image-text paper), without trained weights.

    Args:
        side: int. Rows and columns of a picture.
        dtype: optional dtype or policy. Defaults to `None`: that of Keras.

    Returns:
        `keras_hub.models.ResNetBackbone`, from `(batch, side, side, 3)` to
        `(batch, side / 32, side / 32, 2048)`.
    """
    import keras_hub

    return keras_hub.models.ResNetBackbone(
        input_conv_filters=[64],
        input_conv_kernel_sizes=[7],
        stackwise_num_filters=[64, 128, 256, 512],
        stackwise_num_blocks=[3, 4, 6, 3],
        stackwise_num_strides=[1, 2, 2, 2],
        block_type="bottleneck_block",
        image_shape=(side, side, 3),
        data_format="channels_last",
        dtype=dtype,
    )


def preset_backbone(preset, side):
    """A network with trained weights, and how its pixels are scaled.

    Args:
        preset: name of a KerasHub preset, or a folder that holds one.
        side: int. Rows and columns of a picture.

    Returns:
        A `keras_hub.models.Backbone`, and a factor and a summand for pixels from 0 to
        255, each one number a channel.

    Raises:
        ValueError: if there is no such preset, or none of images.
    """
    import keras_hub

    try:
        backbone = keras_hub.models.Backbone.from_preset(
            str(preset), image_shape=(side, side, 3)
        )
        converter = keras_hub.layers.ImageConverter.from_preset(str(preset))
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise ValueError(
            f"`preset={str(preset)!r}` holds no image network that KerasHub loads "
            f"({reason}). Give the name of one of its image presets, such as "
            '"resnet_50_imagenet", or a folder with config.json, image_converter.json '
            "and weights."
        ) from error
    return backbone, scaling_of(converter)


def scaling_of(converter):
    """How a network's pixels are scaled.

    Args:
        converter: `keras_hub.layers.ImageConverter`.

    Returns:
        A factor and a summand for pixels from 0 to 255, each a list of one number a
        channel.
    """
    scale = 1.0 if converter.scale is None else converter.scale
    offset = 0.0 if converter.offset is None else converter.offset
    return [_per_channel(scale), _per_channel(offset)]


def _per_channel(value):
    return [float(each) for each in value] if hasattr(value, "__len__") else [value] * 3
