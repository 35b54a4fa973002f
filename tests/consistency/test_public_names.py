"""Every public name is exported by its package and registered under one name."""

import collections
import importlib
import inspect

import keras
import pytest

from tests.consistency.tree import (
    imports,
    is_exported,
    library_files,
    load,
    public_names,
)

# A reader is found through the registry of readers.
PACKAGED = [
    pair for pair in public_names() if not pair[0].startswith("mmzoo.data.readers.")
]
KERAS_CLASSES = [
    pair
    for pair in PACKAGED
    if is_exported(*pair)
    and inspect.isclass(load(*pair))
    and issubclass(load(*pair), keras.layers.Layer | keras.Model)
]


@pytest.fixture(scope="module")
def imported():
    """Whatever a file of the library imports, by its dotted name."""
    return {dotted for path in library_files() for dotted, *_ in imports(path)}


@pytest.mark.parametrize(("module", "name"), PACKAGED)
def test_name_is_exported(module, name, imported):
    if is_exported(module, name):
        return
    # A thing may be shared between the files of the library and go no further.
    assert f"{module}.{name}" in imported, (
        f"{module.rpartition('.')[0]}/__init__.py lacks `from {module} import {name}` "
        "(give a thing that only its own file uses a leading underscore)"
    )


@pytest.mark.parametrize(("module", "name"), KERAS_CLASSES)
def test_class_is_registered(module, name):
    registered = keras.saving.get_registered_name(load(module, name))
    assert registered == f"mmzoo>{name}", f"{module}.{name} is {registered!r}"
    # A second class of the same name would silently replace the first.
    assert keras.saving.get_registered_object(registered) is load(module, name)


def test_builders_are_on_the_public_face():
    mmzoo = importlib.import_module("mmzoo")
    models = [pair for pair in PACKAGED if pair[0].startswith("mmzoo.models.")]
    names = [name for _, name in models if name.startswith("build_")]
    missing = [name for name in names if not hasattr(mmzoo, name)]
    assert not missing, f"mmzoo/library.py does not re-export {missing}"


def test_class_names_are_unique():
    classes = [name for module, name in PACKAGED if inspect.isclass(load(module, name))]
    twice = [name for name, count in collections.Counter(classes).items() if count > 1]
    assert not twice, f"two public classes share a name: {twice}"
