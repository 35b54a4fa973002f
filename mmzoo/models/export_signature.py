"""The inputs of a model that is exported, for programs without mmzoo."""

import keras


def export_signature(model):
    """The batch that an exported model takes, with any number of samples and steps.

    A model that answers takes the modalities of a prediction, or what their front ends
    read; a translator takes its targets too, since it is exported teacher-forced.

    Args:
        model: a model of mmzoo.

    Returns:
        Dict from the name of each input to its `keras.InputSpec`: features and raw
        input `(batch, timesteps, width)`, masks `(batch, timesteps)`.
    """
    names = model.source if model.answers else sorted(model.input_dims)
    specs = {}
    for name in names:
        front_end = model.front_ends.get(name)
        if front_end is None:
            specs |= _pair(name, None, model.input_dims[name])
        elif front_end.raw == "pixels":
            specs |= _pair("pixels", front_end.side**2, 3)
        else:
            dtype = "int32" if front_end.raw == "tokens" else "float32"
            specs |= _pair(front_end.raw, None, 1, dtype)
    return specs


def _pair(name, timesteps, width, dtype="float32"):
    """An input and its mask."""
    mask = f"{name}_mask"
    return {
        name: keras.InputSpec(shape=(None, timesteps, width), dtype=dtype, name=name),
        mask: keras.InputSpec(shape=(None, timesteps), dtype="bool", name=mask),
    }
