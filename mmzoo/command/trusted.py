"""The model of a command, with the modules of the user's own that define it."""

import importlib
import os
import sys

from mmzoo.models import load


def load_trusted(arguments):
    """Load the model, after the modules that the user trusts.

    Args:
        arguments: words of the command line, as `parse` returns them: `model`, and in
            `trust` names of modules, which stand for the `package` that their classes
            are registered in, too.

    Returns:
        The model.
    """
    import_trusted(arguments.trust)
    return load(arguments.model, trust=arguments.trust)


def import_trusted(names):
    """Import modules of the user's own, whose models are then known by their names.

    Args:
        names: list of str. Modules in this folder, or where Python finds packages.

    Raises:
        ValueError: naming a module that is not found.
    """
    for name in names:
        _import(name)


def _import(name):
    here = os.getcwd()
    # Behind the others, so that no file here takes the place of an installed package.
    if here not in sys.path:
        sys.path.append(here)
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        # What the module itself imports may be missing, too.
        if error.name != name.partition(".")[0]:
            raise ValueError(f"--trust {name}: {error}.") from error
        raise ValueError(
            f"--trust {name}: there is no {name}.py in {here}, nor is a package of "
            "this name installed. Give the name of the module that defines the model."
        ) from error
