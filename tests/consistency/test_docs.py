"""The documentation runs as it is printed, and shows every name that is exported."""

import collections
import importlib
import importlib.util
import inspect
import re

import keras
import pytest

from mmzoo.data import synthetic
from mmzoo.models import registry
from tests.consistency.examples import SMALL_SAMPLE, fenced_blocks, run_block
from tests.consistency.tree import LIBRARY, ROOT

PAGES = [
    page.relative_to(ROOT)
    for page in sorted((ROOT / "docs").rglob("*.md"))
    if "```python" in page.read_text()
]


@pytest.fixture
def own_models(monkeypatch):
    """Registries in which what a page registers as `mine` is forgotten afterwards."""
    monkeypatch.setattr(registry, "_BUILDERS", dict(registry._BUILDERS))
    known = keras.saving.get_custom_objects()
    before = dict(known)
    yield
    for name in known.keys() - before.keys():
        # What a library registers while it is imported, it registers once.
        if name.startswith("mine>"):
            del known[name]


@pytest.mark.slow
@pytest.mark.usefixtures("own_models")
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # Pages of data count what is there.
    if page.parts[1] != "data":
        monkeypatch.setattr(synthetic, "SIZES", SMALL_SAMPLE)
    names = {}
    for block in fenced_blocks((ROOT / page).read_text(), "python"):
        run_block(block, names)


@pytest.fixture(scope="module")
def hooks():
    spec = importlib.util.spec_from_file_location("hooks", ROOT / "docs/hooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def exported(package):
    """Whatever a package offers besides its files, by name."""
    named = getattr(package, "__all__", vars(package))
    found = {name: getattr(package, name) for name in named if name[0] != "_"}
    return {name: each for name, each in found.items() if not inspect.ismodule(each)}


def found_at(dotted):
    """The object of a dotted name, or None."""
    module, _, name = dotted.rpartition(".")
    if importlib.util.find_spec(module) is None:
        return None
    return getattr(importlib.import_module(module), name, None)


def test_every_exported_name_is_on_an_api_page(hooks):
    pages = [page.read_text() for page in (ROOT / "docs/api").glob("*.md")]
    text = "\n".join(map(hooks.on_page_markdown, pages))
    listed = re.findall(r"^::: (mmzoo[\w.]*)", text, re.M)
    stale = [name for name in listed if found_at(name) is None]
    assert not stale, f"docs/api lists what does not exist: {stale}"
    twice = [name for name, count in collections.Counter(listed).items() if count > 1]
    assert not twice, f"docs/api lists a name twice: {twice}"
    shown = {id(found_at(name)) for name in listed}
    packages = [file.parent.name for file in LIBRARY.glob("*/__init__.py")]
    for package in [*packages, "library"]:
        names = exported(importlib.import_module(f"mmzoo.{package}"))
        missing = [name for name, each in names.items() if id(each) not in shown]
        assert not missing, (
            f"add `::: mmzoo.{package}` to a page of docs/api, which lacks {missing}"
        )


def test_star_imports_are_exports(hooks, monkeypatch, tmp_path):
    monkeypatch.setattr(hooks, "ROOT", tmp_path)
    (tmp_path / "mmzoo" / "parts").mkdir(parents=True)
    init = "from mmzoo.parts.one import *\nfrom mmzoo.parts.two import b as b\n"
    (tmp_path / "mmzoo/parts/__init__.py").write_text(init)
    one = tmp_path / "mmzoo/parts/one.py"
    one.write_text("A: int = 1\n__all__ = ['A', 'C']\n")
    found = hooks.exports("mmzoo.parts")
    assert found == ["mmzoo.parts.one.A", "mmzoo.parts.one.C", "mmzoo.parts.two.b"]
    one.write_text("A = 1\n")
    with pytest.raises(ValueError, match="mmzoo.parts.one needs an `__all__`"):
        hooks.exports("mmzoo.parts")


def test_a_folder_in_the_nav_becomes_its_pages(hooks):
    nav = ["index.md", {"Models": "models/"}, {"All": [{"Here": "api/"}]}]
    config = type("Config", (), {"docs_dir": ROOT / "docs", "nav": nav})
    home, models, everything = hooks.on_config(config).nav
    pages = sorted((ROOT / "docs/models").glob("*.md"))
    assert home == "index.md" and len(pages) > 5
    assert models["Models"] == [f"models/{page.name}" for page in pages]
    assert "api/layers.md" in everything["All"][0]["Here"]
