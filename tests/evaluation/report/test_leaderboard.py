import dataclasses
import json

import pytest

from mmzoo.evaluation import validate_report
from mmzoo.evaluation.report.leaderboard import (
    Leaderboard,
    _no_cheaper_is_better,
    cost_of,
    leaderboard_section,
)
from tests.evaluation.ranked_study import FUSION, MODELS, WORSE, make_ranked
from tests.evaluation.rows import make_class_row, make_row


@pytest.fixture(scope="module")
def held():
    content = make_ranked().to_dict()
    validate_report(json.loads(json.dumps(content)))
    return content["leaderboard"]


def names(held):
    return [each["name"] for each in held["ranking"]]


def test_rows_are_ranked_by_their_mean_and_controls_are_not(held):
    assert names(held)[0] == FUSION and names(held)[-1] == WORSE
    assert sorted(names(held)) == sorted(MODELS)
    assert held["metric"] == "mae" and held["lower_is_better"] is True
    (translation,) = (x for x in held["ranking"] if x["name"] == "text->audio")
    assert translation["reads"] == "text"
    assert translation["model"] == "seq2seq_translator"


def test_of_classes_the_larger_score_is_first():
    rows = [
        make_class_row(name, right=right) for name, right in (("a", 0.3), ("b", 0.9))
    ]
    held = leaderboard_section(Leaderboard({}), rows)
    assert names(held) == ["b", "a"] and held["baseline"] is None
    assert held["tests"] == []


def test_all_others_are_tested_against_the_baseline_alone(held):
    assert {test["against"] for test in held["tests"]} == {"audio+text"}
    found = {test["row"]: test for test in held["tests"]}
    assert set(found) == {FUSION, WORSE, "text->audio"}
    assert found[FUSION]["verdict"] == "better"
    assert found[WORSE]["verdict"] == "worse"
    # The same answers as those of the baseline.
    assert found["text->audio"]["verdict"] == "not distinguishable"
    # Holm's factors over three tests.
    assert found[FUSION]["p_holm"] >= 2 * found[FUSION]["p"]


def test_what_the_first_is_not_told_from_is_said(held):
    assert any(f"First of 4 in MAE: {FUSION} (" in x for x in held["said"])
    assert "Every other row is worse than the first" in " ".join(held["said"])
    rows = make_ranked().rows
    twin = dataclasses.replace(rows[1], name="twin", seconds=10.0)
    said = " ".join(leaderboard_section(Leaderboard({}), [*rows, twin])["said"])
    assert "The cheapest of these and the first is twin." in said


def test_rows_that_a_floor_beats_are_named(held):
    (told,) = (x for x in held["said"] if "the floor" in x)
    assert told.startswith("No better than the floor majority (")
    assert told.endswith(f"needs no network: {WORSE}.")
    *mine, floor = make_ranked().rows
    for noise, words in ((0.0, "No row is better"), (9.0, "Every row is better")):
        errors = noise * (mine[0].predictions[:1] - mine[0].labels)
        changed = dataclasses.replace(floor, predictions=floor.labels + errors)
        said = leaderboard_section(Leaderboard({}), [*mine, changed])["said"]
        assert any(x.startswith(f"{words} than the floor majority (") for x in said)


def test_few_seeds_tell_no_rows_apart():
    said = make_ranked(seeds=2).to_dict()["leaderboard"]["said"]
    assert any("With fewer than 3 seeds no row is told from another" in x for x in said)
    assert not any("uncorrected" in x for x in said)
    assert not any("too few seeds" in x for x in said), "it is said once"


def test_published_figures_are_those_of_the_models_here(held):
    assert [line["printed"] for line in held["published"]] == ["TFN"]
    assert held["left_out"] == [
        {"model": "image_text_classifier", "why": "there is no <image>"}
    ]


def test_cost_is_time_where_epochs_are_known():
    assert cost_of({"epochs": 4, "seconds": 10.0}) == (2.5, "seconds an epoch")
    assert cost_of({"seconds": 10.0, "parameters": 7}) == (7, "parameters")


def test_the_front_has_what_no_cheaper_row_is_better_than(held):
    # The translation costs more than the baseline, and answers the same.
    assert held["no_cheaper_is_better"] == ["audio+text", FUSION]
    row = make_row("a", noise=0.5).to_dict()
    assert _no_cheaper_is_better([row], "mae", True) == [], "its cost is not known"


def test_a_row_without_a_score_is_last():
    rows = [make_row("a"), make_row("b")]
    rows[0].predictions[:] = 0.5
    rows = [dataclasses.replace(row, target="valence") for row in rows]
    held = leaderboard_section(Leaderboard({}), rows)
    assert names(held)[0] == "b"
