"""What the consistency tests look at: the library's files and public names."""

import ast
import functools
import importlib
import inspect
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "mmzoo"


def library_files():
    """Every python file of the library, with its path inside it."""
    return sorted(path.relative_to(LIBRARY) for path in LIBRARY.rglob("*.py"))


@functools.cache
def parsed(path):
    """The syntax tree of a file of the library."""
    return ast.parse((LIBRARY / path).read_text())


def defined(path):
    """Names of the public classes and functions that a file of the library defines."""
    things = [
        node
        for node in parsed(path).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    ]
    return [node.name for node in things if not node.name.startswith("_")]


def modules():
    """Dotted name of every module to document, with its path.

    Private files are left out, and each `__init__` that only imports.
    """
    found = {}
    for path in library_files():
        package = path.name == "__init__.py"
        if defined(path) if package else not path.name.startswith("_"):
            parts = path.parent.parts if package else path.with_suffix("").parts
            found[".".join(("mmzoo", *parts))] = path
    return found


def public_names():
    """`(module, name)` of each public class and function of the library."""
    return [
        (name, thing) for name, path in modules().items() for thing in defined(path)
    ]


@functools.cache
def imports(path):
    """`(dotted name, line, inside a function)` of every import in a file."""
    return tuple(_imports(path))


def _imports(path):
    package = ("mmzoo", *path.parent.parts)
    for node, inside in _within(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno, inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            origin = ".".join((*above, *filter(None, [node.module])))
            for alias in node.names:
                yield f"{origin}.{alias.name}", node.lineno, inside


def _within(node, inside=False):
    """Every node below one, and whether it is in a function."""
    inside = inside or isinstance(node, ast.FunctionDef)
    for child in ast.iter_child_nodes(node):
        yield child, inside
        yield from _within(child, inside)


def load(module, name):
    """The object of one pair of `public_names`."""
    return getattr(importlib.import_module(module), name)


def is_exported(module, name):
    """Whether the package of the module re-exports the object."""
    # Readers are found through their registry; what they share is no public face.
    if module.startswith("mmzoo.data.readers."):
        return False
    package = importlib.import_module(module.rpartition(".")[0])
    return getattr(package, name, None) is load(module, name)


def docstring(module, name):
    """The object's own docstring, never an inherited one, or an empty string."""
    return inspect.cleandoc(load(module, name).__doc__ or "")
