"""Flags of the command line, read from the signatures that they fill.

An option stands in one place, its dataclass or its builder, and its flag, type, default
and help are read from the source there: importing it would start Keras before a typo
could be answered.
"""

import argparse
import ast
import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
TRAINING = ROOT / "training/training_options.py", "TrainingOptions"
FRONT_ENDS = ROOT / "training/front_ends.py", "FrontEnds"
# What the data and the variant say, and the seed of a training.
GIVEN = ("chain", "classes", "input_dims", "labels_per", "level", "seed", "source")
GIVEN += ("dtype", "self", "target", "translator")
KINDS = {bool: "yes or no", int: "whole number", float: "number", str: "text"}


@dataclasses.dataclass(frozen=True)
class _Flag:
    """An option of the command line.

    Args:
        name: of the argument that it fills.
        default: that argument's; a value is of its type. `None` takes any.
        about: what its docstring says.
    """

    name: str
    default: object
    about: str

    def add_to(self, group):
        """Add the flag to a parser, which tells nothing of it where it is not given.

        Args:
            group: parser of `argparse`, or a group of it.
        """
        flag, about = f"--{self.name.replace('_', '-')}", self.about.replace("%", "%%")
        if isinstance(self.default, bool):
            settings = {"action": argparse.BooleanOptionalAction}
        else:
            settings = {"type": self.read, "metavar": "X"}
        group.add_argument(flag, help=about, default=argparse.SUPPRESS, **settings)

    def read(self, text):
        """The value of the words after the flag; a `type` of `argparse`.

        Args:
            text: str. `None`, numbers and lists are written as in Python.

        Returns:
            The value, of the type of the default where there is one.

        Raises:
            argparse.ArgumentTypeError: if it is of another type.
        """
        value, wanted = _value(text), type(self.default)
        if wanted is float and type(value) is int:
            return float(value)
        free = self.default is None or value is None or isinstance(value, dict | list)
        if free or type(value) is wanted:
            return value
        if wanted is str:
            return text
        raise argparse.ArgumentTypeError(f"it is a {KINDS[wanted]}, not {text!r}")


def _value(text):
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def training_flags():
    """Flags of `TrainingOptions`.

    Returns:
        list of flags.
    """
    return _of_dataclass(*TRAINING)


def front_end_flags():
    """Flags of `FrontEnds`.

    Returns:
        list of flags.
    """
    return _of_dataclass(*FRONT_ENDS)


def model_flags():
    """Flags of the builders of all models.

    Returns:
        list of flags, sorted by name, each once; those of `FrontEnds` are left out.
    """
    given = {*GIVEN, *(flag.name for flag in front_end_flags())}
    found = {}
    for model, flags in _builders().items():
        for flag in flags:
            if flag.name not in given:
                found.setdefault(flag.name, []).append((model, flag))
    return [_joined(name, found[name]) for name in sorted(found)]


def _joined(name, same):
    """One flag for the arguments of one name, which models explain alike or not."""
    models = {}
    for model, flag in same:
        models.setdefault(flag.about, []).append(model)
    about = "; ".join(f"{', '.join(each)}: {text}" for text, each in models.items())
    defaults = [flag.default for _, flag in same if flag.default is not None]
    return _Flag(name, defaults[0] if defaults else None, about)


def _builders():
    """The arguments of each model, those of the class that its builder returns too."""
    files = sorted((ROOT / "models").glob("*.py"))
    nodes = [node for path in files for node in ast.parse(path.read_text("utf-8")).body]
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    found = {}
    for node in nodes:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("build_"):
            made = classes.get(getattr(node.returns, "id", None))
            flags = _of_function(made, _constructor(made)) if made else []
            found[node.name.removeprefix("build_")] = flags + _of_function(node, node)
    return found


def _constructor(made):
    (found,) = (each for each in made.body if getattr(each, "name", "") == "__init__")
    return found


def _of_function(documented, function):
    """Flags of the arguments of a function that have a default."""
    about, arguments = _about(documented), function.args
    positional = arguments.args[len(arguments.args) - len(arguments.defaults) :]
    pairs = [*zip(positional, arguments.defaults, strict=True)]
    pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    named = [(argument.arg, _literal(default)) for argument, default in pairs]
    return [_Flag(name, default, about.get(name, "")) for name, default in named]


def _of_dataclass(path, name):
    """Flags of the fields of a dataclass."""
    tree = ast.parse(path.read_text("utf-8"))
    (found,) = (each for each in tree.body if getattr(each, "name", "") == name)
    about, constants = _about(found), _constants(tree)
    fields = [each for each in found.body if isinstance(each, ast.AnnAssign)]
    named = [(field.target.id, _literal(field.value, constants)) for field in fields]
    return [
        _Flag(name, default, f"{about[name]} (default {default})")
        for name, default in named
    ]


def _constants(tree):
    """The names that a file gives to literals."""
    return {
        node.targets[0].id: _literal(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def _literal(node, constants=None):
    """The value of a default; what a call returns is not known without an import."""
    if isinstance(node, ast.Name):
        return (constants or {}).get(node.id)
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def _about(documented):
    """What a docstring says of each argument, in one line."""
    text = ast.get_docstring(documented) or ""
    section = re.search(r"^Args:\n((?:    .*\n|\n)+)", text + "\n", re.MULTILINE)
    text = section[1] if section else ""
    parts = re.split(r"^    \**(\w+): ", text, flags=re.MULTILINE)
    return {
        name: " ".join(words.split()).replace("`", "").removesuffix(".")
        for name, words in zip(parts[1::2], parts[2::2], strict=True)
    }
