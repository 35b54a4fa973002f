"""Rows below a paper's figures are named, and tables hold both."""

import csv
import dataclasses
import io

import pytest

from mmzoo.evaluation import validate_report
from mmzoo.evaluation.report.beside_published import (
    _tested,
    columns_of,
    published_tables,
)
from mmzoo.evaluation.report.csv_files import results_csv
from tests.evaluation.published_study import PUBLISHED, line, make_study
from tests.evaluation.rows import make_row


@pytest.fixture(scope="module")
def content():
    found = make_study().to_dict()
    validate_report(found)
    return found


def test_each_line_finds_its_rows(content):
    found = {
        each["variant"]: [(row["name"], row["training"]) for row in each["rows"]]
        for each in content["published"]["lines"]
    }
    assert found == {
        "text": [("text", "supervised")],
        "audio+text": [("text+audio", "supervised")],
        "text->audio": [("text->audio", "phases")],
        "video->text": [],
    }


def test_what_is_below_is_said_in_words(content):
    first, *others = content["published"]["said"]
    assert first == (
        "3 of the 4 rows that Doe & Roe, 2018 printed were trained here; in F1 binary "
        "1 of 3 reach the paper's figure or more, and below it are: text+audio, "
        "text->audio."
    )
    mean = content["rows"][2]["metrics"]["f1_binary"]["mean"]
    low, high = content["rows"][2]["metrics"]["f1_binary"]["ci95"]
    (said,) = [x for x in others if x.startswith("text->audio (phases)")]
    assert said.startswith(
        f"text->audio (phases) is below the paper's figure in: F1 binary ({mean:.3f} ±"
    )
    assert f"against .999, outside our interval {low:.3f} to {high:.3f})." in said
    assert others[-1] == "Not trained here: video->text."


def test_of_an_error_more_is_worse(content):
    text, both, *_ = content["published"]["lines"]
    assert text["rows"][0]["below"] == []
    assert both["rows"][0]["below"] == ["f1_binary", "mae"]
    (said,) = [x for x in content["published"]["said"] if x.startswith("text+audio (")]
    assert "MAE (" in said


def test_a_mean_that_only_rounds_to_the_figure_is_below():
    mean = make_study().rows[0].metrics["f1_binary"]["mean"]
    for figure, below in ((mean - 1e-6, []), (mean + 1e-6, ["f1_binary"])):
        lines = [line("text", "T", f1_binary=f"{figure:.9f}")]
        study = make_study(dataclasses.replace(PUBLISHED, lines=lines))
        (held,) = study.to_dict()["published"]["lines"]
        assert held["rows"][0]["below"] == below


def test_tables_hold_ours_controls_and_the_papers(content):
    (one, first), (two, second) = published_tables(content)
    assert (one, two) == ("Table 1", "Table 2")
    assert [(x["kind"], x["label"]) for x in first + second] == [
        ("ours", "text (supervised)"),
        ("paper", "Text"),
        ("ours", "text+audio (supervised)"),
        ("paper", "concat(A, T)"),
        ("ours", "text->audio (phases)"),
        ("control", "untrained encoder"),
        ("paper", "T → A_1 & co"),
        ("paper", "V → T, not trained here"),
    ]
    columns = columns_of(content)
    assert columns[:3] == ["F1 binary", "MAE", "95 % of F1 binary"]
    assert {len(x["numbers"]) for x in first + second} == {len(columns)}
    assert first[0]["numbers"][-2:] == ["10.0", "1,200"], "30 s with three seeds"
    assert second[1]["numbers"][:2] == [".99", ".01"] and second[1]["beyond"] == [0, 1]


def test_a_control_that_the_paper_printed_has_a_line_of_its_own():
    lines = [
        line("text->audio", "T → A", training="phases", f1_binary=".10"),
        line("text->audio", "random", f1_binary=".99"),
        line("text->audio", "none", f1_binary=".98"),
    ]
    lines[1]["control"], lines[2]["control"] = "untrained encoder", "no encoder"
    study = make_study(dataclasses.replace(PUBLISHED, lines=lines))
    content = study.to_dict()
    validate_report(content)
    ((_, shown),) = published_tables(content)
    assert [(x["kind"], x["label"]) for x in shown] == [
        ("ours", "text->audio (phases)"),
        ("paper", "T → A"),
        ("ours", "text->audio, untrained encoder (phases)"),
        ("paper", "random"),
        ("paper", "none, not trained here"),
    ]
    first, below, left = content["published"]["said"]
    assert "below it are: text->audio, untrained encoder." in first
    assert below.startswith("text->audio, untrained encoder (phases) is below")
    assert left == "Not trained here: text->audio, no encoder."
    cells = csv.DictReader(io.StringIO(results_csv(content)))
    found = [row["f1_binary published"] for row in cells if "->" in row["name"]]
    assert found == ["0.1", "0.99", ""]


def test_figures_of_other_data_are_a_warning():
    assert make_study().to_dict()["published"]["warnings"] == []
    (said,) = make_study(name="sample").to_dict()["published"]["warnings"]
    assert "printed for CMU-MOSI, the rows here are of sample" in said


def test_the_papers_metric_decides_the_tests(content):
    assert content["paired_tests"]["metric"] == "f1_binary"
    assert make_study(None).to_dict()["paired_tests"]["metric"] == "mae"


def test_what_is_measured_of_translations_decides_no_test():
    kind = make_row().kind
    for figures, metric in (
        ({"explained_free_running": ".5", "acc7": ".3"}, "acc7"),
        ({"explained_free_running": ".5"}, "mae"),
        ({"acc7": ".3", "f1_binary": ".5"}, "f1_binary"),
    ):
        published = dataclasses.replace(PUBLISHED, lines=[line("text", "T", **figures)])
        assert _tested(published, kind) == metric


def test_nothing_trained_is_said():
    lines = [line("video", "V", f1_binary=".5")]
    study = make_study(dataclasses.replace(PUBLISHED, lines=lines))
    (said,) = study.to_dict()["published"]["said"]
    assert said == "None of the rows that the paper printed was trained here."


def test_metrics_that_rows_do_not_have_are_refused():
    lines = [line("text", "T", uar=".5")]
    study = make_study(dataclasses.replace(PUBLISHED, lines=lines))
    with pytest.raises(ValueError, match=r"figures of \['uar'\], but these rows have"):
        study.to_dict()
