"""Every model is described and drawn, and its page shows the drawing as it is."""

import importlib.util
import inspect
import re

import keras
import pytest

import mmzoo
from mmzoo.models import FusionModel, registry
from tests.consistency.tree import LIBRARY, ROOT
from tests.models.test_joined_steps import JOINING

DRAWINGS = ROOT / "docs" / "models" / "drawings"
FAMILIES = "families"
# The caller makes these, and gives them as `input_dims`.
FRONT_ENDS = {"ImageEncoder", "LogSpectrogram", "PretrainedText", "WordEmbedding"}
IMPORT = re.compile(r"^from (mmzoo\.(?:models|layers)\.\w+) import", re.M)


@pytest.fixture(scope="module")
def script():
    path = ROOT / "docs" / "model_drawings.py"
    spec = importlib.util.spec_from_file_location("model_drawings", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def described(name):
    return (DRAWINGS / f"{name}.txt").read_text()


def sources(module):
    """The text of a module, and of all models and layers that it imports."""
    found, waiting = {}, [module]
    while waiting:
        module = waiting.pop()
        if module not in found:
            path = LIBRARY.joinpath(*module.split(".")[1:]).with_suffix(".py")
            found[module] = path.read_text()
            waiting += IMPORT.findall(found[module])
    return "\n".join(found.values())


def answers_per(name):
    """Whether a model answers once a sequence, once a step, or either."""
    made = inspect.signature(getattr(mmzoo, f"build_{name}")).return_annotation
    # Two builders name no class, and make a model that fuses vectors.
    return getattr(made, "answers_per", FusionModel.answers_per)


def test_every_model_and_nothing_else_is_described():
    found = {path.stem for path in DRAWINGS.glob("*.txt")}
    assert found == {*mmzoo.list_models(), FAMILIES}


def test_drawings_are_current(script):
    pictures = {path.stem for path in script.PICTURES.glob("*.svg")}
    assert pictures == {path.stem for path in DRAWINGS.glob("*.txt")}
    for name in pictures:
        drawn = (script.PICTURES / f"{name}.svg").read_text()
        assert drawn == script.picture(described(name)), f"{name}: run `make results`"


def test_pages_show_and_tell_their_drawing(script):
    pages = {name: f"docs/models/{name}.md" for name in mmzoo.list_models()}
    for name, page in {**pages, FAMILIES: "docs/concepts/families.md"}.items():
        about, _ = script.read(described(name))
        shown = f"![{about}](../images/models/{name}.svg)"
        assert shown in (ROOT / page).read_text(), f"{page} does not show {shown}"


@pytest.mark.parametrize("name", mmzoo.list_models())
def test_layers_of_a_drawing_are_layers_of_the_model(script, name):
    _, arrows = script.read(described(name))
    boxes = {script.label(box) for arrow in arrows for box in arrow}
    layers = {layer for box in boxes for layer in script.LAYER.findall(box)}
    code = sources(getattr(mmzoo, f"build_{name}").__module__)
    for layer in layers:
        known = [part for part in (*script.ZOO, keras.layers) if hasattr(part, layer)]
        assert known, f"{name}: mmzoo and Keras have no {layer}"
        made = layer in FRONT_ENDS or re.search(rf"\b{layer}\(", code)
        assert made, f"{name} makes no {layer}"


def test_the_families_hold_every_model_once(script):
    _, arrows = script.read(described(FAMILIES))
    known = set(mmzoo.list_models())
    found = [target for _, target in arrows if target in known]
    assert sorted(found) == mmzoo.list_models()


def test_lists_and_stars_stand_for_a_box_each(script):
    text = "Both are read.\n\na, b -> read* -> Dense -> c, d\nread* -> e\nf -> Dense"
    about, arrows = script.read(text)
    assert about == "Both are read."
    assert arrows == [
        ("a", "read@a"),
        ("read@a", "Dense"),
        ("Dense", "c"),
        ("b", "read@b"),
        ("read@b", "Dense"),
        ("Dense", "d"),
        ("read@a", "e"),
        ("read@b", "e"),
        ("f", "Dense"),
    ]
    assert script.label("read@a") == "read"


def test_boxes_stand_behind_what_leads_to_them_and_apart(script):
    arrows = [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")]
    column = script.columns(arrows)
    assert column == {"a": 0, "b": 1, "c": 2, "d": 0}
    row, ways = script.rows(arrows, column)
    assert [len(way) for way in ways] == [2, 2, 3, 3]
    for each in range(3):
        heights = sorted(row[box] for box in column if column[box] == each)
        assert all(b - a >= 0.999 for a, b in zip(heights, heights[1:], strict=False))


def test_a_bad_description_is_named(script):
    with pytest.raises(ValueError, match="'a, b' is no path"):
        script.read("About.\n\na, b")
    with pytest.raises(ValueError, match="go round in a circle"):
        script.columns([("a", "b"), ("b", "a")])


def test_the_page_of_families_says_what_models_ask_of_data():
    text = (ROOT / "docs/concepts/families.md").read_text()
    row = {line[2:].split(" |")[0]: line for line in text.splitlines() if "|" in line}
    named = {key: set(re.findall(r"\[`(\w+)`\]", each)) for key, each in row.items()}
    answering = {name for name in mmzoo.list_models() if registry.answers(name)}
    steps = {name for name in answering if "step" in answers_per(name)}
    assert named['one a step (`labels_per="step"`)'] == steps
    translating = {"cyclic_translator", "sentiment_regressor"}
    assert named["not aligned"] == answering - JOINING - translating
