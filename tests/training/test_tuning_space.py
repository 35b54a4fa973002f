import json

import pytest

from mmzoo.training import Control, TrainingOptions, Variant, plan
from mmzoo.training.tuning_space import (
    FIXED,
    check_space,
    default_of,
    read_space,
    taken_by,
    with_options,
)
from tests.consistency.tree import ROOT

pytestmark = pytest.mark.one_backend
RATE = {"learning_rate": {"low": 0.001, "high": 0.1, "log": True}}
SPACE = {**RATE, "units": {"low": 2, "high": 9}, "cell": ["lstm", "gru"]}


def rows_of(*names, options=None, **more):
    variants = [Variant.parse(name, **more) for name in names]
    return plan(variants, options or TrainingOptions())


def test_the_default_space_suits_every_kind_of_row():
    space = read_space()
    names = ["text", "text->audio", "text->audio->video", "late_fusion_network:text"]
    names += ["crossmodal_transformer:audio+text", "image_text_classifier:text"]
    names += ["audio_text_classifier:audio", "memory_fusion_network:audio+text"]
    rows = rows_of(*names)
    check_space(space, rows, whole=False)
    taken = {row.name: set(taken_by(row, space)) for row in rows if not row.control}
    training = {"learning_rate", "batch_size", "dropout"}
    assert taken["text"] == taken["text->audio"] == training | {"units", "num_layers"}
    assert taken["image_text_classifier:text"] == training | {
        "hidden_dim",
        "text_dropout",
    }
    assert all(training <= names for names in taken.values())


def test_the_page_shows_the_default_space():
    page = (ROOT / "docs/concepts/tuning.md").read_text()
    shown = page.partition("```json\n")[2].partition("```")[0]
    assert json.loads(shown) == read_space()


def test_what_a_variant_fixes_is_not_drawn():
    (row,) = rows_of("text", architecture={"units": 5})
    assert set(taken_by(row, SPACE)) == {"learning_rate", "cell"}
    assert (default_of(row, "units"), default_of(row, "cell")) == (5, "lstm")
    new = with_options(row, {"learning_rate": 0.5, "cell": "gru"})
    assert new.options.learning_rate == 0.5
    assert new.architecture == {"units": 5, "cell": "gru"}
    assert row.architecture == {"units": 5}


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({"unit": [1, 2]}, "no row has an option 'unit': .* Did you mean 'units'"),
        ({**RATE, "window": [1, 2]}, "no row has an option 'window': correct it"),
        ({"monitor": ["mae", "loss"]}, "'monitor' is not for trials to draw"),
        ({"labels_per": ["step", "sequence"]}, "'labels_per' is not for trials"),
        ({"num_codes": [None, 3]}, "'num_codes' is not for trials"),
        ({"units": [0, 8]}, "`units` is at least 1, not 0"),
        ({"units": {"low": 2.0, "high": 8.0}}, "'units' is a whole number, 64 by def"),
        ({"schedule": ["cosine", "none"]}, "`schedule` is one of"),
        ({"cell": ["lstm", "gru"]}, "nothing that the row 'late_fusion_network:text'"),
    ],
)
def test_a_space_that_fails_is_refused_before_anything_is_trained(space, message):
    with pytest.raises(ValueError, match=message):
        check_space(space, rows_of("text", "late_fusion_network:text"))


def test_what_a_control_changes_is_not_drawn():
    control = Control("shallow", {"num_layers": 2})
    rows = rows_of("text", controls=(control,))
    check_space(SPACE, rows)
    with pytest.raises(ValueError, match="which the control 'shallow' of 'text' chang"):
        check_space({"num_layers": [1, 3]}, rows)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"low": 1}, "which has not just `low`"),
        ({"low": 1, "high": 2, "step": 1}, "which has not just `low`"),
        ({"low": 2, "high": 1}, "whose `low` is no number below `high`"),
        ({"low": True, "high": 2}, "whose `low` is no number below `high`"),
        ({"low": 0, "high": 1, "log": True}, "it is above 0"),
        ({"low": 1, "high": 2, "log": 1}, "whose `log` is neither true nor false"),
        ([16], "which are not two choices or more"),
        ([16, 16], "which are not two choices or more"),
        ([[1], [2]], "which are not two choices or more"),
        (16, "which has not just `low`"),
    ],
)
def test_values_are_a_range_or_choices(values, message, tmp_path):
    path = tmp_path / "space.json"
    path.write_text(json.dumps({"units": values}))
    with pytest.raises(ValueError, match=f"^{path}: 'units' is .*{message}"):
        read_space(path)


def test_a_space_is_a_dict():
    with pytest.raises(ValueError, match="^`space` is a dict from names"):
        read_space({})
    assert read_space(SPACE) == SPACE
    assert not FIXED & set(read_space())
