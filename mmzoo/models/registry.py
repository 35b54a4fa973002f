"""Models by name: `create_model("lstm_baseline", ...)`, `list_models()`, `load`."""

import difflib
import fnmatch
import pathlib

import keras

from mmzoo.models.model_file import check_model_file, weights_within
from mmzoo.reading import parsing

NOT_RESTORED = (
    "The file is damaged or was saved by another version: train it again, or install "
    "the version named in the report beside it"
)
_BUILDERS = {}


def register_model(builder):
    """Enter a `build_<name>` function under `<name>`.

    Args:
        builder: function that returns a model.

    Returns:
        The function itself.
    """
    _BUILDERS[builder.__name__.removeprefix("build_")] = builder
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


def create_model(name, *args, **options):
    """Build a model by its name.

    Args:
        name: one of `list_models()`.
        *args: passed on to the builder.
        **options: passed on to the builder.

    Returns:
        The model.

    Example:
    ```python
    model = mmzoo.create_model("lstm_baseline", {"text": 300}, units=32)
    ```
    """
    if name not in _BUILDERS:
        near = difflib.get_close_matches(name, _BUILDERS, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"There is no model {name!r}.{hint} There are {list_models()}")
    return _BUILDERS[name](*args, **options)


def load(path):
    """Load a model that mmzoo saved.

    The file may come from a stranger: before anything in it is made, its outermost
    class must be one of mmzoo's, and Keras' safe mode stays on, so that no code in
    the file is run.

    Args:
        path: a `.keras` file.

    Returns:
        The model, on whatever backend is in use.

    Raises:
        DataError: naming the file, what is wrong with it, and what to do.
    """
    path = pathlib.Path(path)
    size = check_model_file(path)
    with (
        parsing(path, "Keras could not restore the model", NOT_RESTORED),
        weights_within(path, size),
    ):
        return keras.saving.load_model(path, compile=False, safe_mode=True)
