"""A tiny untrained image network of KerasHub."""


def small_backbone(side=16, **options):
    """A ResNet of two blocks, whose cells stand for 8 x 8 pixels."""
    import keras_hub

    return keras_hub.models.ResNetBackbone(
        input_conv_filters=[64],
        input_conv_kernel_sizes=[3],
        stackwise_num_filters=[64, 8],
        stackwise_num_blocks=[1, 1],
        stackwise_num_strides=[1, 2],
        block_type="basic_block",
        image_shape=(side, side, 3),
        **options,
    )


def save_backbone(folder, scale=0.01, offset=(-1.0, 0.0, 1.0)):
    """Save it as KerasHub does, with a scaling; the backbone."""
    import keras_hub

    backbone = small_backbone(side=None)
    backbone.save_to_preset(str(folder))
    converter = keras_hub.layers.ImageConverter(
        image_size=(32, 32), scale=scale, offset=offset
    )
    converter.save_to_preset(str(folder))
    return backbone
