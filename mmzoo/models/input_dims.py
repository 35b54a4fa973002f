"""What a model is told of its input: a width, or a front end, for each modality."""

import keras


def widths_and_front_ends(input_dims):
    """Width of every modality, and the front ends among them.

    Args:
        input_dims: dict from modality to the number of its features, or to the layer
            that makes them.

    Returns:
        Two dicts by modality, sorted by name: int widths, and layers.

    Raises:
        ValueError: there is no modality.
    """
    if not input_dims:
        raise ValueError("`input_dims` is empty: name at least one modality.")
    given = {name: input_dims[name] for name in sorted(input_dims)}
    ends = {name: each for name, each in given.items() if hasattr(each, "raw")}
    widths = {n: ends[n].features if n in ends else int(given[n]) for n in given}
    return widths, ends


def serialized(layers):
    """Layers by name in the form that `revived` reads.

    Args:
        layers: dict from name to layer.

    Returns:
        Dict from name to its config.
    """
    configs = {n: keras.saving.serialize_keras_object(x) for n, x in layers.items()}
    # The constructor of the model builds them.
    for config in configs.values():
        config.pop("build_config", None)
    return configs


def revived(configs):
    """Layers by name from their configs; what is no config stays as it is.

    Args:
        configs: dict from name to a config that `serialized` made, or to a number.

    Returns:
        Dict from name to layer, or to the number.
    """
    revive = keras.saving.deserialize_keras_object
    return {n: revive(x) if isinstance(x, dict) else x for n, x in configs.items()}
