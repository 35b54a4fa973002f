"""The inputs of a model that is exported, for programs without mmzoo."""

import keras


def export_signature(model, batch=None, timesteps=None):
    """The batch that an exported model takes.

    A model that answers takes the modalities of a prediction, or what their front ends
    read; a translator takes its targets too, since it is exported teacher-forced.

    Args:
        model: a model of mmzoo.
        batch: optional int. Defaults to `None`: any number of samples.
        timesteps: optional int, the steps of every sequence; or a dict from the name of
            an input to its steps. Defaults to `None`: any number.

    Returns:
        Dict from the name of each input to its `keras.InputSpec`: features, among them
        spectrograms that are standardised by speaker, and raw input `(batch, timesteps,
        width)`, masks `(batch, timesteps)`.

    Example:
    ```python
    model = mmzoo.build_lstm_baseline({"text": 300}, units=8)
    signature = mmzoo.models.export_signature.export_signature(model, timesteps=50)
    signature["text"].shape  # (None, 50, 300)
    ```
    """
    names = model.source if model.answers else sorted(model.input_dims)
    inputs = dict(_input(model, name) for name in names)
    steps = (
        timesteps if isinstance(timesteps, dict) else dict.fromkeys(inputs, timesteps)
    )
    if set(steps) != set(inputs):
        raise ValueError(
            f"`timesteps` names {sorted(steps)}, and the inputs are {sorted(inputs)}: "
            "give the steps of each."
        )
    specs = {}
    for name, (length, width, dtype) in inputs.items():
        axes, mask = (batch, length or steps[name]), f"{name}_mask"
        specs[name] = keras.InputSpec(shape=(*axes, width), dtype=dtype, name=name)
        specs[mask] = keras.InputSpec(shape=axes, dtype="bool", name=mask)
    return specs


def _input(model, name):
    """The key of a modality's input, and its steps or `None`, width and dtype."""
    front_end = model.front_ends.get(name)
    # Of standardising by speaker a program without mmzoo has to take care.
    if front_end is None or name in model.speaker_normalized:
        return name, (None, model.input_dims[name], "float32")
    if front_end.raw == "pixels":
        return "pixels", (front_end.side**2, 3, "float32")
    if front_end.raw == "tokens":
        return "tokens", (None, getattr(front_end, "token_features", 1), "int32")
    return front_end.raw, (None, 1, "float32")
