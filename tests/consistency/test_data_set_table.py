"""The table of data sets in the documentation is that of the library."""

import importlib.util

import mmzoo
from tests.consistency.tree import ROOT


def script():
    path = ROOT / "docs" / "data_set_table.py"
    spec = importlib.util.spec_from_file_location("data_set_table", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_current():
    table = script()
    text = table.PAGE.read_text()
    assert text == table.with_table(text), "run `make results`"
    assert all(f"{each.about} |" in text for each in mmzoo.data.known_data_sets())


def test_pages_lead_to_the_table():
    for page in ("README.md", "docs/index.md", "docs/data/formats.md"):
        assert "data_sets.md)" in (ROOT / page).read_text(), page
