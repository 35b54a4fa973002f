"""Pages teach `adapt` with a split: `.frames` holds the steps of all splits."""

import re

import pytest

from tests.consistency.tree import ROOT

PAGES = [
    path
    for pattern in (
        "*.md",
        "docs/**/*.md",
        "notebooks/*.py",
        "notebooks/*.ipynb",
        "mmzoo/**/*.py",
        "recipes/**/*.py",
        "benchmarks/**/*.py",
        "benchmarks/**/*.md",
    )
    for path in sorted(ROOT.glob(pattern))
]
# A model's `adapt` that is given a dict, on one line or on several.
LEAK = re.compile(
    r"model\w*\.adapt\w*\((?=\s*\{)[^}]*|translator\.adapt\((?=\s*\{)[^}]*"
)


def test_the_pattern_finds_what_leaks():
    leaks = (
        "model.adapt({n: corpus.train.sequences[n].frames for n in model.reads})",
        "model.adapt(\n    {name: rows[name].frames for name in translator.reads}\n)",
        "model.adapt({n: split.sequences[n] for n in model.reads})",
    )
    assert all(map(LEAK.search, leaks))
    assert not LEAK.search("model.adapt(corpus.train)\nmodel.compile()")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_adapts_to_shared_frames(path):
    found = LEAK.search(path.read_text(errors="replace"))
    where = found and found[0].replace("\n", " ")
    assert not found, f"{where}: teach `model.adapt(corpus.train)`"
