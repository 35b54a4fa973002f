"""What every layer and every model must hold, each a function that asserts it."""

import contextlib
import json

import keras
import numpy as np
from keras import ops

import mmzoo


def arrays(nest):
    """A nest of tensors as numpy arrays; `None` stays."""
    return keras.tree.map_structure(
        lambda each: None if each is None else ops.convert_to_numpy(each), nest
    )


def compiled(function):
    """The function, compiled on JAX, where single steps are compiled one by one."""
    # What is compiled already keeps its programs, which two checks may share.
    if keras.backend.backend() != "jax" or hasattr(function, "lower"):
        return function
    import jax

    return jax.jit(function)


def assert_close(actual, expected, tolerance=1e-5):
    """The same structure, shapes and numbers; `None` equals `None`."""
    actual, expected = arrays(actual), arrays(expected)
    keras.tree.assert_same_structure(actual, expected)
    for a, e in zip(
        keras.tree.flatten(actual), keras.tree.flatten(expected), strict=True
    ):
        if a is None or e is None:
            assert a is e
            continue
        assert a.shape == e.shape, f"{a.shape} is not {e.shape}"
        np.testing.assert_allclose(a, e, rtol=tolerance, atol=tolerance)


def assert_finite(nest):
    """No NaN and no infinity anywhere."""
    for each in keras.tree.flatten(arrays(nest)):
        assert np.all(np.isfinite(each)), "not finite"


def symbolic(nest):
    """Inputs of a Functional model, shaped like the arrays but for the batch."""
    return keras.tree.map_structure(
        lambda each: keras.Input(each.shape[1:], dtype=str(each.dtype)), nest
    )


def check_config(thing):
    """The config survives JSON, `from_config` and Keras' serialization."""
    config = json.loads(json.dumps(thing.get_config()))
    copy = json.loads(json.dumps(type(thing).from_config(config).get_config()))
    assert copy == json.loads(json.dumps(thing.get_config()))
    serialized = json.loads(json.dumps(keras.saving.serialize_keras_object(thing)))
    revived = keras.saving.deserialize_keras_object(serialized)
    assert type(revived) is type(thing)
    assert json.loads(json.dumps(revived.get_config())) == copy


def check_layer(make, *inputs, tmp_path, **named):
    """A layer alone and inside a Functional model, which is saved and loaded.

    Args:
        make: function `(**kwargs)` that makes the layer.
        *inputs: arrays, or nests of them, that it is called with.
        tmp_path: folder to save in.
        **named: arrays that it is called with by name.

    Returns:
        The layer, built.
    """
    layer = make(name="checked")
    declared = symbolic((inputs, named))
    outputs = layer(*declared[0], **declared[1])
    real = compiled(lambda inputs, named: layer(*inputs, **named))(inputs, named)
    check_config(layer)
    check_declared(outputs, real)
    model = keras.Model(keras.tree.flatten(declared), outputs)
    model.save(tmp_path / "layer.keras")
    loaded = keras.saving.load_model(tmp_path / "layer.keras")
    again = compiled(loaded)(keras.tree.flatten((inputs, named)))
    assert_close(keras.tree.flatten(again), keras.tree.flatten(real))
    check_mixed_precision(make, layer, real, inputs, named)
    check_freezing(make, declared)
    return layer


def check_freezing(make, declared):
    """Of a layer that is made with `trainable=False` a model trains nothing."""
    layer = make(trainable=False)
    model = keras.Model(
        keras.tree.flatten(declared), layer(*declared[0], **declared[1])
    )
    assert not layer.trainable and not model.trainable_weights


def check_declared(declared, real):
    """Shapes and dtypes of symbolic outputs are those of the real ones."""
    pairs = zip(keras.tree.flatten(declared), keras.tree.flatten(real), strict=True)
    for said, given in pairs:
        shapes = zip(said.shape, given.shape, strict=True)
        agree = all(s in (None, g) for s, g in shapes)
        assert agree, f"declares {said.shape}, gives {given.shape}"
        dtype = keras.backend.standardize_dtype(given.dtype)
        assert said.dtype == dtype, f"declares {said.dtype}, gives {dtype}"


def check_mixed_precision(make, wide, expected, inputs, named):
    """Under `mixed_bfloat16` a layer gives about what it gives in float32.

    Weights stay wide, and every part has the policy that it would have if the policy
    were that of Keras: none keeps float32 because it was not told.

    Args:
        make: as for `check_layer`.
        wide: the layer in float32.
        expected: what that gives.
        inputs: arrays that it is called with.
        named: arrays that it is called with by name.
    """
    declared = symbolic((inputs, named))
    layer = make(dtype="mixed_bfloat16")
    with dtype_policy("mixed_bfloat16"):
        by_default = make()
    said, _ = (each(*declared[0], **declared[1]) for each in (layer, by_default))
    assert policies(layer) == policies(by_default)
    assert {str(weight.dtype) for weight in layer.weights} <= {"float32"}
    layer.set_weights(wide.get_weights())
    given = compiled(lambda inputs, named: layer(*inputs, **named))(inputs, named)
    check_declared(said, given)
    assert_near(given, expected)


@contextlib.contextmanager
def dtype_policy(name):
    """Within it, `name` is the policy of all layers that are made without one."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def policies(layer):
    """The names of a layer's parts and of their policies."""
    # Keras numbers the names that it makes, and inputs compute nothing.
    return [
        (part.name.rstrip("_0123456789"), part.dtype_policy.name)
        for part in layer._flatten_layers(include_self=False)
        if not isinstance(part, keras.layers.InputLayer)
    ]


def assert_near(given, expected, share=0.03):
    """Numbers within a share of the largest that is expected, as few digits give."""
    given, expected = keras.tree.flatten(given), keras.tree.flatten(expected)
    for g, e in zip(given, expected, strict=True):
        if e is None:
            assert g is None
            continue
        g, e = (arrays(ops.cast(each, "float32")) for each in (g, e))
        assert np.all(np.isfinite(g)), "not finite"
        scale = max(1.0, np.abs(e).max(initial=0.0))
        np.testing.assert_allclose(g, e, rtol=0, atol=share * scale)


def garbage(batch, value):
    """The batch with `value` in the frames of all its masked steps."""
    return {
        key: np.where(batch[f"{key}_mask"][..., None], each, np.float32(value))
        if each.ndim == 3
        else each
        for key, each in batch.items()
    }


def padded(batch, steps):
    """The batch with `steps` more masked steps at the end, 7.0 in their frames."""

    def pad(each):
        width = [(0, 0), (0, steps)] + [(0, 0)] * (each.ndim - 2)
        value = False if each.dtype == bool else np.asarray(7.0, each.dtype)
        return np.pad(each, width, constant_values=value)

    return {key: pad(each) for key, each in batch.items()}


def check_masking(function, batch):
    """What lies in masked steps, and how many follow, changes nothing.

    Args:
        function: from a batch (dict of `x` and `x_mask`) to a nest of tensors, in which
            what a masked step gives is zero.
        batch: dict of arrays; the masks leave something out.
    """
    function = compiled(function)
    expected = arrays(function(batch))
    for value in (99.0, np.nan):
        assert_close(function(garbage(batch, value)), expected)

    def cut(longer, wanted):
        assert longer.ndim == wanted.ndim
        return longer[tuple(slice(size) for size in wanted.shape)]

    longer = arrays(function(padded(batch, 3)))
    assert_close(keras.tree.map_structure(cut, longer, expected), expected)
    nothing = {
        key: np.zeros_like(each) if each.ndim == 2 else each
        for key, each in batch.items()
    }
    assert_finite(function(nothing))


def check_batching(function, batch):
    """Each sample alone gives what it gives among the others."""
    function = compiled(function)
    together = arrays(function(batch))
    for row in range(len(next(iter(batch.values())))):
        alone = function({key: each[row : row + 1] for key, each in batch.items()})
        among = keras.tree.map_structure(
            lambda each, row=row: each[row : row + 1], together
        )
        assert_close(alone, among)


def check_training(model, batch, targets, below, steps=25, rate=0.05, still=()):
    """One step moves every trainable weight and no other; more overfit the batch.

    The statistics of batch normalisation move, too, and the count of the steps.

    Args:
        model: not compiled.
        batch: dict of arrays.
        targets: dict of arrays.
        below: float. What the loss falls below, as a fraction of the first one.
        steps: int. Steps of Adam.
        rate: float. Its learning rate.
        still: parts of the paths of weights whose gradient is 0 or next to it.
    """
    model.compile(optimizer=keras.optimizers.Adam(rate))
    weights = model.weights
    assert model.trainable_weights, "nothing is trainable"
    trained = {
        weight.path
        for weight in weights
        if weight.trainable
        or any(part in weight.path for part in ("/moving_", "/training_steps"))
    }
    before = {weight.path: arrays(weight) for weight in weights}
    assert len(before) == len(weights), "two weights share a path"
    first = model.train_on_batch(batch, targets, return_dict=True)["loss"]
    moved = {
        weight.path
        for weight in weights
        if not np.array_equal(arrays(weight), before[weight.path])
    }
    wrong = {p for p in moved ^ trained if not any(part in p for part in still)}
    assert not wrong, f"unmoved or moved wrongly: {wrong}"
    assert_finite([arrays(weight) for weight in weights])
    for _ in range(steps):
        model.reset_metrics()
        last = model.train_on_batch(batch, targets, return_dict=True)["loss"]
    assert last < below * first, f"the loss went from {first} to {last} only"


def check_saving(model, batch, tmp_path):
    """The model comes back from its `.keras` file with the same class and numbers."""
    expected = arrays(compiled(model)(batch))
    model.save(tmp_path / "model.keras")
    loaded = mmzoo.load(tmp_path / "model.keras")
    assert type(loaded) is type(model)
    assert loaded.get_config() == model.get_config()
    assert_close(compiled(loaded)(batch), expected)


def weights_by_path(layer):
    """A layer's weights as arrays, by their paths below the layer."""
    return {
        weight.path.partition(f"{layer.name}/")[2]: arrays(weight)
        for weight in layer.weights
    }


def as_after_training(layer):
    """The layer with scales, biases and statistics that are neither zeros nor ones."""
    draw = np.random.default_rng(1)
    for weight in layer.weights:
        if any(part in weight.path for part in ("gamma", "moving_variance")):
            weight.assign(draw.uniform(0.5, 1.5, weight.shape))
        elif any(part in weight.path for part in ("bias", "beta", "moving_mean")):
            weight.assign(0.3 * draw.normal(size=weight.shape))
    return layer


def gradient(function, start):
    """The gradient of a function of one tensor."""
    layer = keras.layers.Layer()
    weight = layer.add_weight(start.shape)
    weight.assign(start)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            value = function(ops.convert_to_tensor(weight))
        return arrays(tape.gradient(value, weight.value))
    if keras.backend.backend() == "jax":
        import jax

        return arrays(jax.grad(function)(ops.convert_to_tensor(start)))
    function(weight.value).backward()
    return arrays(weight.value.grad)
