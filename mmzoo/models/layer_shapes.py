"""The output shape of every layer of a model, for Keras' summary."""

import contextlib
import types

import keras

from mmzoo.models.export_signature import export_signature

# Rows and steps of two batches: axes in which answers differ are those of any size.
SIZES = ((2, 5), (3, 7))
# So many samples of a waveform are frames enough for every network.
SAMPLES_A_STEP = 4000


@contextlib.contextmanager
def shapes_shown(model):
    """Let Keras' summary know what each layer of the model answers.

    Keras knows it of layers that were called on symbolic tensors, which those of a
    subclass never are: it prints `?`. So the model is run on two batches of symbols.

    Args:
        model: a model of mmzoo. One that cannot be run so is shown as Keras does.

    Returns:
        A context manager, inside which `model.summary` shows them.
    """
    kept = {layer: layer._inbound_nodes for layer in model.layers}
    try:
        with contextlib.suppress(Exception):
            shapes = [_outputs(model, *size) for size in SIZES]
            for layer, first, second in zip(model.layers, *shapes, strict=True):
                _show(layer, first and keras.tree.map_structure(_any, first, second))
        yield
    finally:
        for layer, nodes in kept.items():
            _set_nodes(layer, nodes)


def _outputs(model, batch, steps):
    """Symbols for what each layer answers last, or `None` where it is not called."""
    for layer in model.layers:
        _set_nodes(layer, [])
    names = [name for name in export_signature(model) if not name.endswith("_mask")]
    long = {name: SAMPLES_A_STEP for name in names if name == "waveform"}
    timesteps = {name: steps * long.get(name, 1) for name in names}
    signature = export_signature(model, batch, timesteps)
    model.call({n: keras.KerasTensor(x.shape, x.dtype) for n, x in signature.items()})
    nodes = [layer._inbound_nodes for layer in model.layers]
    return [each[-1].output_tensors if each else None for each in nodes]


def _any(first, second):
    """A symbol of the shape in which two agree."""
    sizes = zip(first.shape, second.shape, strict=True)
    return keras.KerasTensor([a if a == b else None for a, b in sizes])


def _show(layer, outputs):
    if outputs is None and hasattr(layer, "output_dim"):
        # A translator is entered by its methods; what others read are its states.
        outputs = keras.KerasTensor((None, None, layer.output_dim))
    node = types.SimpleNamespace(output_tensors=outputs)
    _set_nodes(layer, [] if outputs is None else [node])


def _set_nodes(layer, nodes):
    # Bypass Keras' attribute tracking, as Keras itself does here.
    layer.__dict__["_inbound_nodes"] = nodes
