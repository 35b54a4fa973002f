"""Models by name: `create_model("lstm_baseline", ...)`, `list_models()`, `load`."""

import fnmatch
import functools
import inspect
import pathlib
import sys

import keras

from mmzoo.models.model_file import check_model_file, weights_within
from mmzoo.reading import DataError, parsing
from mmzoo.reading.keras_file import RUN_MODEL
from mmzoo.spelling import did_you_mean, path_that_was_meant

NOT_RESTORED = (
    "The file is damaged or was saved by another version: train it again, or install "
    "the version named in the report beside it"
)
_BUILDERS = {}
_MADE_FOR = {}


def register_model(builder=None, *, made_for=()):
    """Enter a `build_<name>` function under `<name>`.

    Args:
        builder: function that returns a model. One that passes `**options` on to a
            class names it as what it returns: a model's arguments are read there.
            `None` gives a decorator.
        made_for: modalities without which the model is not what its paper describes,
            such as `("image",)`. It can be built without them, but a ranking of all
            models leaves it out where the data lack one. Defaults to none.

    Returns:
        The function itself.

    Raises:
        ValueError: naming the builder that passes options on without a class.
    """
    if builder is None:
        return functools.partial(register_model, made_for=made_for)
    found = _signature(builder)
    passes_on = any(x.kind is x.VAR_KEYWORD for x in found.parameters.values())
    if passes_on and not _is_class(found.return_annotation):
        raise ValueError(
            f"`{builder.__name__}` passes options on, but does not say to which class, "
            "so that no argument of the model is known: write `-> MyModel` behind its "
            "arguments."
        )
    name = builder.__name__.removeprefix("build_")
    _BUILDERS[name], _MADE_FOR[name] = builder, tuple(made_for)
    return builder


def list_models(pattern="*"):
    """Names of the models, sorted.

    Args:
        pattern: shell-style pattern.

    Returns:
        List of names.

    Example:
    ```python
    mmzoo.list_models("*translator")
    ```
    """
    return sorted(fnmatch.filter(_BUILDERS, pattern))


def modules_of_others():
    """The modules outside of mmzoo that have registered models in this process.

    Returns:
        Sorted list of names that can be imported; a model of the script that runs, or
        of a notebook, is in none.
    """
    found = {builder.__module__ for builder in _BUILDERS.values()}
    known = {
        name for name in found if name.partition(".")[0] not in ("mmzoo", "__main__")
    }
    return sorted(known & set(sys.modules))


def check_name(name):
    """Refuse a name that no model has.

    Args:
        name: str.

    Raises:
        ValueError: naming the models that there are.
    """
    if name not in _BUILDERS:
        guess = did_you_mean(name, _BUILDERS)
        raise ValueError(
            f"There is no model {name!r}.{guess} There are {', '.join(list_models())}."
        )


def signature_of(name):
    """The arguments of a model, with their defaults: the one place that has both.

    Args:
        name: one of `list_models()`.

    Returns:
        Dict from argument to its default (`inspect.Parameter.empty` where it has
        none). A builder that passes `**options` on to the class that it returns has
        those of the class, too.
    """
    check_name(name)
    found = _signature(_BUILDERS[name])
    parameters, passed_on = dict(found.parameters), found.return_annotation
    if _is_class(passed_on):
        parameters = {**inspect.signature(passed_on).parameters, **parameters}
    return {
        each.name: each.default
        for each in parameters.values()
        if each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
    }


def answers(name):
    """Whether a model learns labels by itself, as `MultimodalModel.answers` says.

    Args:
        name: one of `list_models()`.

    Returns:
        A bool; of one that does not, a regressor reads the states.
    """
    # A model that answers is told what with.
    return "classes" in signature_of(name)


def made_for(name):
    """The modalities without which a model is not what its paper describes.

    Args:
        name: one of `list_models()`.

    Returns:
        Tuple of names, as `register_model` was told.
    """
    check_name(name)
    return _MADE_FOR[name]


def takes_path(name):
    """Whether a model is built from a path of several sets of modalities.

    Args:
        name: one of `list_models()`.

    Returns:
        A bool.
    """
    return bool({"chain", "source"}.intersection(signature_of(name)))


def projects(name):
    """Whether a model can bring frames of any width to one, by its `projection`.

    Args:
        name: one of `list_models()`.

    Returns:
        A bool.
    """
    return "projection" in signature_of(name)


def _signature(builder):
    try:
        return inspect.signature(builder, eval_str=True)
    except NameError:
        # `from __future__ import annotations` hides classes of an inner scope.
        return inspect.signature(builder)


def _is_class(annotation):
    return inspect.isclass(annotation) and annotation is not inspect.Signature.empty


def create_model(name, *args, **options):
    """Build a model by its name.

    Args:
        name: one of `list_models()`.
        *args: passed on to the builder.
        **options: passed on to the builder.

    Returns:
        The model.

    Raises:
        ValueError: there is no such model, or its file could not be loaded again.

    Example:
    ```python
    model = mmzoo.create_model("lstm_baseline", {"text": 300}, units=32)
    ```
    """
    check_name(name)
    model = _BUILDERS[name](*args, **options)
    if isinstance(model, keras.Model):
        _check_loadable(model)
    return model


def _check_loadable(model):
    """Refuse, before any training, a model that no file would give back."""
    kind = type(model).__name__
    if ">" not in keras.saving.get_registered_name(type(model)):
        raise ValueError(
            f"`{kind}` is not registered, so that no saved one could be loaded: write "
            '`@keras.saving.register_keras_serializable(package="mine")` above it.'
        )
    if not model.built:
        raise ValueError(
            f"`{kind}` is not built, so that no saved one could be loaded: let its "
            "constructor build its parts (`part.build(shape)`) and end with "
            "`self.built = True`."
        )


def load(path, trust=()):
    """Load a model that mmzoo saved.

    The file may come from a stranger: before anything in it is made, its outermost
    class must be one of mmzoo's, and Keras' safe mode stays on, so that no code in
    the file is run.

    Args:
        path: a `.keras` file, or the folder of a run, which holds `model.keras`.
        trust: names of packages of your own whose models may be made too: the
            `package` of `keras.saving.register_keras_serializable`. The class must have
            been imported before. Defaults to none.

    Returns:
        The model, on whatever backend is in use.

    Raises:
        DataError: naming the file, what is wrong with it, and what to do.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        path = path / RUN_MODEL
    if not path.exists():
        remedy = f"Train one, or correct the path.{path_that_was_meant(path)}"
        raise DataError(path, "there is no such file", remedy)
    size = check_model_file(path, trust)
    with (
        parsing(path, "Keras could not restore the model", NOT_RESTORED),
        weights_within(path, size),
    ):
        return keras.saving.load_model(path, compile=False, safe_mode=True)
