"""Which parts of a layer or model learn, set and told part by part."""


def set_trainable(layer, value, exceptions=None):
    """Let a layer and all its parts learn, or freeze them.

    `layer.trainable = value` is not enough. On TensorFlow, Keras drops an assignment
    that changes nothing, and with it what the parts were to hear; and a layer that is
    constructed with `trainable=False` makes parts that learn.

    Args:
        layer: layer or model.
        value: bool.
        exceptions: optional dict, as `trainable_exceptions` gives it, of the parts that
            differ from what holds them.
    """
    _set(layer, value, exceptions or {}, "")


def keep_frozen(layer):
    """Freeze the parts of a layer that was constructed with `trainable=False`.

    Keras leaves them as they are, so that a model that holds the layer trains them.

    Args:
        layer: layer, whose `build` calls this when its parts are there.
    """
    if not layer.trainable:
        set_trainable(layer, False)


def trainable_exceptions(layer):
    """The parts of a layer that differ from what holds them in whether they learn.

    Args:
        layer: layer or model.

    Returns:
        Dict from the path of a part (the names of its layers, joined by slashes) to
        its `trainable`.
    """
    return dict(_exceptions(layer, ""))


def _set(layer, value, exceptions, path):
    layer.trainable = value
    for part_path, part in _parts(layer, path):
        _set(part, exceptions.get(part_path, value), exceptions, part_path)


def _exceptions(layer, path):
    for part_path, part in _parts(layer, path):
        if part.trainable != layer.trainable:
            yield part_path, part.trainable
        yield from _exceptions(part, part_path)


def _parts(layer, path):
    """The layers that a layer holds, with paths of which no two are equal."""
    seen = {}
    # `layers`, which is public, exists on models only.
    for part in layer._flatten_layers(include_self=False, recursive=False):
        count = seen[part.name] = seen.get(part.name, 0) + 1
        yield f"{path}/{part.name}{f'#{count}' if count > 1 else ''}", part
