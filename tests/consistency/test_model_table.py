"""The tables of models in README and on the first page are those of the registry."""

import importlib.util

import pytest

import mmzoo
from tests.consistency.tree import ROOT

SECTIONS = ["Idea", "Inputs and outputs", "Use it", "Variants", "Results"]
SECTIONS += ["What differs from the paper", "References"]
PAGE = """# A model

| key | shape |
|---|---|
| in: `"video"` and `"video_mask"` | `(batch, timesteps, features)` |
| in, instead of it: `"image"` | `(batch, cells, features)` |
| out: `"text"` | `(batch,)` |

## References

* {}; section 2.
* Others: [Another](https://example.org), 1999.
"""


@pytest.fixture(scope="module")
def script():
    path = ROOT / "docs" / "model_table.py"
    spec = importlib.util.spec_from_file_location("model_table", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_are_current(script):
    for page in script.PAGES:
        assert page.read_text() == script.with_table(page), "run `make results`"
        for name in mmzoo.list_models():
            assert f"models/{name}.md)" in page.read_text()


def test_a_written_page_stays_as_it_is(script, monkeypatch, tmp_path):
    page = tmp_path / "README.md"
    page.write_text(f"before\n{script.MARKERS[0]}\nold\n{script.MARKERS[1]}\nafter\n")
    monkeypatch.setattr(script, "PAGES", [page])
    monkeypatch.setattr(script, "FOLDER", tmp_path / "docs")
    monkeypatch.setattr(script, "line", lambda name, folder: [name, folder, "", ""])
    script.main()
    first = page.read_text()
    script.main()
    assert page.read_text() == first
    assert "| lstm_baseline | docs |  |  |\n" in first and "old" not in first
    assert first.startswith("before\n") and first.endswith("\nafter\n")


@pytest.mark.parametrize(
    ("reference", "shown"),
    [
        (
            "Pham, Manzini and Liang: [Seq2Seq](https://a.org/1), 2018",
            "Pham et al., [Seq2Seq](https://a.org/1), 2018",
        ),
        ("Li and\n  Wu: *On\n  fusion*, 2020", "Li et al., *On fusion*, 2020"),
        ("Hu: [One](https://a.org)", "Hu, [One](https://a.org)"),
    ],
)
def test_a_page_says_what_is_read_and_whose_it_is(script, reference, shown):
    text = PAGE.format(reference)
    assert script.paper("model", text) == shown
    assert script.reads(text) == "video, image"
    assert script.reads(text.replace("| in", "| to")) == "any"


def test_a_page_that_lacks_something_is_named(script, monkeypatch, tmp_path):
    with pytest.raises(ValueError, match="docs/models/x.md names no paper: begin"):
        script.paper("x", PAGE.format("a paper without a title"))
    monkeypatch.setattr(script, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="'x' has no page: write docs/models/x.md"):
        script.line("x", "models")


def test_every_page_belongs_to_a_model_and_has_its_sections(script):
    pages = {page.stem: page.read_text() for page in script.FOLDER.glob("*.md")}
    assert sorted(pages) == mmzoo.list_models()
    for name, text in pages.items():
        found = [line[3:] for line in text.splitlines() if line.startswith("## ")]
        assert found == SECTIONS, f"docs/models/{name}.md has the sections {found}"


def test_the_name_by_which_the_field_calls_a_model_stands_beside_it(script):
    assert script.short_name("# Crossmodal transformer (MulT)\n\ntext") == " (MulT)"
    assert script.short_name("# A network (GME-LSTM(A))\n") == " (GME-LSTM(A))"
    assert script.short_name("# LSTM baseline\n\n(see below)\n") == ""
