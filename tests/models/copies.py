"""Every way on which a model comes back."""

import copy

import keras

import mmzoo


def copies(model, folder):
    """A model as it comes back on every way that Keras and mmzoo have."""
    serialized = keras.saving.serialize_keras_object(model)
    model.save(folder / "once.keras")
    once = mmzoo.load(folder / "once.keras")
    once.save(folder / "twice.keras")
    return {
        "saved": model,
        "loaded": once,
        "loaded twice": keras.saving.load_model(folder / "twice.keras"),
        "cloned": keras.models.clone_model(model),
        "copied": copy.deepcopy(model),
        "deserialized": keras.saving.deserialize_keras_object(serialized),
    }
