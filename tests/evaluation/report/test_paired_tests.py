"""Each row against its baselines and controls, corrected for how many they are."""

import dataclasses

import numpy as np
import pytest

from mmzoo.evaluation import compare, holm, paired_tests
from mmzoo.evaluation.report.paired_tests import paired_tests_section
from tests.evaluation.rows import make_class_row, make_row

PLAIN = {"training": "supervised"}


def study(**noise):
    """A translation with all that it is held against, and rows that it is not."""
    return [
        make_row("text", **PLAIN, noise=noise.get("text", 0.5)),
        make_row("audio", **PLAIN, noise=3.0),
        make_row("audio+text", **PLAIN, noise=noise.get("both", 0.5)),
        make_row("text->audio", noise=noise.get("translation", 0.5)),
        make_row("text->audio", noise=0.5, control="untrained encoder"),
        make_row("median", "median", noise=9.0, seeds=1, control="majority"),
    ]


def test_holm_is_the_step_down_correction():
    # Worked by hand: 4 x 0.005, 3 x 0.01, 2 x 0.03, then no less than before.
    corrected = holm([0.01, 0.04, 0.03, 0.005])
    np.testing.assert_allclose(corrected, [0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]).max() == 1.0 and len(holm([])) == 0


def test_who_is_held_against_whom():
    tests = paired_tests(study())
    assert {(x["row"], x["against"], x["role"]) for x in tests} == {
        ("text->audio", "text", "baseline on the same input"),
        ("text->audio", "audio+text", "baseline on all its modalities"),
        ("text->audio", "text->audio", "control: untrained encoder"),
    }


def test_verdicts_follow_the_difference_in_both_directions():
    for metric, sign in (("mae", -1), ("f1_binary", 1)):
        tests = paired_tests(study(text=9.0, translation=0.3), metric)
        better = {x["against"]: x for x in tests}["text"]
        assert better["verdict"] == "better" and sign * better["difference"] > 0
        assert better["p"] < better["p_holm"] < 0.05
        worse = {x["against"]: x for x in paired_tests(study(translation=9.0), metric)}
        assert worse["audio+text"]["verdict"] == "worse"


def test_the_difference_is_that_of_the_paired_comparison():
    row, other = make_row("text->audio"), make_row("text", **PLAIN, noise=0.8)
    (test,) = paired_tests([row, other])
    single = compare(row, other)
    assert test["difference"] == single["difference"]
    np.testing.assert_allclose(test["ci95"], single["ci95"], atol=0.02)


def test_equal_rows_are_not_distinguishable():
    rows = study()
    for test in paired_tests(rows):
        assert test["verdict"] == "not distinguishable" and test["p"] > 0.3


def test_the_number_of_tests_counts():
    """A pair that is different alone is not among many."""
    rows = [make_row("text", **PLAIN, noise=0.5), make_row("text->audio", noise=0.44)]
    rows[1].predictions[:] += 0.05 * np.random.default_rng(7).normal(size=60)
    (alone,) = paired_tests(rows)
    many = [dataclasses.replace(rows[1], training=f"t{i}") for i in range(600)]
    among = holm([alone["p"]] * len(many))
    assert alone["p_holm"] == alone["p"]
    assert among[0] == min(1.0, len(many) * alone["p"])


def test_too_few_seeds_get_no_p():
    rows = [make_row("text", **PLAIN, seeds=2), make_row("text->audio", noise=5.0)]
    (test,) = paired_tests(rows)
    assert (test["p"], test["p_holm"], test["verdict"]) == (None, None, "too few seeds")
    assert test["difference"] > 0


def test_what_is_undefined_is_said_to_be():
    rows = [make_row("text", **PLAIN), make_row("text->audio")]
    rows[0].predictions[:] = 0.5
    (test,) = paired_tests(rows, "pearson")
    assert test["verdict"] == "undefined" and test["difference"] is None


def test_classes_are_tested_by_their_recall():
    good, bad = make_class_row(right=0.9), make_class_row(right=0.3, control="linear")
    (test,) = paired_tests([good, bad])
    assert (test["metric"], test["verdict"]) == ("uar", "better")


def test_baselines_that_are_lacking_are_named():
    rows = [make_row("text->audio"), make_row("text->video"), make_row("text", **PLAIN)]
    said = paired_tests_section(rows)["said"]
    for name, lacking in (("text->audio", "audio+text"), ("text->video", "text+video")):
        assert f"No row {lacking} is here for {name} to be held against." in said
    assert not [sentence for sentence in said if "No row text " in sentence]


def test_an_ensemble_has_no_input_of_its_own():
    names = ("text->audio", "text")
    mean = dataclasses.replace(
        make_row("ensemble of text->audio, text", "ensemble", noise=0.2), members=names
    )
    rows = [make_row("text->audio"), make_row("text", **PLAIN)]
    held = paired_tests_section([*rows, mean])
    assert not [each for each in held["tests"] if "ensemble" in each["row"]]
    assert not [each for each in held["said"] if "ensembleof" in each]


def test_rows_without_any_have_no_section():
    assert paired_tests_section([make_row("text", **PLAIN)]) is None


def test_the_section_sums_up():
    held = paired_tests_section(study(text=9.0), "f1_binary")
    assert held["metric"] == "f1_binary" and held["correction"] == "Holm"
    assert "in F1 binary" in held["said"][0] and "all 3 tests" in held["said"][0]
    better = "Better: 1 of 3: text->audio (baseline on the same input)."
    assert better in held["said"]


def test_other_samples_are_refused():
    rows = [make_row("text", **PLAIN), make_row("text->audio")]
    rows[1] = dataclasses.replace(rows[1], labels=rows[1].labels + 1)
    with pytest.raises(ValueError, match="cannot be compared in pairs"):
        paired_tests(rows)
