"""Every file is written by the one writer, `mmzoo.files`."""

import ast

import pytest

from tests.consistency.tree import LIBRARY, ROOT, library_files

WRITER = LIBRARY / "files.py"
SOURCES = [LIBRARY / path for path in library_files()]
SOURCES += (ROOT / "recipes").rglob("*.py")
SOURCES = [path for path in SOURCES if path != WRITER]
# Functions that make or move a file, by the last part of their name.
WRITING = {"savez", "savez_compressed", "savetxt", "savefig", "tofile", "to_csv"}
WRITING |= {"write_text", "write_bytes", "to_json", "to_parquet", "save_weights"}
WRITING |= {"copy2", "copyfile", "copytree", "move", "rename", "renames", "symlink"}
WRITING |= {"save_to_preset"}
WRITING |= {"mkstemp", "NamedTemporaryFile", "save_model"}
# Names that mean something else on most objects, with those on which they write.
# `super().export` is Keras' own, into a folder that the caller names.
ON = {"replace": {"os"}, "copy": {"shutil"}, "save": {"np", "numpy", "model", "image"}}
ON |= {"export": {"model", "self"}}
OPENING = {"open", "File", "ZipFile", "fdopen", "memmap"}


def called(node):
    """The object and the name of a call, `("np", "savez")`."""
    function = node.func
    if isinstance(function, ast.Attribute):
        owner = function.value
        return getattr(owner, "id", getattr(owner, "attr", "")), function.attr
    return "", getattr(function, "id", "")


def is_written(node):
    """Whether a call makes, changes or moves a file."""
    owner, name = called(node)
    if name in OPENING:
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        modes = [v.value for v in values if isinstance(v, ast.Constant)]
        return any(
            isinstance(mode, str) and len(mode) < 4 and set(mode) & set("wax+")
            for mode in modes
        )
    if name in ON:
        return owner in ON[name]
    buffered = bool(node.args) and getattr(node.args[0], "id", "") == "buffer"
    return name in WRITING and not buffered


def unsafe(tree):
    """Lines of the calls that write outside of `with atomic_file` and its like."""
    safe = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.With):
            made = [i.context_expr for i in node.items]
            made = [called(call)[1] for call in made if isinstance(call, ast.Call)]
            if {"atomic_file", "atomic_folder"} & set(made):
                safe |= {id(inner) for inner in ast.walk(node)}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and is_written(node) and id(node) not in safe
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_written_by_the_one_writer(path):
    lines = unsafe(ast.parse(path.read_text()))
    assert not lines, f"{path}, lines {lines}: write inside `with atomic_file(...)`"


@pytest.mark.parametrize(
    "code",
    [
        'open(path, "w")',
        'open(path, mode="ab")',
        'path.open("x")',
        'h5py.File(path, "w")',
        "os.replace(a, b)",
        "np.savez(path, a=a)",
        "model.save(path)",
        "self.model.save(path)",
        "figure.savefig(path)",
        "shutil.copy(a, b)",
        "path.rename(b)",
        "path.write_text(text)",
    ],
)
def test_other_ways_are_seen(code):
    assert unsafe(ast.parse(code)) == [1]
    assert not unsafe(ast.parse(f"with atomic_file(path) as path:\n    {code}"))


def test_reading_is_free():
    code = 'open(path)\nopen(path, "rb")\nh5py.File(path, "r")\ntext.replace("a", "b")'
    assert not unsafe(ast.parse(code))
