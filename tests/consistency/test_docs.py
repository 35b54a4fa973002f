"""The python of the documentation runs as it is printed."""

import pytest

from tests.consistency.examples import fenced_blocks, run_block
from tests.consistency.tree import ROOT

PAGES = [
    page.relative_to(ROOT)
    for page in sorted((ROOT / "docs").rglob("*.md"))
    if "```python" in page.read_text()
]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in fenced_blocks((ROOT / page).read_text(), "python"):
        run_block(block, names)
