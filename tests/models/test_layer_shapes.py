"""Summaries show what every layer answers, over the registry."""

import pytest

from tests.models.exported_models import FORMS
from tests.models.small_models import small_baseline, small_regressor


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """A terminal in which no cell is broken."""
    monkeypatch.setenv("COLUMNS", "160")


def summary_of(model, **options):
    lines = []
    model.summary(line_length=160, print_fn=lines.append, **options)
    return "\n".join(lines)


def rows_of(text):
    """The output shape by layer, from the lines of a summary."""
    cells = [line.split("│")[1:3] for line in text.splitlines() if "│" in line]
    return {name.split()[0]: shape.strip() for name, shape in cells if name.strip()}


@pytest.mark.parametrize("name", FORMS)
def test_every_layer_shows_its_shape(name):
    model = FORMS[name]()
    shapes = rows_of(summary_of(model))
    assert set(shapes) == {layer.name for layer in model.layers}
    assert all("(None" in shape for shape in shapes.values()), shapes
    assert "?" not in "".join(shapes.values())


def test_any_number_of_samples_and_steps_is_none():
    model = small_baseline(labels_per="step", pooling_attention=False)
    shapes = rows_of(summary_of(model))
    assert shapes == {
        "modality_concat": "[(None, None, 10), (None, None)]",
        "head": "(None, None)",
    }
    shapes = rows_of(summary_of(small_regressor()))
    assert [*shapes.values()] == ["(None, None, 4)", "(None)"]


def test_a_summary_leaves_the_layers_as_they_were():
    model = small_baseline()
    first = summary_of(model)
    assert not any(layer._inbound_nodes for layer in model.layers)
    assert summary_of(model) == first


def test_a_model_that_takes_no_symbols_has_a_summary_too(monkeypatch):
    model = small_baseline()

    def call(inputs, training=None):
        raise TypeError("numbers only")

    monkeypatch.setattr(model, "call", call)
    assert set(rows_of(summary_of(model)).values()) == {"?"}
