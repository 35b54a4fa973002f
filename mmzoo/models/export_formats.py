"""What each format of an exported model needs, and what it cannot hold."""

import importlib.util
import pathlib

import keras
from keras import ops

# The backends that write each format, best first.
WRITERS = {
    "tf_saved_model": ("tensorflow", "jax"),
    "onnx": ("tensorflow", "torch"),
    "litert": ("tensorflow",),
    "torch": ("torch",),
}
# What Keras imports to write ONNX.
ONNX_WRITERS = {"tensorflow": ("onnx", "tf2onnx"), "torch": ("onnx", "onnxscript")}
ELSEWHERE = (
    "save the model, and export it in a program that starts with "
    "`KERAS_BACKEND={}`, where `mmzoo.load` reads the same file"
)


def check_export(model, format, signature):
    """Refuse what could not be written, or would answer wrongly once it is.

    Args:
        model: a model of mmzoo.
        format: a format of `keras.Model.export`. Those that are not known here are left
            to Keras.
        signature: nested `keras.InputSpec` of the inputs.

    Raises:
        ValueError: saying why, and what works instead.
        ImportError: naming the packages that are missing.
    """
    if format not in WRITERS:
        return
    backend, able = keras.backend.backend(), WRITERS[format]
    if backend not in able:
        raise ValueError(
            f"`format={format!r}` is written on {' or '.join(able)}, and this is "
            f"{backend}: {ELSEWHERE.format(able[0])}."
        )
    if format == "onnx":
        _check_onnx(model, backend)
    if backend != "tensorflow":
        _check_sizes(backend, signature)


def _check_onnx(model, backend):
    wanted = ONNX_WRITERS[backend]
    missing = [name for name in wanted if importlib.util.find_spec(name) is None]
    if missing:
        raise ImportError(
            f"`format='onnx'` needs {' and '.join(missing)}: install them, "
            "`pip install 'mmzoo[onnx]'`."
        )
    if "bfloat16" in model.dtype_policy.name:
        raise ValueError(
            f"`format='onnx'` holds no {model.dtype_policy.name}, which its runtime "
            "cannot compute: build the model in float32 and give it the weights of "
            "this one, `set_weights(model.get_weights())`."
        )
    ends = model.front_ends.items()
    raw = {end.raw for name, end in ends if name not in model.speaker_normalized}
    if backend == "tensorflow" and "waveform" in raw:
        raise ValueError(
            "`format='onnx'` holds no spectrogram on tensorflow, whose writer knows no "
            "Fourier transform: export a 'tf_saved_model', or recordings of one length "
            f"on torch: {ELSEWHERE.format('torch')}."
        )


def check_written(path):
    """Refuse an ONNX file with operations that no runtime knows.

    TensorFlow's writer logs what it could not convert, and writes the file all the
    same: a loop whose states it cannot follow, such as that of `keras.ops.scan`.

    Args:
        path: the file, which is deleted then.

    Raises:
        ValueError: saying what works instead.
    """
    import onnx

    try:
        onnx.checker.check_model(onnx.load(path))
    except onnx.checker.ValidationError as error:
        pathlib.Path(path).unlink()
        reason = str(error).partition("\n")[0]
        raise ValueError(
            "`format='onnx'` cannot hold this model as tensorflow writes it "
            f"({reason}): export a 'tf_saved_model', or sequences of one length on "
            f"torch: {ELSEWHERE.format('torch')}."
        ) from error


def _check_sizes(backend, signature):
    """Refuse sizes that are unknown where a loop over them is written out."""
    fixed = slice(0, None) if backend == "torch" else slice(1, None)
    for spec in keras.tree.flatten(signature):
        if None in tuple(getattr(spec, "shape", ()))[fixed]:
            sizes = "batch=1, timesteps=50" if backend == "torch" else "timesteps=50"
            raise ValueError(
                f"On {backend} the steps of a sequence are written out one by one, but "
                f"`input_signature` leaves the shape of {spec.name!r} open, "
                f"{tuple(spec.shape)}: give `input_signature=[export_signature(model, "
                f"{sizes})]`, or, for any length, {ELSEWHERE.format('tensorflow')}."
            )


def name_outputs(model, path, signature):
    """Give the outputs of an ONNX file the names of the model's answers.

    PyTorch calls them by the operation that computes each.

    Args:
        model: the model that was exported.
        path: the ONNX file, which is written anew.
        signature: nested `keras.InputSpec` of the inputs.
    """
    import onnx

    answers = model(
        *keras.tree.map_structure(lambda x: ops.ones(x.shape, x.dtype), signature)
    )
    content = onnx.load(path)
    graph = content.graph
    for output, name in zip(graph.output, answers, strict=True):
        graph.node.add(op_type="Identity", input=[output.name], output=[name])
        output.name = name
    onnx.checker.check_model(content)
    onnx.save(content, path)
