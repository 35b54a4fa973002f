"""Docstrings say what the signature says, and their examples run."""

import ast
import inspect
import re

import keras
import numpy as np
import pytest

import mmzoo
from tests.consistency.examples import fenced_blocks, run_block
from tests.consistency.tree import docstring, is_exported, load, public_names

TITLE = re.compile(r"^([A-Z][A-Za-z ]+):$")
ARGUMENT = re.compile(r"^    (\*{0,2}\w+)(?: \([^)]*\))?:(.*)$")
STARS = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
NAMES = [
    pair
    for pair in public_names()
    if not (inspect.isclass(load(*pair)) and issubclass(load(*pair), Exception))
]
EXPORTED = [pair for pair in NAMES if is_exported(*pair)]
CLASSES = [pair for pair in EXPORTED if inspect.isclass(load(*pair))]


def sections(text):
    """Section title to the lines below it."""
    found, title = {}, ""
    for line in text.splitlines():
        match = TITLE.match(line)
        title = match[1] if match else title
        found.setdefault(title, [] if match else [line])
        if not match:
            found[title].append(line)
    return found


def described(lines):
    """Argument name to its description, from the lines of `Args:`."""
    found, name = {}, None
    for line in lines:
        match = ARGUMENT.match(line)
        if match:
            name = match[1]
            found[name] = match[2]
        elif name:
            found[name] += " " + line.strip()
    return found


def parameters(target):
    """Argument name, as a docstring writes it, to its default."""
    found = inspect.signature(target).parameters.values()
    return {STARS.get(item.kind, "") + item.name: item.default for item in found}


def equals(stated, default):
    """Whether a default is what the docstring states between backticks."""
    try:
        return ast.literal_eval(stated) == default
    except (SyntaxError, ValueError):
        return stated == getattr(default, "__name__", repr(default))


def methods():
    """`(module, class, method)` of each public method that shows an example."""
    for module, name in CLASSES:
        for method, found in vars(load(module, name)).items():
            text = getattr(found, "__doc__", None) or ""
            if not method.startswith("_") and "```python" in text:
                yield module, name, method


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_args_match_the_signature(module, name):
    found = sections(docstring(module, name))
    # A dataclass may call its fields attributes.
    lines = found.get("Args", found.get("Attributes"))
    real = parameters(load(module, name))
    if lines is None:
        inner = not inspect.isclass(load(module, name)) and not is_exported(
            module, name
        )
        assert inner or not real, f"{module}.{name} has no `Args:` for {list(real)}"
        return
    written = described(lines)
    assert list(written) == list(real), f"{module}.{name}: Args: is not the signature"
    for argument, text in written.items():
        for stated in re.findall(r"[Dd]efaults\s+to\s+`([^`]*)`", text):
            default = real[argument]
            right = equals(stated, default)
            assert right, f"{name}({argument}) defaults to {default!r}, not {stated}"


@pytest.mark.parametrize(("module", "name"), CLASSES)
def test_class_shows_an_example(module, name):
    blocks = fenced_blocks(docstring(module, name), "python")
    shown = "Example" in sections(docstring(module, name)) and blocks
    assert shown, f"{module}.{name} has no `Example:` with a ```python block"


@pytest.mark.parametrize(("module", "name", "method"), list(methods()))
def test_example_of_a_method_runs(module, name, method, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = inspect.getdoc(getattr(load(module, name), method))
    for block in fenced_blocks(text, "python"):
        run_block(block, {"mmzoo": mmzoo, "np": np})


@pytest.mark.parametrize(
    ("module", "name"),
    [pair for pair in public_names() if "```python" in docstring(*pair)],
)
def test_example_runs(module, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"mmzoo": mmzoo, "keras": keras, "np": np, name: load(module, name)}
    for block in fenced_blocks(docstring(module, name), "python"):
        run_block(block, names)
