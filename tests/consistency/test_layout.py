"""Where files stand: mirrored tests, and telling names."""

import pytest

from tests.consistency.tree import ROOT, library_files

# An __init__ holds imports, which every other test runs.
TESTED = [path for path in library_files() if path.name != "__init__.py"]
EMPTY_NAMES = {"utils", "helpers", "common", "misc", "base"}


@pytest.mark.parametrize("path", TESTED, ids=str)
def test_every_file_has_a_mirrored_test(path):
    mirror = ROOT / "tests" / path.parent / f"test_{path.name}"
    assert mirror.is_file(), f"mmzoo/{path} has no test {mirror.relative_to(ROOT)}"
    assert "def test_" in mirror.read_text(), f"{mirror} tests nothing"


@pytest.mark.parametrize("path", library_files(), ids=str)
def test_names_say_what_is_inside(path):
    telling = EMPTY_NAMES.isdisjoint(path.with_suffix("").parts)
    assert telling, f"mmzoo/{path}: name the file after what it holds"
